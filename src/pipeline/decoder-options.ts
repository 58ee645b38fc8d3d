import type { NdjsonDecoderOptions } from '../codec/ndjson-decoder.js';
import { vectorMethodOf } from '../normalize/vector/vector-methods.js';
import type { PipelinePlan } from './plan.js';

/** What of JSON records the plan wants read. */
export function decoderOptions({ fields, record, output }: PipelinePlan): NdjsonDecoderOptions {
  const names = [
    ...fields.named.map(({ name }) => name),
    ...record.key,
    ...(record.group ?? []),
    ...(record.time === undefined ? [] : [record.time]),
  ];
  const reserved = [...(output.mode === 'add' ? ['normalized'] : []), 'epoch', ...output.include];
  const whole = fields.named.filter(({ options }) => vectorMethodOf(options) !== undefined).map(({ name }) => name);
  return { names, whole, others: fields.others !== undefined, reserved };
}
