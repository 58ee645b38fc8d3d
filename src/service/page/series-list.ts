import type { SeriesPage, SeriesRow } from '../../pipeline/view/series-view.js';
import { byId, element, setText, svgElement } from './dom.js';
import { formatCount, formatScore, formatValue, STATE_SIGNS } from './format.js';

interface RowElements {
  line: HTMLTableRowElement;
  name: HTMLElement;
  value: HTMLElement;
  score: HTMLElement;
  spark: SVGPathElement;
  state: HTMLElement;
  epoch: HTMLElement;
  id: string;
}

/** The table of series. Lines are made once and filled anew; what is typed into the search never waits for them. */
export class SeriesList {
  readonly #rows: RowElements[] = [];
  readonly #body = byId('rows');
  readonly #onChoose: (id: string) => void;
  #chosen = '';

  constructor(onChoose: (id: string) => void) {
    this.#onChoose = onChoose;
  }

  show({ rows, matching, total }: SeriesPage, offset: number): void {
    while (this.#rows.length < rows.length) this.#rows.push(this.#makeRow());
    for (const [i, elements] of this.#rows.entries()) {
      const row = rows[i];
      elements.line.hidden = row === undefined;
      if (row !== undefined) this.#fill(elements, row);
    }
    byId('none').hidden = rows.length > 0;
    setText(
      byId('matching'),
      matching === total ? formatCount(total) : `${formatCount(matching)} of ${formatCount(total)}`,
    );
    setText(byId('place'), rows.length === 0 ? '' : `${offset + 1} to ${offset + rows.length}`);
    byId<HTMLButtonElement>('previous').disabled = offset === 0;
    byId<HTMLButtonElement>('next').disabled = offset + rows.length >= matching;
  }

  choose(id: string): void {
    this.#chosen = id;
    for (const { line, id: own } of this.#rows) this.#markChosen(line, own === id);
  }

  /** The series above or below the chosen one, as far as it is on this page. */
  beside(step: 1 | -1): string | undefined {
    const visible = this.#rows.filter(({ line }) => !line.hidden);
    const at = visible.findIndex(({ id }) => id === this.#chosen);
    const next = visible[at < 0 ? 0 : at + step];
    next?.line.scrollIntoView({ block: 'nearest' });
    return next?.id;
  }

  #fill(elements: RowElements, row: SeriesRow): void {
    elements.id = row.id;
    setText(elements.name, row.field === 'value' || row.field === '' ? row.key : `${row.key} · ${row.field}`);
    elements.name.title = elements.name.textContent ?? '';
    setText(elements.value, `${formatValue(row.value)}${row.unit === null ? '' : ` ${row.unit}`}`);
    setText(elements.score, formatScore(row.normalized));
    setText(elements.state, `${STATE_SIGNS[row.state]} ${row.state}`);
    elements.state.className = row.state;
    setText(elements.epoch, String(row.epoch));
    elements.spark.setAttribute('d', sparkPath(row.recent));
    this.#markChosen(elements.line, row.id === this.#chosen);
  }

  #markChosen(line: HTMLTableRowElement, isChosen: boolean): void {
    line.classList.toggle('chosen', isChosen);
    line.setAttribute('aria-selected', String(isChosen));
  }

  #makeRow(): RowElements {
    const line = element('tr');
    const name = element('td', '', 'name');
    const value = element('td', '', 'number');
    const score = element('td', '', 'number');
    const sparkCell = element('td', '', 'spark');
    const picture = svgElement('svg', { viewBox: '0 0 110 22', preserveAspectRatio: 'none', 'aria-hidden': 'true' });
    const spark = svgElement('path', { d: '' });
    picture.append(spark);
    sparkCell.append(picture);
    const state = element('td');
    const epoch = element('td', '', 'number');
    line.append(name, value, score, sparkCell, state, epoch);
    line.tabIndex = 0;
    const elements: RowElements = { line, name, value, score, spark, state, epoch, id: '' };
    line.addEventListener('click', () => this.#onChoose(elements.id));
    line.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      event.stopPropagation();
      this.#onChoose(elements.id);
    });
    this.#body.append(line);
    return elements;
  }
}

/** Scores from −5 to 5 as a line; gaps where there is none. */
function sparkPath(scores: readonly (number | null)[]): string {
  let path = '';
  let isDrawing = false;
  for (const [i, score] of scores.entries()) {
    if (score === null) {
      isDrawing = false;
      continue;
    }
    const y = 11 - 2 * Math.max(-5, Math.min(5, score));
    path += `${isDrawing ? 'L' : 'M'}${((i * 110) / 59).toFixed(1)} ${y.toFixed(1)}`;
    isDrawing = true;
  }
  return path;
}
