import { type Document, isAlias, isMap, isPair, isScalar, LineCounter, type Node, parseDocument, visit } from 'yaml';
import { ConfigError } from '../errors.js';
import type { PipelinePlan } from './plan.js';
import type { Fault } from './schema-faults.js';
import { substitute } from './substitute.js';
import { toPlan } from './to-plan.js';

/** Larger than any configuration; smaller than what hurts. */
const LARGEST = 1 << 20;

/** Deeper nesting than any configuration has; the parser itself recurses. */
const DEEPEST = 100;

const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype', '<<']);

export interface LoadConfigOptions {
  /** What the text is called in messages. */
  file: string;
  /** For `${NAME}` and `${NAME:-default}`. */
  env: Readonly<Record<string, string | undefined>>;
  /** For `${file:PATH}`. */
  readSecret: (path: string) => string;
}

/**
 * The plan of a configuration in YAML 1.2 or JSON.
 *
 * @throws ConfigError with every fault as `FILE:line:col: path: must be …, got …`
 */
export function loadConfig(text: string, options: LoadConfigOptions): PipelinePlan {
  const { file } = options;
  if (text.length > LARGEST)
    throw new ConfigError([`${file}: must be at most ${LARGEST} characters, got ${text.length}`]);
  if (isTooDeep(text)) throw new ConfigError([`${file}: must be nested at most ${DEEPEST} deep`]);
  const lines = new LineCounter();
  const document = parseDocument(text.replace(/^\ufeff/, ''), {
    version: '1.2',
    lineCounter: lines,
    uniqueKeys: true,
    prettyErrors: false,
  });
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const syntax = [...document.errors, ...document.warnings].map((error) => `${place(error.pos[0])}: ${error.message}`);
  if (syntax.length > 0) throw new ConfigError(syntax);

  const faults: string[] = [];
  inspect(document, options, (offset, message) => faults.push(`${place(offset)}: ${message}`));
  if (faults.length > 0) throw new ConfigError(faults);

  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch (cause) {
    throw new ConfigError([`${file}: ${(cause as Error).message}`], { cause });
  }
  return toPlan(
    value,
    (fault) => `${place(offsetOf(document, fault))}: ${fault.path.join('.') || 'configuration'}: ${fault.message}`,
  );
}

/** Refuses keys that reach for prototypes and merges; puts environment and secrets into scalars. */
function inspect(
  document: Document,
  { env, readSecret }: LoadConfigOptions,
  fault: (offset: number, message: string) => void,
): void {
  visit(document, {
    Pair(_, { key }) {
      if (isScalar(key) && FORBIDDEN_KEYS.has(String(key.value)))
        fault(key.range?.[0] ?? 0, `${key.value}: must not be a key`);
      if (key !== null && !isScalar(key)) fault((key as Node).range?.[0] ?? 0, 'a key must be plain text');
    },
    Scalar(position, scalar) {
      if (position === 'key' || typeof scalar.value !== 'string') return;
      try {
        scalar.value = substitute(scalar.value, { env, readSecret, isPlain: scalar.type === 'PLAIN' });
      } catch (error) {
        fault(scalar.range?.[0] ?? 0, (error as Error).message);
      }
    },
  });
}

/** Where the thing at fault stands: its key, its value, or the nearest thing around it. */
function offsetOf(document: Document, { path, atKey }: Fault): number {
  for (let length = path.length; length > 0; length--) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    if (!isMap(parent)) {
      const item = document.getIn(path.slice(0, length), true) as Node | undefined;
      if (item?.range) return item.range[0];
      continue;
    }
    const pair = parent.items.find(
      (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(path[length - 1]),
    );
    if (!pair) continue;
    const value = isAlias(pair.value) ? pair.value : (pair.value as Node | null);
    const node = atKey || length < path.length || !value?.range ? (pair.key as Node) : value;
    return node.range?.[0] ?? 0;
  }
  return document.contents?.range?.[0] ?? 0;
}

/** Counts brackets and indentation, without recursion, before the parser sees the text. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 91 || code === 123) depth++;
    else if (code === 93 || code === 125) depth--;
    if (depth > DEEPEST) return true;
  }
  return /^(?: |\t|- |\? ){200}/m.test(text);
}
