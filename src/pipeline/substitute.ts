const REFERENCE = /\$\{([^}]*)\}/g;

export interface SubstituteOptions {
  env: Readonly<Record<string, string | undefined>>;
  readSecret: (path: string) => string;
  /** Whether the text stood without quotes: what is put in its place as a whole may then be a number or a boolean. */
  isPlain: boolean;
}

/**
 * `text` with `${NAME}`, `${NAME:-default}` and `${file:PATH}` put in; never read as anything but one scalar.
 * @throws Error when a name is not set or a file cannot be read; the message never holds a value
 */
export function substitute(text: string, { env, readSecret, isPlain }: SubstituteOptions): string | number | boolean {
  if (!text.includes('${')) return text;
  if (/\$\{[^}]*(?:$|\$\{)/.test(text)) throw new Error(`\${ must be closed by } before the next one`);
  const replaced = text.replace(REFERENCE, (whole, inner: string) => {
    if (inner.startsWith('file:')) {
      try {
        return readSecret(inner.slice(5)).replace(/\r?\n$/, '');
      } catch (error) {
        throw new Error(`${whole} must be a file that can be read, got ${(error as NodeJS.ErrnoException).code}`);
      }
    }
    const [, name, fallback] = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s.exec(inner) ?? [];
    if (name === undefined) throw new Error(`${whole} must be \${NAME}, \${NAME:-default} or \${file:PATH}`);
    const value = env[name];
    if (value !== undefined && value !== '') return value;
    if (fallback !== undefined) return fallback;
    throw new Error(`\${${name}} must be set in the environment, got nothing`);
  });
  if (!isPlain) return replaced;
  if (replaced === 'true' || replaced === 'false') return replaced === 'true';
  return /^[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?$/.test(replaced) ? Number(replaced) : replaced;
}
