import type { RunSummary } from '../pipeline/run-summary.js';

/** Says on stderr what came of a run; answers the exit code: 1 where `strict` finds bad records. */
export function reportSummary(summary: RunSummary, strict: boolean): number {
  for (const line of describeSummary(summary)) process.stderr.write(`${line}\n`);
  return strict && summary.badRecords > 0 ? 1 : 0;
}

/** The summary in lines: how much was done, and everything that did not go through as it should. */
function describeSummary(summary: RunSummary): string[] {
  const {
    records,
    written,
    series,
    badRecords,
    firstBad,
    textValues,
    missing,
    late,
    untimed,
    gated,
    leftOut,
    models,
    restarted,
    resumedAfter,
    stopped,
  } = summary;
  const lines = [
    `${count(records, 'record')}, ${count(series, 'series', 'series')}${stopped ? ', stopped before the end' : ''}${resumedAfter === undefined ? '' : ` (went on after ${resumedAfter} of an earlier run)`}`,
  ];
  const note = (amount: number, text: string) => amount > 0 && lines.push(`${count(amount, 'value')} ${text}`);
  if (written < records) lines.push(`${count(records - written, 'record')} not put out while a field was warming up`);
  note(missing, 'missing: null in the output, learnt by nobody');
  note(late, 'too late for the window: scored, not learnt');
  note(untimed, 'without a readable time: scored, not learnt');
  note(gated, 'beyond learnWithin: scored, not learnt');
  if (leftOut > 0) lines.push(`${count(leftOut, 'term')} left out: no room in the vocabulary (maxTerms)`);
  for (const [field, amount] of Object.entries(textValues))
    lines.push(`${field}: ${count(amount, 'value')} not a number`);
  for (const { name, predictions, loss, stopped, reason } of models) {
    lines.push(
      `${name}: ${count(predictions, 'prediction')}${Number.isNaN(loss) ? '' : `, mean loss ${Number(loss.toPrecision(4))}`}`,
    );
    if (stopped > 0) lines.push(`${name}: ${count(stopped, 'model')} stopped: ${reason}`);
  }
  for (const field of restarted)
    lines.push(`${field}: its state was learnt under another configuration; it began afresh`);
  if (badRecords > 0) {
    lines.push(`${count(badRecords, 'bad record')}:`);
    for (const { file, line, reason } of firstBad) lines.push(`  ${file}:${line}: ${reason}`);
    if (badRecords > firstBad.length) lines.push(`  … and ${badRecords - firstBad.length} more`);
  }
  return lines;
}

function count(amount: number, one: string, many = `${one}s`): string {
  return `${amount} ${amount === 1 ? one : many}`;
}
