import { Command, Option } from 'commander';
import { InvalidOptionError } from '../errors.js';
import { isKafkaPlan, isTextPlan } from '../pipeline/plan.js';
import { runPipeline } from '../pipeline/run-pipeline.js';
import { keptConfiguration } from './kept-configuration.js';
import { ProgressBar } from './progress-bar.js';
import { readConfig } from './read-config.js';
import { readConfigText } from './read-config-text.js';
import { reportSummary } from './report-summary.js';
import { runKafkaHere } from './run-kafka-command.js';
import { runWorkers } from './run-workers.js';
import { stopSignal } from './stop-signal.js';

interface Flags {
  progress: boolean;
  logFormat?: 'json' | 'pretty';
  worker?: number;
  watch?: boolean;
}

export function runCommand(settle: (code: number) => void): Command {
  return new Command('run')
    .description('run a pipeline until its source ends or it is told to stop')
    .argument('<config>', 'YAML or JSON file; - is stdin')
    .option('--no-progress', 'no progress bar')
    .addOption(
      new Option('--log-format <format>', 'of the log on stderr; pretty on a terminal').choices(['json', 'pretty']),
    )
    .option('--watch', 'on Kafka: take up the configuration file when it changes, as at SIGHUP')
    .addOption(
      new Option('--worker <number>', 'run as one of several, for the process that keeps them')
        .argParser(Number)
        .hideHelp(),
    )
    .addHelpText(
      'after',
      '\nSIGTERM or Ctrl-C: what was read is finished and saved; a second one stops at once.\nSIGHUP, where it is not the terminal that goes: on Kafka the configuration is read again; one that is wrong changes nothing.\nWith state.store: file, or on Kafka, a run that was killed goes on where it was, and writes no record twice.\n\nExample:\n  streamnorm run pipeline.yaml',
    )
    .action(async (path: string, { progress, logFormat, worker, watch = false }: Flags) => {
      const text = worker === undefined ? readConfigText(path) : await keptConfiguration();
      const plan = readConfig(path, undefined, text);
      if (isKafkaPlan(plan)) {
        if (watch && path === '-')
          throw new InvalidOptionError('--watch', true, 'absent where stdin is the configuration');
        if (worker !== undefined || plan.workers === 1)
          return runKafkaHere(
            plan,
            { ...((path !== '-' || worker !== undefined) && { path }), watch, logFormat },
            worker,
          );
        return runWorkers(plan, text, path, watch, logFormat);
      }
      if (watch) throw new InvalidOptionError('--watch', true, 'absent: it goes with a Kafka source');
      if (!isTextPlan(plan)) throw new TypeError('a plan of no kind');
      const bar = new ProgressBar(progress);
      const summary = await runPipeline(plan, {
        signal: stopSignal(),
        onProgress: (at) => bar.update(at),
        warn: (message) => bar.print(message),
      }).finally(() => bar.stop());
      settle(reportSummary(summary, plan.strict));
    });
}
