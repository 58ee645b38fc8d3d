import { parseArgs } from 'node:util';

/** The arguments of a script. With `--help`, or with one that it does not know, the help is shown and the process ends. */
export function readFlags(help, config) {
  let read;
  try {
    read = parseArgs({ ...config, options: { ...config.options, help: { type: 'boolean', default: false } } });
  } catch (error) {
    console.error(`${error.message}\n\n${help}`);
    process.exit(2);
  }
  if (!read.values.help) return read;
  console.log(help);
  process.exit(0);
}
