/**
 * A plain copy of a record, which more will be added to: its own enumerable properties, in their order.
 *
 * What is added to a copy made by spread costs V8 (as of Node 20) a hidden class of its own for each object, ten times the copy; not so
 * after `Object.assign`, which is as good but where a property is called `__proto__`.
 */
export function copyOf<T extends object>(record: T): T {
  return Object.hasOwn(record, '__proto__') ? { ...record } : Object.assign({}, record);
}
