import type { NdjsonDecoderOptions } from '../codec/ndjson-decoder.js';
import { vectorMethodOf } from '../normalize/vector/vector-methods.js';
import type { PipelinePlan } from './plan.js';
import { LEARNT } from './record-models.js';

/** What of JSON records the plan wants read. */
export function decoderOptions({ fields, record, output, learn = [] }: PipelinePlan): NdjsonDecoderOptions {
  const names = [
    ...fields.named.map(({ name }) => name),
    ...record.key,
    ...(record.group ?? []),
    ...(record.time === undefined ? [] : [record.time]),
    ...learn.flatMap(({ features, target }) => [...features, target]),
  ];
  const reserved = [
    ...(output.mode === 'add' ? ['normalized'] : []),
    'epoch',
    ...output.include,
    ...(learn.length > 0 ? [LEARNT] : []),
  ];
  const whole = fields.named.filter(({ options }) => vectorMethodOf(options) !== undefined).map(({ name }) => name);
  return { names, whole, others: fields.others !== undefined, reserved };
}
