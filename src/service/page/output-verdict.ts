import { byId, element, svgElement } from './dom.js';

/** Bins of the histogram, from −LIMIT to LIMIT. */
const BINS = 40;
const LIMIT = 5;
/** Scores below which nothing is said about calibration. */
const ENOUGH = 100;

/** Histogram, mean and standard deviation of what was put out, and what that says. */
export function showVerdict(normalized: readonly (number | null)[]): void {
  const scores = normalized.filter((score) => score !== null);
  const n = scores.length;
  const mean = scores.reduce((sum, score) => sum + score, 0) / n;
  const sd = Math.sqrt(scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / n);
  const far = scores.filter((score) => Math.abs(score) > 3).length / n;
  drawHistogram(scores);
  const list = byId('verdict');
  const entries: [string, string][] =
    n === 0
      ? [['output', 'no scores yet']]
      : [
          ['output mean', mean.toFixed(3)],
          ['output sd', sd.toFixed(3)],
          ['beyond ±3', `${(100 * far).toFixed(1)} %  (N(0, 1): 0.3 %)`],
          ['verdict', verdictOf(n, mean, sd, far)],
        ];
  list.replaceChildren(...entries.flatMap(([title, text]) => [element('dt', title), element('dd', text)]));
}

function verdictOf(n: number, mean: number, sd: number, far: number): string {
  if (n < ENOUGH) return `too few scores yet (${n} of ${ENOUGH})`;
  if (sd < 0.5) return 'the scale is wide for what comes now';
  if (sd > 2) return far > 0.02 ? 'heavy tails or changes of level' : 'the scale is narrow for what comes now';
  if (Math.abs(mean) > 0.5) return `the level is off to the ${mean > 0 ? 'high' : 'low'} side`;
  if (far > 0.02) return 'near the scale, with heavy tails';
  return 'well calibrated';
}

function drawHistogram(scores: readonly number[]): void {
  const counts = new Array<number>(BINS).fill(0);
  for (const score of scores)
    counts[Math.min(BINS - 1, Math.max(0, Math.floor(((score + LIMIT) / (2 * LIMIT)) * BINS)))]!++;
  const width = (2 * LIMIT) / BINS;
  const density = (x: number) => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
  const most = Math.max(density(0), ...counts.map((count) => count / Math.max(1, scores.length) / width));
  const x = (score: number) => ((score + LIMIT) / (2 * LIMIT)) * 240;
  const y = (d: number) => 95 - (d / most) * 90;
  const bars = counts.map((count, i) => {
    const top = y(count / Math.max(1, scores.length) / width);
    // The outermost hold what is further out, too.
    const isBeyond = i === 0 || i === BINS - 1;
    const place = { x: (i * 240) / BINS + 0.5, y: top, width: 240 / BINS - 1, height: 95 - top };
    return svgElement('rect', { ...place, class: isBeyond ? 'beyond' : '' });
  });
  let curve = '';
  for (let score = -LIMIT; score <= LIMIT; score += 0.1)
    curve += `${curve === '' ? 'M' : 'L'}${x(score).toFixed(1)} ${y(density(score)).toFixed(1)}`;
  const ticks = [-4, -2, 0, 2, 4].map((tick) => {
    const label = svgElement('text', { x: x(tick), y: 106 });
    label.textContent = String(tick);
    return label;
  });
  byId('histogram').replaceChildren(
    ...bars,
    svgElement('line', { x1: 0, x2: 240, y1: 95, y2: 95 }),
    svgElement('path', { d: curve }),
    ...ticks,
  );
}
