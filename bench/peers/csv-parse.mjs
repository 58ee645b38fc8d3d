// Z-scores of every column of a CSV file with csv-parse and a Welford loop: `node csv-parse.mjs IN OUT`.
import { createReadStream, createWriteStream } from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parse } from 'csv-parse';

const [, , input, output] = process.argv;
let states;
let lines = '';

function scored(row) {
  const scores = row.map((cell, k) => {
    const x = Number(cell);
    const state = states[k];
    const delta = x - state.mean;
    const score = state.n < 30 ? '' : delta / Math.sqrt(state.m2 / state.n);
    state.n++;
    state.mean += delta / state.n;
    state.m2 += delta * (x - state.mean);
    return score;
  });
  return `${row.join(',')},${scores.join(',')}\n`;
}

await pipeline(
  createReadStream(input),
  parse(),
  new Transform({
    writableObjectMode: true,
    transform(row, _, done) {
      if (states === undefined) {
        states = row.map(() => ({ n: 0, mean: 0, m2: 0 }));
        lines += `${[...row, ...row.map((name) => `${name}_normalized`)].join(',')}\n`;
      } else lines += scored(row);
      if (lines.length < 1 << 16) return done();
      this.push(lines);
      lines = '';
      done();
    },
    flush(done) {
      this.push(lines);
      done();
    },
  }),
  createWriteStream(output),
);
