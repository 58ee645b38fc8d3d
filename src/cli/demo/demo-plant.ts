import type { Poke } from '../../io/simulated-plant.js';
import type { SeriesView } from '../../pipeline/view/series-view.js';

/** A simulated plant whose readings are normalized, by whichever way. */
export interface DemoPlant {
  /** Names of its sensors. */
  readonly names: readonly string[];
  readonly view: SeriesView;
  /** Under which the page knows the readings of a sensor. */
  idOf(sensor: string): string;
  /** Does something to a sensor, and notes that it was done, at `at` of the plant's time; false when there is no sensor of this name. */
  poke(sensor: string, what: Poke, at: number): boolean;
  /** What all sensors say at one moment, normalized at once or some time later; `ts` in epoch ms. */
  tick(ts: number): void;
}
