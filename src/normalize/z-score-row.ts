import { madeCode } from '../made-code.js';
import type { StateColumn } from '../series/state-column.js';
import { isObservation, LARGEST_OBSERVATION } from '../stats/is-observation.js';
import { learnMoments } from '../stats/learn-moments.js';
import { SMALLEST_SCALE } from './usable-scale.js';
import type { ZScoreNormalizer } from './z-score-normalizer.js';

const SMALLEST_VARIANCE = SMALLEST_SCALE * SMALLEST_SCALE;

/** A field whose z-score is over everything seen, with nothing else to look at. */
export interface PlainField {
  /** Where its values stand among those of a record. */
  readonly index: number;
  readonly normalizer: ZScoreNormalizer;
  readonly warmup: number;
  readonly column: StateColumn;
}

type Pages = readonly (Float64Array | undefined)[];

/** All fields of a row at once; false, with nothing done, where that of one of them is missing or not to be scored yet. */
type ScoreAll = (
  lists: readonly Pages[],
  number: number,
  place: number,
  xs: Float64Array,
  out: Float64Array,
) => boolean;

/**
 * Plain z-scores of some fields of a record, scored and learnt in the states where they lie: to the last bit what their scorers answer, with
 * nothing said to anybody but the states and the scores.
 */
export class ZScoreRow {
  /** Indices of the fields of the last record that are left to their scorers: as many as `score` said. */
  readonly left: Int32Array;
  readonly #fields: readonly PlainField[];
  readonly #column: StateColumn;
  readonly #lists: readonly Pages[];
  readonly #scoreAll: ScoreAll | undefined;

  /** @param fields one at least; code is made for all of them, some eight are a good measure */
  constructor(fields: readonly PlainField[]) {
    this.left = new Int32Array(fields.length);
    this.#fields = fields;
    this.#column = fields[0]!.column;
    this.#lists = fields.map(({ column }) => column.pages);
    this.#scoreAll = codeFor(fields);
  }

  /**
   * Scores and learns the values of a record of the series in `slot`, each under the index of its field.
   * @returns how many indices stand in `left`, with nothing done: of what is no observation, and of what is warming up
   */
  score(slot: number, xs: Float64Array, out: Float64Array): number {
    const lists = this.#lists;
    // States of one length have one place.
    const number = this.#column.pageNumberOf(slot);
    const place = this.#column.placeOf(slot);
    return this.#scoreAll?.(lists, number, place, xs, out) ? 0 : this.#scoreEach(number, place, xs, out);
  }

  #scoreEach(number: number, place: number, xs: Float64Array, out: Float64Array): number {
    let left = 0;
    for (const { index, normalizer, warmup, column } of this.#fields) {
      const x = xs[index]!;
      const page = column.pages[number];
      const count = page?.[place] ?? 0;
      if (page !== undefined && count >= warmup && count > normalizer.ddof && isObservation(x)) {
        const delta = x - page[place + 1]! - page[place + 2]!;
        const variance = (page[place + 3]! + page[place + 4]!) / (count - normalizer.ddof);
        const flat = normalizer.whenFlat === 'zero' ? 0 : delta;
        out[index] = variance >= SMALLEST_VARIANCE ? delta / Math.sqrt(variance) : flat;
        learnMoments(page, place, x, 1);
      } else this.left[left++] = index;
    }
    return left;
  }
}

/**
 * The same as code for these fields, at less than half the cost: divisions and roots of all of them are under way before anything else is
 * done, and nothing that V8 knows of one state has to be asked for again of the next.
 */
function codeFor(fields: readonly PlainField[]): ScoreAll | undefined {
  const each = (text: (field: PlainField, k: number) => string) => fields.map(text).join('\n');
  const body = () => `
    ${each((_, k) => `const s${k} = lists[${k}][number]; if (s${k} === undefined) return false;`)}
    ${each(({ index }, k) => `const x${k} = xs[${index}], n${k} = s${k}[place];`)}
    ${each(({ warmup, normalizer: { ddof } }, k) => `if (!(n${k} >= ${warmup} && n${k} > ${ddof} && Math.abs(x${k}) <= ${LARGEST_OBSERVATION})) return false;`)}
    ${each(
      ({ normalizer: { ddof } }, k) => `
        const variance${k} = (s${k}[place + 3] + s${k}[place + 4]) / (n${k} - ${ddof});
        const scale${k} = Math.sqrt(variance${k}), part${k} = 1 / (n${k} + 1);`,
    )}
    ${each(
      ({ index, normalizer: { whenFlat } }, k) => `{
        const page = s${k}, x = x${k}, mean = page[place + 1], low = page[place + 2], m2 = page[place + 3];
        const delta = x - mean - low;
        out[${index}] = variance${k} >= ${SMALLEST_VARIANCE} ? delta / scale${k} : ${whenFlat === 'zero' ? 0 : 'delta'};
        // As learnMoments does.
        const addend = delta * part${k} + low;
        const sum = mean + addend;
        const part = sum - mean;
        const sumLow = mean - (sum - part) + (addend - part);
        const square = delta * (x - sum - sumLow) + page[place + 4];
        const total = m2 + square;
        page[place] = n${k} + 1;
        page[place + 1] = sum;
        page[place + 2] = sumLow;
        page[place + 3] = total;
        page[place + 4] = square - (total - m2);
      }`,
    )}
    return true;`;
  const id = fields.map(({ index, warmup, normalizer: { ddof, whenFlat } }) => [index, warmup, ddof, whenFlat]);
  return madeCode(`z-score ${JSON.stringify(id)}`, ['lists', 'number', 'place', 'xs', 'out'], body);
}
