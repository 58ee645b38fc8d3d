/** The whole terminal as a page that is drawn anew; gives everything back when it is closed, however the process ends. */
export class TerminalScreen {
  readonly #output: NodeJS.WriteStream;
  readonly #input: NodeJS.ReadStream;
  #isOpen = false;
  readonly #close = () => this.close();

  constructor(output: NodeJS.WriteStream, input: NodeJS.ReadStream) {
    this.#output = output;
    this.#input = input;
  }

  open(onKey: (key: string) => void): void {
    this.#isOpen = true;
    this.#output.write('\x1b[?1049h\x1b[?25l\x1b[2J'); // alternate screen, no cursor
    process.on('exit', this.#close);
    if (this.#input.isTTY) {
      this.#input.setRawMode(true);
      this.#input.resume();
      this.#input.on('data', (data) => onKey(String(data)));
    }
  }

  draw(lines: readonly string[]): void {
    if (!this.#isOpen) return;
    this.#output.write(`\x1b[H${lines.map((text) => `${text}\x1b[K`).join('\r\n')}\x1b[J`);
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    process.off('exit', this.#close);
    if (this.#input.isTTY) {
      this.#input.setRawMode(false);
      this.#input.pause();
    }
    this.#output.write('\x1b[?25h\x1b[?1049l');
  }
}
