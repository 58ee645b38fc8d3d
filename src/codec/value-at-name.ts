/**
 * What a record holds under a dotted name: its own property of that very name first, else the way through its own nested values.
 * undefined where there is nothing. Never looks into prototypes, never recurses.
 */
export function valueAtName(record: unknown, name: string): unknown {
  let value = record;
  let rest = name;
  for (;;) {
    if (typeof value !== 'object' || value === null) return undefined;
    if (Object.hasOwn(value, rest)) return (value as Record<string, unknown>)[rest];
    const dot = rest.indexOf('.');
    const head = rest.slice(0, dot);
    if (dot < 0 || !Object.hasOwn(value, head)) return undefined;
    value = (value as Record<string, unknown>)[head];
    rest = rest.slice(dot + 1);
  }
}
