import type { Scored } from '../../../operators/index.js';
import type { Reading } from '../../io/simulated-plant.js';

/** Scores that a sparkline shows. */
const HISTORY = 240;

/** A score this far out is an event. */
const NOTABLE = 5;

/** Readings that repeat each other for so long are those of a stuck sensor. */
const STUCK_AFTER = 12;

/** What the screen shows of one sensor. */
export interface SensorView {
  name: string;
  unit: string;
  value: number;
  normalized: number | null;
  center: number;
  scale: number;
  count: number;
  state: 'warming' | 'ok' | 'spike' | 'high' | 'low' | 'stuck';
  /** The last scores, oldest first. */
  scores: number[];
  /** Equal readings in a row. */
  repeats: number;
}

/** What the screen shows: a plain value, changed by `observe`, drawn by `drawPlant`. */
export interface PlantView {
  sensors: Map<string, SensorView>;
  readings: number;
  /** The last few things that happened, newest last. */
  events: string[];
}

export function emptyPlantView(): PlantView {
  return { sensors: new Map(), readings: 0, events: [] };
}

/** Takes a scored reading into the view. */
export function observe(view: PlantView, { record, normalized, center, scale, count }: Scored<Reading>): void {
  const { sensor: name, unit, value, ts } = record;
  let sensor = view.sensors.get(name);
  if (sensor === undefined) {
    sensor = {
      name,
      unit,
      value: Number.NaN,
      normalized: null,
      center,
      scale,
      count,
      state: 'warming',
      scores: [],
      repeats: 0,
    };
    view.sensors.set(name, sensor);
  }
  view.readings++;
  const before = sensor.state;
  sensor.repeats = value === sensor.value ? sensor.repeats + 1 : 0;
  Object.assign(sensor, { value, normalized, center, scale, count });
  if (normalized !== null) {
    sensor.scores.push(normalized);
    if (sensor.scores.length > HISTORY) sensor.scores.shift();
  }
  sensor.state = stateOf(sensor);
  if (sensor.state !== before && sensor.state !== 'ok' && sensor.state !== 'warming') {
    const time = new Date(ts).toISOString().slice(11, 19);
    const score = normalized === null ? '' : ` at ${normalized.toFixed(1)} scales`;
    view.events.push(
      `${time}  ${name} ${sensor.state === 'stuck' ? `repeats ${formatValue(value)} ${unit}` : `${sensor.state}${score}`}`,
    );
    if (view.events.length > 50) view.events.shift();
  }
}

function stateOf({ normalized, repeats, scores }: SensorView): SensorView['state'] {
  if (repeats >= STUCK_AFTER) return 'stuck';
  if (normalized === null) return 'warming';
  const recent = scores.slice(-8);
  const isHeld =
    recent.length === 8 && recent.every((score) => Math.abs(score) > 2 && Math.sign(score) === Math.sign(normalized));
  if (isHeld) return normalized > 0 ? 'high' : 'low';
  return Math.abs(normalized) >= NOTABLE ? 'spike' : 'ok';
}

/** A measurement in at most nine places. */
export function formatValue(x: number): string {
  if (!Number.isFinite(x)) return '–';
  const size = Math.abs(x);
  if (size !== 0 && (size < 1e-3 || size >= 1e7)) return x.toExponential(2);
  return x.toFixed(size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 4);
}
