import { Command } from 'commander';
import { stringify } from 'yaml';
import { resolveField } from '../normalize/resolve-field.js';
import { resolveVector } from '../normalize/vector/resolve-vector.js';
import { tryConnections } from '../pipeline/kafka/try-connections.js';
import { tryBatchBackend } from '../pipeline/open-batch-backend.js';
import { isKafkaPlan, isTextPlan, type LearnPlan, type PipelinePlan } from '../pipeline/plan.js';
import { resolveLearn } from '../pipeline/resolve-learn.js';
import { readConfig } from './read-config.js';

export function checkCommand(settle: (code: number) => void): Command {
  return new Command('check')
    .description('validate a configuration and print the resolved plan')
    .argument('<config>', 'YAML or JSON file; - is stdin')
    .option('--connect', 'also connect to the brokers, and look at the topics')
    .addHelpText(
      'after',
      '\nFaults are printed as FILE:line:col: path: must be …, got …, and the exit code is 2.\n\u0024{…} is printed as it is written: it may stand for a secret.\n\nExample:\n  streamnorm check pipeline.yaml',
    )
    .action(async (path: string, { connect }: { connect?: boolean }) => {
      const written = new Map<string, string>();
      const plan = readConfig(path, (value, reference) => written.set(value, reference));
      process.stdout.write(stringify(asWritten(describePlan(plan), written)));
      await tryBatchBackend(plan);
      if (!connect || !isKafkaPlan(plan)) return settle(0);
      const findings = await tryConnections(plan);
      for (const { verdict, what, says } of findings) process.stderr.write(`${verdict.padEnd(12)}  ${what}: ${says}\n`);
      settle(findings.some(({ verdict }) => verdict === 'fault') ? 1 : 0);
    });
}

/** `value` with `${…}` in the place of what it came to: that may be a secret. */
function asWritten(value: unknown, written: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return written.get(value) ?? value;
  if (Array.isArray(value)) return value.map((item) => asWritten(item, written));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, asWritten(inner, written)]));
}

/** The plan with what every field's options come to. */
function describePlan(plan: PipelinePlan): unknown {
  const describe = (options: Parameters<typeof resolveField>[0]) => {
    const vector = resolveVector(options);
    if (vector !== undefined) return vector.described;
    const { method, memory, rules, batch } = resolveField(options);
    if (batch !== undefined)
      return { ...options, semantics: batch.semantics, epsilon: batch.epsilon, missing: rules.missing };
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
    ...(isTextPlan(plan) ? withoutKafka(plan) : withoutSecrets(plan)),
    fields: {
      ...Object.fromEntries(named.map(({ name, options }) => [name, describe(options)])),
      ...(others && { '*': describe(others) }),
    },
    ...(plan.learn && { learn: Object.fromEntries(plan.learn.map((model) => describeLearn(model, plan.fields))) }),
  };
}

/** A model by its name, with what its options come to. */
function describeLearn(plan: LearnPlan, fields: PipelinePlan['fields']): [string, unknown] {
  const { name, ...options } = plan;
  const { loss, halfLife } = resolveLearn(plan, fields).loop;
  return [name, { ...options, loss, halfLife }];
}

/** A text source has no use for what is said of Kafka. */
function withoutKafka(plan: PipelinePlan): object {
  const { events, delivery, workers, http, onBadRecord, maxBadRatio, batch, ...rest } = plan;
  return { ...rest, batch: { maxLength: batch.maxLength, backend: batch.backend } };
}

/** Passwords and the like, however they were given. */
function withoutSecrets(value: unknown): object {
  const copy = (name: string, inner: unknown): unknown => {
    if (/^(password|token|passphrase)$/.test(name) && typeof inner === 'string') return '‹secret›';
    if (Array.isArray(inner)) return inner.map((item) => copy('', item));
    return typeof inner === 'object' && inner !== null ? withoutSecrets(inner) : inner;
  };
  return Object.fromEntries(Object.entries(value as object).map(([name, inner]) => [name, copy(name, inner)]));
}
