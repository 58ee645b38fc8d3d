import type { IncomingMessage } from 'node:http';

/** The body of a request; undefined as soon as it is known to be longer than `limit` bytes, and no more of it is read. */
export function readBody(request: IncomingMessage, limit: number): Promise<Uint8Array | undefined> {
  const { 'content-length': announced, 'transfer-encoding': encoding } = request.headers;
  if (Number(announced ?? 0) > limit || (limit === 0 && encoding !== undefined)) return Promise.resolve(undefined);
  if (limit === 0 || ((announced ?? '0') === '0' && encoding === undefined)) return Promise.resolve(new Uint8Array(0));
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let length = 0;
    request.on('data', (part: Buffer) => {
      length += part.length;
      if (length > limit) {
        request.pause();
        resolve(undefined);
      } else parts.push(part);
    });
    request.on('end', () => resolve(Buffer.concat(parts)));
    request.on('close', () => reject(new Error('the client went away')));
    request.on('error', reject);
  });
}
