import { request } from 'node:http';

/** Pages that look on: each holds a stream of events open and reads all of it, as a browser does that shows a series. */
export class Pages {
  readonly #ends: (() => void)[] = [];
  /** Bytes and messages that came to all of them. */
  bytes = 0;
  messages = 0;

  /** @param address of `/api/live`, with what is asked of it */
  async open(address: string, count: number): Promise<void> {
    await Promise.all(
      Array.from(
        { length: count },
        () =>
          new Promise<void>((resolve, reject) => {
            const asked = request(address, { agent: false }, (answer) => {
              if (answer.statusCode !== 200) reject(new Error(`a page was answered ${answer.statusCode}`));
              answer.on('data', (data: Buffer) => {
                this.bytes += data.length;
                for (let at = data.indexOf('\n\n'); at >= 0; at = data.indexOf('\n\n', at + 2)) this.messages++;
              });
              resolve();
            });
            asked.on('error', reject);
            asked.end();
            this.#ends.push(() => {
              asked.off('error', reject);
              asked.on('error', () => {}); // it is cut off
              asked.destroy();
            });
          }),
      ),
    );
  }

  close(): void {
    for (const end of this.#ends.splice(0)) end();
  }
}
