import { defaultMethod } from './default-method.js';
import type { CommonOptions, FieldOptions } from './field-options.js';
import { refusal } from './refused-options.js';
import { vectorMethodOf } from './vector/vector-methods.js';

/** The options of a field with `defaults` beneath them; a default that the field's method cannot have is left out, not a fault. */
export function withDefaults(options: FieldOptions, defaults: FieldOptions, hasGroup = false): FieldOptions {
  const method = options.method ?? defaults.method ?? defaultMethod({ ...defaults, ...options }, hasGroup);
  const vector = vectorMethodOf({ ...options, method });
  const applicable = Object.entries(defaults).filter(([option]) =>
    vector === undefined
      ? refusal(method, option) === undefined
      : vector.common.includes(option as keyof CommonOptions),
  );
  return { ...Object.fromEntries(applicable), ...options, method };
}
