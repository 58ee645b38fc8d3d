import { existsSync } from 'node:fs';
import { parse } from 'yaml';
import { describeOptions } from '../../advise/candidates.js';
import { createDetector } from '../../drift/create-detector.js';
import type { DetectorOptions } from '../../drift/detector-options.js';
import { InvalidOptionError } from '../../errors.js';
import type { FieldOptions } from '../../normalize/field-options.js';
import { resolveField } from '../../normalize/resolve-field.js';
import type { PipelinePlan } from '../../pipeline/plan.js';
import { readConfig } from '../read-config.js';

/** What is to be judged, by field. */
export interface NamedConfiguration {
  name: string;
  optionsOf: (field: string) => FieldOptions | undefined;
  /** Where it came from a file. */
  plan?: PipelinePlan;
}

/**
 * A configuration as it is given on the command line: a pipeline file; a method, `robust`; a method with options,
 * `robust:window=500,unitVariance=true`; or the options as YAML, `{method: robust, memory: {window: 500}}`.
 * @throws ConfigError, InvalidOptionError
 */
export function parseConfiguration(text: string): NamedConfiguration {
  if (/\.(ya?ml|json)$/i.test(text) || (existsSync(text) && !/^[a-z-]+$/.test(text))) {
    const plan = readConfig(text);
    const named = new Map(plan.fields.named.map(({ name, options }) => [name, options]));
    return { name: text, plan, optionsOf: (field) => named.get(field) ?? plan.fields.others };
  }
  const options = text.startsWith('{') ? (parseYaml(text) as FieldOptions) : (parseShort(text) as FieldOptions);
  if (typeof options !== 'object' || options === null)
    throw new InvalidOptionError('configuration', text, 'a file, a method, method:option=value or {YAML}');
  resolveField(options);
  // YAML is too long for a table.
  return { name: text.startsWith('{') ? describeOptions(options) : text, optionsOf: () => options };
}

/**
 * A detector as it is given on the command line: `adwin`, or `cusum:falseAlarmEvery=1000,smallestShift=2`.
 * @throws InvalidOptionError
 */
export function parseDetector(text: string): DetectorOptions {
  const options = parseShort(text, 'name') as DetectorOptions;
  createDetector(options);
  return options;
}

/** `half-life` and `window` stand for the memory. */
function parseShort(text: string, what: 'method' | 'name' = 'method'): FieldOptions | DetectorOptions {
  const at = text.indexOf(':');
  const options: Record<string, unknown> = { [what]: at < 0 ? text : text.slice(0, at) };
  if (at >= 0)
    // A comma within brackets belongs to the value.
    for (const part of text.slice(at + 1).split(/,(?![^[]*\])/)) {
      const [name = '', ...rest] = part.split('=');
      const value = parseYaml(rest.join('='));
      if (rest.length === 0)
        throw new InvalidOptionError(what === 'name' ? 'detector' : 'configuration', text, `${what}:option=value,…`);
      if (what === 'name') options[name] = value;
      else if (name === 'halfLife' || name === 'half-life') options.memory = { halfLife: value };
      else if (name === 'window') options.memory = { window: value };
      else options[name] = value;
    }
  return options as FieldOptions | DetectorOptions;
}

function parseYaml(text: string): unknown {
  try {
    return parse(text) as unknown;
  } catch (cause) {
    throw new InvalidOptionError('configuration', text, `YAML (${(cause as Error).message.split('\n')[0]})`);
  }
}
