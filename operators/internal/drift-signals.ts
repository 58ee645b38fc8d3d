import type { DriftWatch } from '../../src/drift/drift-watch.js';
import type { DriftSignal } from './drift-signal.js';

/** Appends to `signals` what the last value of the series came to. */
export function signalsOf<T>(watch: DriftWatch, key: string, record: T, signals: DriftSignal<T>[]): void {
  const index = watch.count - 1;
  const { event, size, delay, sensorState } = watch;
  if (watch.sensorChanged) {
    const run = sensorState === 'flat' ? watch.run : null;
    const changePoint = run === null ? null : index - run + 1;
    signals.push({
      state: sensorState,
      key,
      record,
      index,
      cause: null,
      direction: null,
      size: null,
      delay: run,
      changePoint,
    });
  }
  if (event === 0 && !watch.warningChanged) return;
  if (event === 0 && !watch.warning) {
    signals.push({
      state: 'steady',
      key,
      record,
      index,
      cause: null,
      direction: null,
      size: null,
      delay: null,
      changePoint: null,
    });
    return;
  }
  const isLevel = event === 0 ? null : event === 1 || event === -1;
  signals.push({
    state: event === 0 ? 'warning' : 'drift',
    key,
    record,
    index,
    cause: isLevel === null ? null : isLevel ? 'level' : 'scale',
    direction: event === 0 ? null : event > 0 ? 'up' : 'down',
    size,
    delay,
    changePoint: Math.max(index - delay + 1, 0),
  });
}
