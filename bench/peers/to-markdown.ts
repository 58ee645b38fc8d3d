import { median } from '../kafka/median.js';
import { rateOf, threeDigits } from './rate-of.js';
import type { CaseResult, Judgement, PlainTable, RowResult } from './results.js';

/** One row of the comparison as a chapter. */
export function toMarkdown({ title, command, machine, at, cases, tables, judgements }: RowResult): string {
  const parts = [
    `## ${title}`,
    `\`${command}\`, ${at}; ${machine}.`,
    ...cases.map(caseTable),
    ...tables.map(plainTable),
    judgements.length > 0 ? judgementTable(judgements) : '',
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** Bars and goals, and whether they are reached. */
export function judgementTable(judgements: readonly Judgement[]): string {
  const verdicts = { goal: 'goal reached', bar: 'bar reached', missed: '**missed**', open: 'not measured' };
  return table(
    ['held to', 'streamnorm', 'beside', 'measured', 'bar', 'goal', ''],
    judgements.map(({ work, rate, beside, measured, bar, goal, verdict }) => [
      work,
      rate ?? '',
      beside ?? '',
      measured ?? '',
      bar ?? '',
      goal ?? '',
      verdict === 'missed' && bar === null ? '**goal missed**' : verdicts[verdict],
    ]),
  );
}

function caseTable({ title, unit, observations, note, contenders }: CaseResult): string {
  const ours = contenders.find(({ isOurs }) => isOurs);
  const rows = contenders.map(({ name, version, ns, note: why, isOurs }) => {
    const label = `${isOurs ? '**streamnorm** ' : ''}${name}${version === '' ? '' : ` ${version}`}`;
    if (ns.length === 0) return [label, why ?? '', '', '', ''];
    const ratio = median((ours?.ns ?? []).map((own, i) => ns[i]! / own));
    return [
      label,
      rateOf(median(ns)),
      threeDigits(median(ns)),
      `${threeDigits(Math.min(...ns))}–${threeDigits(Math.max(...ns))}`,
      isOurs || Number.isNaN(ratio) ? '' : `${threeDigits(ratio)} ×`,
    ];
  });
  const what = `**${title}** (${observations.toLocaleString('en')} ${unit})${note === null ? '' : `. ${note}`}`;
  const head = ['', `${unit} a second`, 'ns each, median', 'spread', 'streamnorm is as fast'];
  return `${what}\n\n${table(head, rows)}`;
}

function plainTable({ title, note, head, body }: PlainTable): string {
  return `**${title}**${note === null ? '' : `. ${note}`}\n\n${table(head, body)}`;
}

function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${head.map(() => '---|').join('')}`, ...body.map(line)].join('\n');
}
