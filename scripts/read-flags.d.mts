import type { ParseArgsConfig, parseArgs } from 'node:util';

/** The arguments of a script. With `--help`, or with one that it does not know, the help is shown and the process ends. */
export function readFlags<T extends ParseArgsConfig>(help: string, config: T): ReturnType<typeof parseArgs<T>>;
