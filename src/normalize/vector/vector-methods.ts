import { defaultMethod } from '../default-method.js';
import type { FieldOptions } from '../field-options.js';
import { channelMethod } from './methods/channel-method.js';
import { componentMethod } from './methods/component-method.js';
import { frequencyMethod } from './methods/frequency-method.js';
import { hashingMethod } from './methods/hashing-method.js';
import { loudnessMethod } from './methods/loudness-method.js';
import { perImageMethod } from './methods/per-image-method.js';
import { plainMethod } from './methods/plain-method.js';
import { rescaleMethod } from './methods/rescale-method.js';
import { seasonalMethod } from './methods/seasonal-method.js';
import { sinCosMethod } from './methods/sin-cos-method.js';
import { tfIdfMethod } from './methods/tf-idf-method.js';
import { tokenIdsMethod } from './methods/token-ids-method.js';
import { unitNormMethod } from './methods/unit-norm-method.js';
import { windowMethod } from './methods/window-method.js';
import { logOfCount, passThrough, rootOfCount, truth } from './plain/plain-functions.js';
import type { VectorMethodEntry } from './vector-method-entry.js';
import type { VectorMethod } from './vector-options.js';

const ENTRIES: Readonly<Record<VectorMethod, VectorMethodEntry>> = {
  rescale: rescaleMethod,
  'per-image-standardization': perImageMethod,
  'tf-idf': tfIdfMethod,
  hashing: hashingMethod,
  'token-ids': tokenIdsMethod,
  'pass-through': plainMethod(passThrough),
  boolean: plainMethod(truth),
  frequency: frequencyMethod,
  'sin-cos': sinCosMethod,
  'square-root': plainMethod(rootOfCount),
  log1p: plainMethod(logOfCount),
  'instance-norm': windowMethod('instance-norm'),
  san: windowMethod('san'),
  'dish-ts': windowMethod('dish-ts'),
  seasonal: seasonalMethod,
  loudness: loudnessMethod,
};

/** The method of a field that is more than one number; undefined for a field that is one. */
export function vectorMethodOf(field: FieldOptions): VectorMethodEntry | undefined {
  const method = field.method ?? defaultMethod(field);
  if (Object.hasOwn(ENTRIES, method)) return ENTRIES[method as VectorMethod];
  if (field.shape === undefined) return undefined;
  if (method === 'unit-norm') return unitNormMethod;
  const { shape } = field;
  return method === 'z-score' && Array.isArray(shape) && shape.length > 1 ? channelMethod : componentMethod(method);
}
