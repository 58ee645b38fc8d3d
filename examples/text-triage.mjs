// Tickets are told urgent or not while they come in: words are weighed by how rare they have become, a logistic model learns from what the
// people who worked on a ticket say of it. Half-way a new product is launched, and the words are others.
//
//     npm run build && node examples/text-triage.mjs
import { from } from 'rxjs';
import { LogisticLearner, learnOnline, tfIdf } from 'streamnorm';

/** The same numbers on every machine. */
let seed = 3;
const uniform = () => {
  seed = (Math.imul(1664525, seed) + 1013904223) >>> 0;
  return seed / 2 ** 32;
};
const pick = (words) => words[Math.floor(uniform() * words.length)];

const filler = 'the our since monday after update please customer machine says again still with on a an it'.split(' ');
const eras = [
  {
    things: ['pump', 'valve', 'gasket', 'boiler'],
    urgent: ['leaking', 'smoke', 'burst', 'alarm'],
    calm: ['manual', 'invoice', 'quote', 'paint'],
  },
  {
    things: ['sensor', 'gateway', 'firmware', 'router'],
    urgent: ['offline', 'overheating', 'breach', 'crash'],
    calm: ['license', 'renewal', 'tutorial', 'color'],
  },
];
const tickets = Array.from({ length: 6000 }, (_, i) => {
  const { things, urgent, calm } = eras[i < 3000 ? 0 : 1];
  const isUrgent = uniform() < 0.3;
  const words = Array.from({ length: 12 }, () => pick(filler));
  words[2] = pick(things);
  words[7] = pick(isUrgent ? urgent : calm);
  if (uniform() < 0.1) words[9] = pick(isUrgent ? calm : urgent); // people mention both
  return { text: words.join(' '), isUrgent: uniform() < 0.03 ? !isUrgent : isUrgent }; // and are wrong at times
});

const errors = [];
from(tickets)
  .pipe(
    tfIdf({ value: (t) => t.text, features: 512, output: 'dense', memory: { halfLife: 1000 } }),
    learnOnline(new LogisticLearner({ inputs: 512, rate: 1, biasRate: 0.1 }), {
      features: ({ normalized }) => normalized,
      target: ({ record }) => record.isUrgent,
      loss: 'error-rate',
    }),
  )
  .subscribe(({ loss }) => errors.push(loss));

const rate = (start, end) =>
  `${((100 * errors.slice(start, end).reduce((sum, e) => sum + e, 0)) / (end - start)).toFixed(1)} %`;
console.log(`wrong: ${rate(0, 200)} of the first 200 tickets, ${rate(2500, 3000)} before the launch,`);
console.log(`       ${rate(3000, 3200)} of the 200 after it, ${rate(5500, 6000)} at the end`);
