import { Command } from 'commander';
import { stringify } from 'yaml';
import { resolveField } from '../normalize/resolve-field.js';
import type { PipelinePlan } from '../pipeline/plan.js';
import { readConfig } from './read-config.js';

export function checkCommand(settle: (code: number) => void): Command {
  return new Command('check')
    .description('validate a configuration and print the resolved plan')
    .argument('<config>', 'YAML or JSON file; - is stdin')
    .addHelpText(
      'after',
      '\nFaults are printed as FILE:line:col: path: must be …, got …, and the exit code is 2.\n\nExample:\n  streamnorm check pipeline.yaml',
    )
    .action((path: string) => {
      process.stdout.write(stringify(describePlan(readConfig(path))));
      settle(0);
    });
}

/** The plan with what every field's options come to. */
function describePlan(plan: PipelinePlan): unknown {
  const describe = (options: Parameters<typeof resolveField>[0]) => {
    const { method, memory, rules } = resolveField(options);
    if (method === 'unit-norm' || method === 'none') return { method };
    const { clipLow, clipHigh, learnWithin, timed: _, ...rest } = rules;
    return {
      ...options,
      method,
      ...(method !== 'adaptive' && method !== 'innovation' && { memory }),
      ...rest,
      ...((Number.isFinite(clipLow) || Number.isFinite(clipHigh)) && { clip: [clipLow, clipHigh] }),
      ...(Number.isFinite(learnWithin) && { learnWithin }),
    };
  };
  const { named, others } = plan.fields;
  return {
    ...plan,
    fields: {
      ...Object.fromEntries(named.map(({ name, options }) => [name, describe(options)])),
      ...(others && { '*': describe(others) }),
    },
  };
}
