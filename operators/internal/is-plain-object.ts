/** Whether a value is an object as a literal makes it, however many properties it has: nothing inherited but what all objects have. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
