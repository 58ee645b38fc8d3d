/** Why an optional package could not be imported, in one line. A native part that was never built is no missing package, and says so itself. */
export function whyNotLoaded(name: string, cause: unknown): string {
  const { code } = cause as { code?: unknown };
  const isMissing = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
  return isMissing && firstLineOf(cause).includes(`'${name}'`)
    ? `the package ${name} is not installed`
    : `the package ${name} cannot be loaded (${firstLineOf(cause)})`;
}

export function firstLineOf(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).split('\n')[0]!;
}
