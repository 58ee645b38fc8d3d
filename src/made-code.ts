/** Code that was made before, which the engine has optimized already when a stream like it is subscribed to again. */
const made = new Map<string, unknown>();
const MOST = 128;

/**
 * A function whose source names the properties it deals with: such a property costs V8 a load or a store, one whose name comes from a list a
 * search in a hash table.
 *
 * @param id says what the code depends on
 * @returns undefined where code may not be made (a content security policy, `--disallow-code-generation-from-strings`)
 */
export function madeCode<F>(id: string, parameters: readonly string[], body: () => string): F | undefined {
  const known = made.get(id);
  if (known !== undefined) return known as F;
  try {
    const code = new Function(...parameters, body());
    if (made.size >= MOST) made.clear();
    made.set(id, code);
    return code as F;
  } catch (error) {
    if (error instanceof EvalError) return undefined;
    throw error;
  }
}

/** A name as a literal of source code, whatever is in it. */
export function quoted(name: string): string {
  return JSON.stringify(name).replace(/[\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`);
}

/**
 * The source of an object with these properties.
 * @param value the source of each
 */
export function literal(names: readonly string[], value: (name: string, i: number) => string): string {
  // In brackets `__proto__` is a name as any other; the others do without, for then V8 knows the shape of the object beforehand.
  const keys = names.map((name) => (name === '__proto__' ? `[${quoted(name)}]` : quoted(name)));
  return `{${keys.map((key, i) => `${key}: ${value(names[i]!, i)}`).join(', ')}}`;
}
