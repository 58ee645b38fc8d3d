import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { Route } from './route.js';

const FILES: readonly (readonly [path: string, file: string, type: string])[] = [
  ['/', 'index.html', 'text/html; charset=utf-8'],
  ['/page.js', 'page.js', 'text/javascript; charset=utf-8'],
  ['/try-worker.js', 'try-worker.js', 'text/javascript; charset=utf-8'],
  ['/page.css', 'page.css', 'text/css; charset=utf-8'],
  ['/icon.svg', 'icon.svg', 'image/svg+xml'],
];

/**
 * The page, read and compressed once: a request never opens a file. Without a build of the page there are no routes, and `/` is not found.
 *
 * @param folder of the built page, by default beside this file
 */
export function pageRoutes(folder: URL = new URL('./page/', import.meta.url)): Route[] {
  const routes: Route[] = [];
  for (const [path, file, type] of FILES) {
    let content: Buffer;
    try {
      content = readFileSync(new URL(file, folder));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
    const packed = gzipSync(content, { level: 9 });
    const headers = { 'content-type': type, vary: 'accept-encoding' };
    routes.push({
      method: 'GET',
      path,
      handle: ({ header }) =>
        /\bgzip\b/.test(header('accept-encoding') ?? '')
          ? { headers: { ...headers, 'content-encoding': 'gzip' }, body: packed }
          : { headers, body: content },
    });
  }
  return routes;
}
