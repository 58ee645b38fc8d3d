/**
 * What a record holds under a dotted name: its own property of that very name first, else the way through its own nested objects.
 * undefined where there is nothing. Never looks into prototypes.
 */
export function valueAt(record: unknown, name: string): unknown {
  if (typeof record !== 'object' || record === null) return undefined;
  if (Object.hasOwn(record, name)) return (record as Record<string, unknown>)[name];
  const dot = name.indexOf('.');
  if (dot < 0) return undefined;
  const head = name.slice(0, dot);
  return Object.hasOwn(record, head)
    ? valueAt((record as Record<string, unknown>)[head], name.slice(dot + 1))
    : undefined;
}
