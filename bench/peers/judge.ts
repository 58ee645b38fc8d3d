import { median } from '../kafka/median.js';
import { rateOf } from './rate-of.js';
import type { CaseResult, Judgement } from './results.js';

/** What the bars of a case say of what was measured. */
export function judge({ title, unit, contenders, bars }: CaseResult): Judgement[] {
  return bars.map(({ of, beside, measure, bar, goal, measured }) => {
    const name = (id: string | undefined) => contenders.find((each) => each.id === id)?.name ?? id ?? '';
    const spell = (value: number) =>
      measure === 'rate' ? `${spelled(value)} M/s` : `${spelled(value)} ×${measure === 'cost' ? ' the cost' : ''}`;
    const own = contenders.find(({ id }) => id === of)?.ns ?? [];
    const sign = measure === 'cost' ? '≤' : '≥';
    const reached = (limit: number) =>
      measured !== null && (measure === 'cost' ? measured <= limit : measured >= limit);
    const verdict =
      measured === null
        ? 'open'
        : goal !== undefined && reached(goal)
          ? 'goal'
          : bar === undefined || !reached(bar)
            ? 'missed'
            : goal === undefined
              ? 'goal'
              : 'bar';
    return {
      work: contenders.filter(({ isOurs }) => isOurs).length > 1 ? `${title}: ${name(of)}` : title,
      rate: own.length === 0 ? null : `${rateOf(median(own))} ${unit}/s`,
      beside: beside === undefined ? null : name(beside),
      measured: measured === null ? null : spell(measured),
      bar: bar === undefined ? null : `${sign} ${spell(bar)}`,
      goal: goal === undefined ? null : `${sign} ${spell(goal)}`,
      verdict,
    };
  });
}

/** Three digits. */
function spelled(value: number): string {
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
