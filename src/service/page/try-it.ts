import { byId, element, setText, svgElement } from './dom.js';
import { formatCount } from './format.js';
import type { TriedField } from './try/try-out.js';
import type { TryAnswer, TryRequest } from './try-worker.js';

/** Bytes that are taken: the page holds them twice. */
const MOST_BYTES = 100_000_000;
const WIDTH = 300;
const HEIGHT = 56;
/** Scores that the lines of normalized values have room for. */
const LIMIT = 5;

/** Tries a pasted or dropped file with each method. It is read and worked on in this browser; nothing is sent anywhere. */
class TryIt {
  readonly #dialog = byId<HTMLDialogElement>('try');
  readonly #results = byId('try-results');
  readonly #key = byId<HTMLSelectElement>('try-key');
  readonly #sections = new Map<string, HTMLElement>();
  #worker: Worker | undefined;
  #bytes: Uint8Array | undefined;

  constructor() {
    byId('try-open').addEventListener('click', () => this.#dialog.showModal());
    byId('try-close').addEventListener('click', () => this.#dialog.close());
    this.#dialog.addEventListener('close', () => this.#worker?.terminate());
    byId('try-go').addEventListener('click', () =>
      this.#take(new TextEncoder().encode(byId<HTMLTextAreaElement>('try-text').value)),
    );
    const file = byId<HTMLInputElement>('try-file');
    file.addEventListener('change', () => void this.#read(file.files?.[0]));
    this.#dialog.addEventListener('dragover', (event) => event.preventDefault());
    this.#dialog.addEventListener('drop', (event) => {
      event.preventDefault();
      void this.#read(event.dataTransfer?.files[0]);
    });
    this.#key.addEventListener('change', () => this.#begin(this.#key.value));
  }

  async #read(file: File | undefined): Promise<void> {
    if (file === undefined) return;
    if (file.size > MOST_BYTES) {
      this.#say(`${file.name} is above ${MOST_BYTES / 1e6} MB; streamnorm advise and normalize take files of any size`);
      return;
    }
    this.#take(new Uint8Array(await file.arrayBuffer()));
  }

  #take(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#begin(undefined);
  }

  #begin(key: string | undefined): void {
    this.#worker?.terminate();
    if (this.#bytes === undefined) return;
    this.#results.replaceChildren();
    this.#sections.clear();
    this.#say('reading …');
    const worker = new Worker('/try-worker.js', { type: 'module' });
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<TryAnswer>) => {
      if (worker === this.#worker) this.#show(data);
    };
    worker.onerror = () => this.#say('it could not be worked on');
    worker.postMessage({ bytes: this.#bytes, key } satisfies TryRequest);
  }

  #show(answer: TryAnswer): void {
    switch (answer.kind) {
      case 'sample': {
        const { format, records, bad, firstFault, isCut, keys, key, fields } = answer;
        const cut = isCut ? ', the first of more' : '';
        const faults = bad > 0 ? `; ${formatCount(bad)} bad, the first: ${firstFault}` : '';
        const nothing = fields.length === 0 ? '; no numbers in it' : '';
        this.#say(`${format}, ${formatCount(records)} records${cut}${faults}${nothing}`);
        this.#key.replaceChildren(new Option('one series', ''), ...keys.map((name) => new Option(name, name)));
        this.#key.value = key;
        break;
      }
      case 'field':
        this.#showField(answer.field);
        break;
      case 'advice': {
        const { field, method, label, reasons } = answer.advice;
        const section = this.#sections.get(field);
        setText(section!.querySelector('.advice')!, `◆ advised: ${label} – ${reasons.join('; ')}`);
        section!.querySelector(`[data-method="${method}"]`)?.classList.add('advised');
        break;
      }
      case 'fault':
        this.#say(answer.message);
        break;
      case 'done':
        this.#results.dataset.state = 'done';
    }
  }

  #showField({ field, values, key, outline, methods }: TriedField): void {
    const section = element('section');
    const title = element('h3', field);
    title.append(element('span', ` ${formatCount(values)} values${key === '' ? '' : `; drawn: ${key}`}`, 'quiet'));
    const grid = element('div', '', 'methods');
    const known = outline.filter((x) => !Number.isNaN(x));
    // Not Math.min(...known): a field has more values than a call has room for arguments.
    const low = known.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    const high = known.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    grid.append(card('raw', '', outline, low, high, false));
    for (const { method, mean, deviation, beyond3, scores, epochs, outline: line } of methods) {
      const facts =
        scores === 0
          ? 'no scores: too few values'
          : `mean ${mean.toFixed(2)}, sd ${deviation.toFixed(2)}, beyond ±3 ${(100 * beyond3).toFixed(1)} %${epochs > 0 ? `, renormalized ${epochs} ×` : ''}`;
      const made = card(method, facts, line, -LIMIT, LIMIT, true);
      made.dataset.method = method;
      grid.append(made);
    }
    section.append(title, element('p', 'advice follows …', 'advice quiet'), grid);
    this.#sections.set(field, section);
    this.#results.append(section);
  }

  #say(words: string): void {
    delete this.#results.dataset.state;
    setText(byId('try-facts'), words);
  }
}

/** One line with what is known of it; `isScore`: with a band of ±3 behind it. */
function card(
  title: string,
  facts: string,
  line: Float64Array,
  low: number,
  high: number,
  isScore: boolean,
): HTMLElement {
  const made = element('figure');
  const picture = svgElement('svg', {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: 'none',
    role: 'img',
    'aria-label': `${title}: ${facts}`,
  });
  const y = (x: number) => (HEIGHT * (high - Math.max(low, Math.min(high, x)))) / (high - low || 1);
  if (isScore) picture.append(svgElement('rect', { x: 0, width: WIDTH, y: y(3), height: y(-3) - y(3), class: 'band' }));
  let path = '';
  for (let i = 0; i < line.length; i++) {
    if (Number.isNaN(line[i])) continue;
    path += `${path === '' || Number.isNaN(line[i - 1] ?? Number.NaN) ? 'M' : 'L'}${((i * WIDTH) / line.length).toFixed(1)} ${y(line[i]!).toFixed(1)}`;
  }
  picture.append(svgElement('path', { d: path, class: 'line' }));
  made.append(element('figcaption', title), picture, element('p', facts, 'quiet'));
  return made;
}

/** Makes the button and the dialog work. */
export function offerTryIt(): void {
  new TryIt();
}
