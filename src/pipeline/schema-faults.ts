import type { z } from 'zod';
import { closestName } from './closest-name.js';
import { NOT_IN_THIS_RELEASE } from './config-schema.js';

/** A fault of a configuration: where, and what is wrong in words that follow the path. */
export interface Fault {
  path: readonly (string | number)[];
  message: string;
  /** Whether the place is that of the key and not of the value. */
  atKey?: boolean;
}

type Path = readonly (string | number)[];

/** All that a schema finds wrong with `value`, each put as `must be …, got …`. */
export function schemaFaults(schema: z.ZodType, value: unknown): Fault[] {
  const result = schema.safeParse(value);
  if (result.success) return [];
  return result.error.issues.flatMap((issue) => faultsOf(issue, schema, value));
}

function faultsOf(issue: z.core.$ZodIssue, schema: z.ZodType, value: unknown): Fault[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  const received = valueAt(value, path);
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(path, key, schemaAt(schema, path)));
  if (issue.code === 'invalid_union') {
    // The alternative that got furthest is the one that was meant.
    const deepest = issue.errors.flat().filter((inner) => inner.path.length > 0 || inner.code === 'unrecognized_keys');
    if (typeof received === 'object' && received !== null && deepest.length > 0) {
      const inner = deepest.sort((a, b) => b.path.length - a.path.length)[0]!;
      return faultsOf({ ...inner, path: [...issue.path, ...inner.path] } as z.core.$ZodIssue, schema, value);
    }
  }
  return [{ path, message: `must be ${expectation(issue, schemaAt(schema, path))}, got ${display(received)}` }];
}

function unknownKey(path: Path, key: string, at: z.ZodType | undefined): Fault {
  const full = [...path, key];
  if (NOT_IN_THIS_RELEASE.includes(full.join('.')))
    return { path: full, message: 'is not part of this release', atKey: true };
  const names = at && 'shape' in at ? Object.keys(at.shape as object) : [];
  const meant = closestName(key, names);
  const known = names.length > 0 ? `; known here: ${names.join(', ')}` : '';
  return {
    path: full,
    message: `must be absent: there is no such option${meant ? `, did you mean ${meant}?` : known}`,
    atKey: true,
  };
}

function expectation(issue: z.core.$ZodIssue, at: z.ZodType | undefined): string {
  const description = at?.description;
  if (description !== undefined) return description;
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
    const next = (inner.shape as Record<string, z.ZodType>)[String(head)];
    return next && schemaAt(next, rest);
  }
  if ('options' in inner && Array.isArray(inner.options)) {
    for (const option of inner.options as z.ZodType[]) {
      const found = typeof option === 'object' ? schemaAt(option, path) : undefined;
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

function valueAt(value: unknown, path: Path): unknown {
  let at = value;
  for (const part of path)
    at = typeof at === 'object' && at !== null ? (at as Record<string | number, unknown>)[part] : undefined;
  return at;
}

export function display(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
