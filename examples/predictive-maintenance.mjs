// A simulated plant: what each pump's vibration should be is learnt from its load and its surroundings, until there is nothing more to learn;
// a pump that no longer behaves as it did is called in for maintenance before it fails.
//
//     npm run build && node examples/predictive-maintenance.mjs
import { from } from 'rxjs';
import { LinearLearner, learnOnline, normalize } from 'streamnorm';

/** The same numbers on every machine: nearly normal, from a seeded generator. */
let seed = 5;
const noise = () => {
  let sum = -6;
  for (let i = 0; i < 12; i++) {
    seed = (Math.imul(1664525, seed) + 1013904223) >>> 0;
    sum += seed / 2 ** 32;
  }
  return sum;
};

/** Hours; at `wear` a bearing begins to go, at `failure` it is gone. */
const [hours, worn, wear, failure] = [3000, 'pump-5', 2200, 2600];
const pumps = Array.from({ length: 8 }, (_, i) => ({
  id: `pump-${i}`,
  idle: 2 + 0.3 * noise(),
  perLoad: 0.05 + 0.005 * noise(),
}));
const readings = Array.from({ length: hours }, (_, hour) =>
  pumps
    .filter(({ id }) => id !== worn || hour < failure)
    .map(({ id, idle, perLoad }) => {
      const load = 60 + 20 * Math.sin((2 * Math.PI * hour) / 24) + 5 * noise();
      const ambient = 15 + 8 * Math.sin((2 * Math.PI * hour) / 8760) + 2 * noise();
      const damage = id === worn && hour > wear ? 0.002 * (hour - wear) : 0;
      return { id, hour, load, ambient, vibration: idle + perLoad * load + 0.01 * ambient + damage + 0.1 * noise() };
    }),
).flat();

let hour = 0;
const frozen = new Set();
const alarms = new Map();
from(readings)
  .pipe(
    normalize({ key: 'id', fields: { load: 'z-score', ambient: 'z-score' }, defaults: { clip: 5 } }),
    learnOnline(new LinearLearner({ inputs: 2, rate: 0.02, biasRate: 0.02 }), {
      key: (r) => r.id,
      features: ['normalized.load', 'normalized.ambient'],
      target: (r) => r.vibration,
      earlyStopping: { patience: 500, detector: { name: 'cusum', falseAlarmEvery: 1_000_000 } },
      onEvent: ({ kind, key }) => {
        if (kind === 'frozen') frozen.add(key);
        if (kind === 'thawed' && !alarms.has(key)) alarms.set(key, hour);
      },
    }),
  )
  .subscribe(({ record }) => {
    hour = record.hour;
  });

console.log(`${frozen.size} of ${pumps.length} pumps were learnt until nothing more was to be learnt`);
for (const [key, at] of alarms) console.log(`${key}: called in at hour ${at}, ${failure - at} hours before it fails`);
