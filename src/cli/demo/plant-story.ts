import type { Poke } from '../../io/simulated-plant.js';
import type { DemoPlant } from './demo-plant.js';

/** Readings that the past has, which the first picture shows. */
const PAST = 300;
/** What is done in the past, by its readings: a spike, which leaves no trace. */
const BEFORE: ReadonlyMap<number, Poke> = new Map([[PAST - 100, 'spike']]);
/** And before the eyes of the first who looks on, by the readings since then: a new level, which is noticed, marked and followed. */
const LIVE: ReadonlyMap<number, Poke> = new Map([[25, 'shift']]);

/** Pokes one sensor of a simulated plant now and then, so that whoever sees it for the first time sees what it is about. */
export class PlantStory {
  /** The sensor that it is about. */
  readonly sensor: string;
  readonly #live: DemoPlant;
  #seen: number | undefined;

  constructor(live: DemoPlant) {
    this.#live = live;
    const { names } = live;
    this.sensor = names.find((name) => name === 'temperature-03') ?? names[0]!;
  }

  /** Someone looks on. */
  begin(): void {
    this.#seen ??= 0;
  }

  /** The past; `tick` takes a reading of all sensors, `at` answers the time of the plant in epoch ms. */
  tellPast(tick: () => void, at: () => number): void {
    for (let i = 0; i < PAST; i++) {
      this.#do(BEFORE.get(i), at());
      tick();
    }
  }

  /** A reading is about to be taken. */
  tell(at: number): void {
    if (this.#seen !== undefined) this.#do(LIVE.get(this.#seen++), at);
  }

  #do(what: Poke | undefined, at: number): void {
    if (what !== undefined) this.#live.poke(this.sensor, what, at);
  }
}
