import { InvalidArgumentError, Option } from 'commander';

/** `--url`, of a running service. */
export function serviceOption(): Option {
  return new Option('--url <address>', 'of the running service')
    .default(new URL('http://127.0.0.1:9464'), 'http://127.0.0.1:9464')
    .argParser((text) => {
      const url = URL.canParse(text) ? new URL(text) : undefined;
      if (url === undefined || !/^https?:$/.test(url.protocol))
        throw new InvalidArgumentError('must be an address like http://127.0.0.1:9464.');
      return url;
    });
}
