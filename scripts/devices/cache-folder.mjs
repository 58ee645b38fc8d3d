import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where what is brought stays: STREAMNORM_DEVICES, else the user's cache where XDG_CACHE_HOME names one, else this checkout's own. */
export const cacheFolder =
  process.env.STREAMNORM_DEVICES ||
  (process.env.XDG_CACHE_HOME
    ? join(process.env.XDG_CACHE_HOME, 'streamnorm')
    : fileURLToPath(new URL('../../node_modules/.cache/streamnorm', import.meta.url)));

/**
 * A folder that is there whole or not at all: `make` fills one beside it, which is then renamed. Its marker tells what was made,
 * and by which Node interface, so that another release of either makes it anew.
 */
export async function folderOnce(name, content, make) {
  const folder = join(cacheFolder, name);
  if (isMade(name, content)) return folder;
  const partial = `${folder}.${process.pid}`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  try {
    await make(partial);
    writeFileSync(join(partial, marker), stamp(content));
    rmSync(folder, { recursive: true, force: true });
    renameSync(partial, folder);
  } catch (cause) {
    rmSync(partial, { recursive: true, force: true });
    if (!isMade(name, content)) throw cause; // else another process brought the same meanwhile
  }
  return folder;
}

/** Whether the folder is there, whole, and of this content. */
export function isMade(name, content) {
  const file = join(cacheFolder, name, marker);
  return existsSync(file) && readFileSync(file, 'utf8') === stamp(content);
}

const marker = 'made.json';

function stamp(content) {
  const { modules } = process.versions;
  return `${JSON.stringify({ ...content, platform: process.platform, arch: process.arch, modules })}\n`;
}
