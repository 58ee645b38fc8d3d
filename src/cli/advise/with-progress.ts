/** Calls `work` on each item, saying on stderr which is at hand; nothing where stderr is no terminal. */
export function withProgress<T extends { name: string }, R>(
  items: readonly T[],
  what: string,
  work: (item: T) => R,
): R[] {
  const isOn = process.stderr.isTTY === true;
  const results = items.map((item, i) => {
    if (isOn) process.stderr.write(`\r\x1b[2K${what} ${item.name.slice(0, 40)} (${i + 1} of ${items.length})`);
    return work(item);
  });
  if (isOn) process.stderr.write('\r\x1b[2K');
  return results;
}
