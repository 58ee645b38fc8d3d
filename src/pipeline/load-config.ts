import { type Document, isMap, isPair, isScalar, LineCounter, type Node, visit } from 'yaml';
import { ConfigError } from '../errors.js';
import { parseDocument, type TextFault } from './parse-document.js';
import type { PipelinePlan } from './plan.js';
import type { Fault } from './schema-faults.js';
import { substitute } from './substitute.js';
import { toPlan } from './to-plan.js';

/** Faults shown; a text of nothing but faults is not worth more. */
const MOST_SHOWN = 100;

export interface LoadConfigOptions {
  /** What the text is called in messages. */
  file: string;
  /** For `${NAME}` and `${NAME:-default}`. */
  env: Readonly<Record<string, string | undefined>>;
  /** For `${file:PATH}`. */
  readSecret: (path: string) => string;
  /** Told of each text that something was put into: what it came to, and what it was as written, which is what people are shown. */
  onSubstitute?: (value: string, written: string) => void;
}

/**
 * The plan of a configuration in YAML 1.2 or JSON.
 *
 * Messages show `${…}` as it is written, never what it came to.
 *
 * @throws ConfigError with every fault as `FILE:line:col: path: must be …, got …`
 */
export function loadConfig(text: string, options: LoadConfigOptions): PipelinePlan {
  const lines = new LineCounter();
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${options.file}:${Math.max(line, 1)}:${Math.max(col, 1)}`;
  };
  const settle = (faults: readonly TextFault[]): void => {
    if (faults.length === 0) return;
    const shown = faults.slice(0, MOST_SHOWN).map(({ offset, message }) => `${place(offset)}: ${message}`);
    if (faults.length > MOST_SHOWN) shown.push(`… and ${faults.length - MOST_SHOWN} more`);
    throw new ConfigError(shown);
  };
  const { document, faults } = parseDocument(text.replace(/^\ufeff/, ''), lines.addNewLine);
  settle(faults);
  const written = plainValue(document!);
  settle(substituteAll(document!, options));
  return toPlan(
    plainValue(document!),
    (fault) =>
      `${place(offsetOf(document!, fault.path, fault.atKey))}: ${fault.path.join('.') || 'configuration'}: ${fault.message}`,
    written,
  );
}

/** Aliases were counted and found harmless before. */
function plainValue(document: Document): unknown {
  return document.toJS({ maxAliasCount: -1 }) ?? {};
}

/** Puts environment and secrets into scalars; never into keys. */
function substituteAll(document: Document, { env, readSecret, onSubstitute }: LoadConfigOptions): TextFault[] {
  const faults: TextFault[] = [];
  visit(document, {
    Scalar(position, scalar, ancestors) {
      if (position === 'key' || typeof scalar.value !== 'string') return;
      const written = scalar.value;
      try {
        scalar.value = substitute(written, { env, readSecret, isPlain: scalar.type === 'PLAIN' });
      } catch (error) {
        const path = ancestors.flatMap((node) => (isPair(node) && isScalar(node.key) ? [node.key.value] : []));
        faults.push({
          offset: scalar.range?.[0] ?? 0,
          message: `${path.join('.') || 'configuration'}: ${(error as Error).message}`,
        });
      }
      if (scalar.value !== written) onSubstitute?.(String(scalar.value), written);
    },
  });
  return faults;
}

/** Where the thing at fault stands: its key, its value, or the nearest thing around it. */
function offsetOf(document: Document, path: Fault['path'], atKey = false): number {
  for (let length = path.length; length > 0; length--) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    if (!isMap(parent)) {
      const item = document.getIn(path.slice(0, length), true) as Node | undefined;
      if (item?.range) return item.range[0];
      continue;
    }
    const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === String(path[length - 1]));
    if (!pair) continue;
    const value = pair.value as Node | null;
    const node = atKey || length < path.length || !value?.range ? (pair.key as Node) : value;
    return node.range?.[0] ?? 0;
  }
  return document.contents?.range?.[0] ?? 0;
}
