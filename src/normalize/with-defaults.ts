import { defaultMethod } from './default-method.js';
import type { FieldOptions } from './field-options.js';
import { refusal } from './refused-options.js';

/** The options of a field with `defaults` beneath them; a default that the field's method cannot have is left out, not a fault. */
export function withDefaults(options: FieldOptions, defaults: FieldOptions): FieldOptions {
  const method = options.method ?? defaults.method ?? defaultMethod({ ...defaults, ...options });
  const applicable = Object.entries(defaults).filter(([option]) => refusal(method, option) === undefined);
  return { ...Object.fromEntries(applicable), ...options, method };
}
