// A learner that is killed in test/learn/killed-learner.test.ts: reads FOLDER/records.ndjson, writes predictions to FOLDER/out.ndjson, and
// keeps its table and how far it is in FOLDER/state.ckpt, which takes its place by rename.
import { appendFileSync, existsSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { from } from 'rxjs';
import { LinearLearner, learnOnline, SeriesTable } from 'streamnorm';

const folder = process.argv[2];
const [records, out, state] = ['records.ndjson', 'out.ndjson', 'state.ckpt'].map((name) => `${folder}/${name}`);
const restored = existsSync(state) ? SeriesTable.restore(new Uint8Array(readFileSync(state))) : undefined;
const table = restored?.table ?? new SeriesTable();
let { offset, length } = restored?.meta ?? { offset: 0, length: 0 };
if (existsSync(out)) truncateSync(out, length);

const model = new LinearLearner({ inputs: 2, optimizer: 'adam', rate: 0.01, l2: 1e-4 });
const options = {
  key: (r) => r.id,
  features: ['a', 'b'],
  target: (r) => r.y,
  scaleTarget: { halfLife: 500 },
  earlyStopping: { patience: 300 },
  selection: true,
  table,
};
const lines = readFileSync(records, 'utf8')
  .trim()
  .split('\n')
  .slice(offset)
  .map((line) => JSON.parse(line));
for (let at = 0; at < lines.length; at += 100) {
  let text = '';
  const part = lines.slice(at, at + 100);
  // Synchronous: when subscribe returns, the part is learnt.
  from(part)
    .pipe(learnOnline(model, options))
    .subscribe(({ prediction, prequential, status }) => {
      text += `${JSON.stringify([prediction, prequential, status])}\n`;
    });
  appendFileSync(out, text);
  offset += part.length;
  length += text.length;
  writeFileSync(`${state}.next`, table.toBytes({ offset, length }));
  renameSync(`${state}.next`, state);
}
