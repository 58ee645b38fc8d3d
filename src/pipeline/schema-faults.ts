import type { z } from 'zod';
import { closestName } from './closest-name.js';
import { LATER_VALUES, NOT_IN_THIS_RELEASE } from './config-schema.js';

/** A fault of a configuration: where, and what is wrong in words that follow the path. */
export interface Fault {
  path: readonly (string | number)[];
  message: string;
  /** Whether the place is that of the key and not of the value. */
  atKey?: boolean;
}

type Path = readonly (string | number)[];

/**
 * All that a schema finds wrong with `value`, each put as `must be …, got …`.
 * @param written `value` as messages show it: without what was put into it
 */
export function schemaFaults(schema: z.ZodType, value: unknown, written = value): Fault[] {
  const result = schema.safeParse(value);
  if (result.success) return [];
  return result.error.issues.flatMap((issue) => faultsOf(issue, schema, written));
}

function faultsOf(issue: z.core.$ZodIssue, schema: z.ZodType, written: unknown): Fault[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  const received = valueAt(written, path);
  if (issue.code === 'unrecognized_keys') {
    const at = schemaAt(schema, path);
    // Known by itself, not beside the others: the fault is that of the whole.
    if (at?.description === undefined || issue.keys.some((key) => !namesIn(at).includes(key)))
      return issue.keys.map((key) => unknownKey(path, key, at));
  }
  if (issue.code === 'invalid_union') {
    // The alternative that got furthest is the one that was meant.
    const deepest = issue.errors.flat().filter((inner) => inner.path.length > 0 || inner.code === 'unrecognized_keys');
    if (typeof received === 'object' && received !== null && deepest.length > 0) {
      const inner = deepest.sort((a, b) => b.path.length - a.path.length)[0]!;
      return faultsOf({ ...inner, path: [...issue.path, ...inner.path] } as z.core.$ZodIssue, schema, written);
    }
  }
  const name = path.join('.');
  const later = LATER_VALUES[name]?.includes(String(received)) || LATER_VALUES[name]?.length === 0;
  const aside = later ? `: ${name === 'http' ? 'http' : String(received)} is not part of this release` : '';
  return [
    {
      path,
      message: `must be ${expectation(issue, schemaAt(schema, path))}, got ${displayAt(path, received)}${aside}`,
    },
  ];
}

function unknownKey(path: Path, key: string, at: z.ZodType | undefined): Fault {
  const full = [...path, key];
  if (NOT_IN_THIS_RELEASE.includes(full.join('.')))
    return { path: full, message: 'is not part of this release', atKey: true };
  const names = namesIn(at);
  const meant = closestName(key, names);
  const known = names.length > 0 ? `; known here: ${names.join(', ')}` : '';
  return {
    path: full,
    message: `must be absent: there is no such option${meant ? `, did you mean ${meant}?` : known}`,
    atKey: true,
  };
}

/** The options that stand in a schema: of a union, those of its alternatives. */
function namesIn(schema: z.ZodType | undefined): string[] {
  if (!schema) return [];
  const inner = unwrap(schema);
  if ('shape' in inner) return Object.keys(inner.shape as object);
  return 'options' in inner
    ? (inner.options as unknown[]).flatMap((option) => (isSchema(option) ? namesIn(option) : []))
    : [];
}

function isSchema(option: unknown): option is z.ZodType {
  return typeof option === 'object' && option !== null && 'safeParse' in option;
}

function expectation(issue: z.core.$ZodIssue, at: z.ZodType | undefined): string {
  const description = at?.description;
  if (description !== undefined) return description;
  if (issue.code === 'invalid_union') {
    const listed = issue.errors.flat().find((inner) => inner.code === 'invalid_value');
    if (listed) return expectation(listed as z.core.$ZodIssue, undefined);
  }
  if (issue.code === 'invalid_value')
    return `one of ${issue.values.map((allowed) => JSON.stringify(allowed)).join(', ')}`;
  if (issue.code === 'invalid_type') return issue.expected === 'object' ? 'a mapping' : `a ${issue.expected}`;
  return issue.message.replace(/^Invalid input: expected /, '').replace(/^Invalid input$/, 'valid');
}

/** The part of the schema that `path` leads to, through options, unions and lists. */
function schemaAt(schema: z.ZodType, path: Path): z.ZodType | undefined {
  const inner = unwrap(schema);
  if (path.length === 0) return schema.description === undefined ? inner : schema;
  const [head, ...rest] = path;
  if ('shape' in inner) {
    const shape = inner.shape as Record<string, z.ZodType>;
    return Object.hasOwn(shape, String(head)) ? schemaAt(shape[String(head)]!, rest) : undefined;
  }
  if ('options' in inner && Array.isArray(inner.options)) {
    for (const option of inner.options as z.ZodType[]) {
      const found = isSchema(option) ? schemaAt(option, path) : undefined;
      if (found) return found;
    }
    return undefined;
  }
  const def = inner.def as { valueType?: z.ZodType; element?: z.ZodType };
  const next = def.valueType ?? def.element;
  return next && schemaAt(next, rest);
}

function unwrap(schema: z.ZodType): z.ZodType {
  let inner = schema;
  while ('unwrap' in inner && typeof inner.unwrap === 'function') inner = inner.unwrap() as z.ZodType;
  return inner;
}

/** What `path` leads to; undefined where it leads nowhere. */
export function valueAt(value: unknown, path: Path): unknown {
  let at = value;
  for (const part of path)
    at = typeof at === 'object' && at !== null && Object.hasOwn(at, part) ? at[part as keyof typeof at] : undefined;
  return at;
}

/** The value of an option as a fault shows it: what may be a password, or may hold one, is not shown. */
export function displayAt(path: Path, value: unknown): string {
  const isSecret = path.some((part) => /^(sasl|password|token|passphrase)$/.test(String(part)));
  const last = path.at(-1);
  if (isSecret && last !== 'mechanism' && last !== 'username' && value !== undefined)
    return 'a value that is not shown';
  // As in an address that somebody has put a password into: user:password@host:port.
  return display(value).replace(/[^\s"',[\]/]*@/g, '‹secret›@');
}

export function display(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number') return String(value);
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
