/** Deeper nesting than this is not looked into. */
const DEEPEST = 16;

/** The dotted names of all numbers in a record, nested objects included, arrays not, without those in `except`. */
export function numericFields(record: object, except: ReadonlySet<string>): string[] {
  const names: string[] = [];
  collect(record, '', names, except, 0);
  return names;
}

function collect(record: object, prefix: string, names: string[], except: ReadonlySet<string>, depth: number): void {
  for (const property of Object.keys(record)) {
    const name = prefix + property;
    const value = (record as Record<string, unknown>)[property];
    if (typeof value === 'number') {
      if (!except.has(name)) names.push(name);
    } else if (
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      !ArrayBuffer.isView(value) &&
      depth < DEEPEST
    ) {
      collect(value, `${name}.`, names, except, depth + 1);
    }
  }
}
