/** Deeper nesting than this is not looked into. */
export const DEEPEST_FIELD = 16;

/**
 * The dotted names under which `valueAtName` finds the numbers of a record, those of nested objects included, those of arrays not; but
 * nothing under the properties in `except`.
 */
export function numericNames(record: object, except: ReadonlySet<string>): string[] {
  const names: string[] = [];
  const open: { value: object; prefix: string; depth: number }[] = [{ value: record, prefix: '', depth: 0 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { value: outer, prefix, depth } = next;
    for (const property of Object.keys(outer)) {
      const value = (outer as Record<string, unknown>)[property];
      if (depth === 0 && except.has(property)) continue;
      if (typeof value === 'number') names.push(prefix + property);
      else if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
        if (depth < DEEPEST_FIELD && !property.includes('.'))
          open.push({ value, prefix: `${prefix}${property}.`, depth: depth + 1 });
      }
    }
  }
  return names;
}
