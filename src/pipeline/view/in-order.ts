import type { SeriesOrder, SeriesRow } from './series-view.js';

const STATE_ORDER: readonly string[] = ['warning', 'drifted', 'flat', 'silent', 'warming', 'stable'];

/** What rows are compared by. */
type Ordered = Pick<SeriesRow, 'key' | 'field' | 'count' | 'epoch' | 'state'> & { readonly score: number };

/** The order of a query, as a comparison. */
export function inOrder(order: SeriesOrder, descending: boolean): (a: Ordered, b: Ordered) => number {
  const compare = comparison(order);
  return descending ? (a, b) => compare(b, a) : compare;
}

function comparison(order: SeriesOrder): (a: Ordered, b: Ordered) => number {
  const byName = (a: Ordered, b: Ordered) => compareText(a.key, b.key) || compareText(a.field, b.field);
  const by = (measure: (series: Ordered) => number) => (a: Ordered, b: Ordered) =>
    measure(a) - measure(b) || byName(a, b);
  switch (order) {
    case 'name':
      return byName;
    case 'score':
      return by(({ score }) => (Number.isNaN(score) ? -1 : Math.abs(score)));
    case 'count':
      return by(({ count }) => count);
    case 'epoch':
      return by(({ epoch }) => epoch);
    case 'state':
      return by(({ state }) => STATE_ORDER.indexOf(state));
  }
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
