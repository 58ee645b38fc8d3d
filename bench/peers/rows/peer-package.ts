import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { npmFolder } from '../peer-folders.js';

/** A package that was brought for the benches, with its version. */
export function peerPackage<T>(name: string): { module: T; version: string } {
  const require = createRequire(resolve(npmFolder, 'package.json'));
  const module = require(name) as T & { default?: T };
  const { version } = require(`${name}/package.json`) as { version: string };
  return { module: module.default ?? module, version };
}
