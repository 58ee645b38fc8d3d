import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Command } from 'commander';
import { adviseField, type FieldAdvice } from '../advise/advise.js';
import { InvalidOptionError, StorageError } from '../errors.js';
import { StdoutSink } from '../io/stdout-sink.js';
import { toPlan } from '../pipeline/to-plan.js';
import { advicePanels } from './advise/advice-panels.js';
import { advisedConfig } from './advise/advised-config.js';
import { paintFor } from './advise/paint.js';
import { plotScores, plotValues } from './advise/plot-sample.js';
import { type ReadSample, readSample } from './advise/read-sample.js';
import { LEGEND, renderAdvice } from './advise/render-advice.js';
import { svgDocument } from './advise/svg.js';
import { withProgress } from './advise/with-progress.js';
import { wrap } from './advise/wrap.js';
import { describeSourceFlag, SOURCE_OPTIONS, type SourceFlags, sourceConfig } from './source-options.js';

interface Flags extends SourceFlags {
  records?: number;
  all?: boolean;
  json?: boolean;
  plot?: string | true;
}

const WIDTH = 80;

export function adviseCommand(): Command {
  const command = new Command('advise')
    .description('look at a sample and say how each field is best normalized, and why')
    .argument('[file]', 'NDJSON or CSV, gzip or not; - is stdin');
  for (const option of SOURCE_OPTIONS()) command.addOption(option);
  return command
    .option('--all', 'all candidates in the tables')
    .option('--json', 'everything that was measured, as JSON')
    .option('--plot [file.svg]', 'draw values and scores: in the terminal, or into an SVG file')
    .addHelpText(
      'after',
      `
Every candidate normalizes the sample, each value before it is learnt.

Examples:
  streamnorm advise readings.csv --key device --time ts
  kcat -C -t telemetry -e | streamnorm advise -f temperature -f vibration
  streamnorm advise readings.ndjson.gz --plot advice.svg`,
    )
    .action(async (given: string | undefined, flags: Flags) => {
      // `--plot data.csv` names the data.
      const isFile = typeof flags.plot === 'string' && !flags.plot.endsWith('.svg');
      if (isFile && given !== undefined)
        throw new InvalidOptionError('--plot', flags.plot, 'a file that ends in .svg, or nothing for the terminal');
      const file = given ?? (isFile ? (flags.plot as string) : undefined);
      const plot = isFile ? true : flags.plot;
      const plan = toPlan(sourceConfig(file, flags), describeSourceFlag);
      const read = await readSample(plan, flags.records);
      const samples = read.collector.fields();
      const advice = withProgress(samples, 'trying what suits', adviseField);
      if (typeof plot === 'string') {
        const panels = advice.flatMap((one, i) => advicePanels(one, samples[i]!));
        await writeFile(plot, svgDocument(panels)).catch((cause: Error) => {
          throw new StorageError(`${plot} could not be written: ${cause.message}`, { cause });
        });
      }
      if (flags.json) return print(`${JSON.stringify({ records: read.collector.records, fields: advice }, null, 2)}\n`);
      const paint = paintFor(process.stdout);
      const lines = [paint('dim', introduction(file, read, advice)), ''];
      for (const [i, one] of advice.entries()) {
        lines.push(...renderAdvice(one, samples[i]!, paint, WIDTH, flags.all ?? false));
        if (plot === true)
          lines.push(
            '',
            ...plotValues(samples[i]!, WIDTH, paint),
            ...plotScores('normalized', one.options, samples[i]!, WIDTH, paint),
          );
        lines.push('');
      }
      if (advice.some(({ candidates }) => candidates.length > 0))
        lines.push(...wrap(LEGEND, WIDTH).map((line) => paint('dim', line)), '');
      if (advice.length > 0)
        lines.push(paint('bold', 'To paste into a configuration:'), '', advisedConfig(advice, plan.record));
      await print(`${lines.join('\n').trimEnd()}\n`);
    });
}

function introduction(
  file: string | undefined,
  { collector, isCut, bad }: ReadSample,
  advice: readonly FieldAdvice[],
): string {
  const name = file === undefined || file === '-' ? 'stdin' : basename(file);
  const cut = isCut ? 'the first ' : '';
  const more = isCut ? ' (--records for more)' : '';
  const faults = `${bad > 0 ? `, ${bad} bad records left out` : ''}${collector.leftOut > 0 ? `, ${collector.leftOut} values left out for want of room` : ''}`;
  const fields = advice.length === 0 ? 'no numeric field' : advice.length === 1 ? '1 field' : `${advice.length} fields`;
  return `${name}: ${cut}${collector.records} record${collector.records === 1 ? '' : 's'}${more}, ${fields}${faults}`;
}

function print(text: string): Promise<void> {
  return new StdoutSink().write(Buffer.from(text));
}
