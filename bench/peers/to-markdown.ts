import { median } from '../kafka/median.js';
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
function judgementTable(judgements: readonly Judgement[]): string {
  const verdicts = { goal: 'goal reached', bar: 'bar reached', missed: '**missed**', open: 'not measured' };
  return table(
    ['held to', 'measured', 'bar', 'goal', ''],
    judgements.map(({ what, measured, bar, goal, verdict }) => [
      what,
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
      rate(median(ns)),
      cost(median(ns)),
      `${cost(Math.min(...ns))}–${cost(Math.max(...ns))}`,
      isOurs || Number.isNaN(ratio) ? '' : `${three(ratio)} ×`,
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

function rate(ns: number): string {
  const perSecond = 1e9 / ns;
  return perSecond >= 1e6 ? `${three(perSecond / 1e6)} M` : `${three(perSecond / 1e3)} k`;
}

function cost(ns: number): string {
  return three(ns);
}

function three(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
}
