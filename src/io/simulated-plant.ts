/** One measurement of one sensor. */
export interface Reading {
  readonly sensor: string;
  /** Epoch ms. */
  readonly ts: number;
  readonly quantity: string;
  readonly unit: string;
  readonly value: number;
  /** What was done to the reading, for whoever wants to compare. */
  readonly event: 'none' | 'spike' | 'shifted' | 'stuck' | 'drifting';
}

interface Kind {
  quantity: string;
  unit: string;
  level: number;
  noise: number;
  /** Half of the daily swing. */
  swing: number;
}

const KINDS: readonly Kind[] = [
  { quantity: 'temperature', unit: '°C', level: 72, noise: 0.4, swing: 3 },
  { quantity: 'pressure', unit: 'Pa', level: 101_325, noise: 45, swing: 120 },
  { quantity: 'vibration', unit: 'mm/s', level: 2.8, noise: 0.25, swing: 0.1 },
  { quantity: 'flow', unit: 'm³/h', level: 340, noise: 6, swing: 25 },
  { quantity: 'current', unit: 'A', level: 48, noise: 0.9, swing: 5 },
  { quantity: 'speed', unit: 'rpm', level: 1480, noise: 4, swing: 2 },
  { quantity: 'humidity', unit: '%', level: 41, noise: 0.8, swing: 6 },
  { quantity: 'radiation', unit: 'Gy/h', level: 3.2e-7, noise: 2e-8, swing: 1e-8 },
];

const DAY = 86_400_000;

/** What can be done to a sensor: one far reading, another level, more noise, the same value again and again, silence; or all undone. */
export const POKES = ['spike', 'shift', 'scale', 'stuck', 'dead', 'repair'] as const;
export type Poke = (typeof POKES)[number];

interface Sensor extends Kind {
  name: string;
  phase: number;
  /** Added to the level for good by shifts and drift. */
  offset: number;
  /** Per reading; 0 for a sound sensor. */
  drift: number;
  /** Readings for which the sensor repeats itself, and what. */
  stuckFor: number;
  last: number;
  /** Slow part of the noise. */
  wander: number;
  /** How much larger than usual the noise is. */
  spread: number;
  isDead: boolean;
  /** Whether the next reading is far out. */
  isStruck: boolean;
}

/**
 * A plant of sensors whose units and scales differ by twelve orders of magnitude, with what real ones do: noise that wanders, a daily
 * cycle, gaps, spikes, level shifts, one that sticks now and then, one that drifts. The same seed gives the same readings.
 */
export class SimulatedPlant {
  readonly #sensors: readonly Sensor[];
  #seed: number;

  constructor({ sensors, seed }: { sensors: number; seed: number }) {
    this.#seed = seed >>> 0;
    this.#sensors = Array.from({ length: sensors }, (_, i) => {
      const kind = KINDS[i % KINDS.length]!;
      const name = `${kind.quantity}-${String(Math.floor(i / KINDS.length) + 1).padStart(2, '0')}`;
      return {
        ...kind,
        name,
        level: kind.level * (1 + 0.1 * this.#gaussian()),
        phase: this.#uniform() * 2 * Math.PI,
        offset: 0,
        drift: i % 11 === 7 ? kind.noise * 0.004 : 0,
        stuckFor: 0,
        last: Number.NaN,
        wander: 0,
        spread: 1,
        isDead: false,
        isStruck: false,
      };
    });
  }

  get names(): readonly string[] {
    return this.#sensors.map((sensor) => sensor.name);
  }

  /** Does something to a sensor, from its next reading on; false when there is no sensor of this name. */
  poke(name: string, what: Poke): boolean {
    const sensor = this.#sensors.find((known) => known.name === name);
    if (sensor === undefined) return false;
    if (what === 'spike') sensor.isStruck = true;
    else if (what === 'shift') sensor.offset += 15 * sensor.noise;
    else if (what === 'scale') sensor.spread = 5;
    else if (what === 'stuck') sensor.stuckFor = 120;
    else if (what === 'dead') sensor.isDead = true;
    else Object.assign(sensor, { spread: 1, isDead: false, stuckFor: 0, offset: 0 });
    return true;
  }

  /** What all sensors say at one moment; those in a gap say nothing. */
  *at(ts: number): Generator<Reading> {
    for (const sensor of this.#sensors) {
      if (this.#uniform() < 0.004 || sensor.isDead) continue; // a gap
      yield this.#read(sensor, ts);
    }
  }

  #read(sensor: Sensor, ts: number): Reading {
    const { name, quantity, unit, level, noise, swing, phase } = sensor;
    const reading = (value: number, event: Reading['event']): Reading => {
      sensor.last = value;
      return { sensor: name, ts, quantity, unit, value, event };
    };
    if (sensor.stuckFor > 0) {
      sensor.stuckFor--;
      return reading(sensor.last, 'stuck');
    }
    sensor.offset += sensor.drift;
    sensor.wander = 0.8 * sensor.wander + 0.6 * noise * this.#gaussian();
    const chance = this.#uniform();
    const isShifted = chance > 0.9995;
    if (isShifted) sensor.offset += (this.#uniform() < 0.5 ? -1 : 1) * noise * (6 + 6 * this.#uniform());
    if (chance < 0.0004 && Number.isFinite(sensor.last)) sensor.stuckFor = 40;
    const steady = level + sensor.offset + swing * Math.sin((2 * Math.PI * ts) / DAY + phase);
    const sound = steady + sensor.spread * sensor.wander;
    if (sensor.isStruck) {
      sensor.isStruck = false;
      return reading(sound + 25 * noise, 'spike');
    }
    if (chance > 0.002 && chance < 0.004)
      return reading(sound + (chance < 0.003 ? -1 : 1) * noise * (10 + 30 * this.#uniform()), 'spike');
    return reading(sound, isShifted ? 'shifted' : sensor.drift > 0 ? 'drifting' : 'none');
  }

  #uniform(): number {
    this.#seed = (Math.imul(1664525, this.#seed) + 1013904223) >>> 0;
    return this.#seed / 2 ** 32;
  }

  #gaussian(): number {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += this.#uniform();
    return sum;
  }
}
