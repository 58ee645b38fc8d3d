import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { RowResult } from './results.js';
import { judgementTable, toMarkdown } from './to-markdown.js';

const folder = 'bench/peers/results';
const begin = '<!-- figures: written by `npm run bench:peers -- --tables` from bench/peers/results -->';
const end = '<!-- end of figures -->';

const preface = [
  '# Beside others',
  '',
  'Written by `npm run bench:peers -- --tables` from `bench/peers/results`, which `npm run bench:peers -- <row> --publish` measures.',
  '',
  'The same work on the same numbers by other tools and by this one, in one run: every contender in a process of its own that has its',
  'data ready, in turns, each started several times; medians and spread (smallest–largest) of all turns. Before anything is timed each is',
  'asked for its answers: who answers otherwise than a plain computation of another kind gets no time, and the table says what it answered.',
  'A turn is charged what it took, less the time that others had its core. One thread each. Absolute times vary from machine to machine,',
  'the ratios less. One value at a time, operators are given theirs by an observable of its own, as `fromKafka` and `fromEvent` do: a `Subject`',
  'loops over its subscribers for each value, which costs as much again as the shortest of these operators. Our code runs as it is',
  'installed, not bundled: a bundler that makes `var` of `const`, as esbuild does, costs speed.',
  '',
].join('\n');

/** The pages that are made of results: their texts by path. */
function pages(order: readonly string[]): ReadonlyMap<string, string> {
  const results = order
    .map((row) => `${folder}/${row}.json`)
    .filter((path) => existsSync(path))
    .map((path) => JSON.parse(readFileSync(path, 'utf8')) as RowResult);
  const readme = readFileSync('README.md', 'utf8');
  const from = readme.indexOf(begin);
  const to = readme.indexOf(end);
  if (from < 0 || to < from) throw new Error(`README.md must hold ${begin} and ${end}`);
  const judgements = results.flatMap(({ row, judgements }) => judgements.map((each) => ({ ...each, row })));
  const summary = judgementTable(
    judgements.map(({ row, ...each }) => ({ ...each, work: `${each.work} (\`${row}\`)` })),
  );
  return new Map([
    ['docs/peers.md', [preface, ...results.map(toMarkdown)].join('\n')],
    ['README.md', `${readme.slice(0, from)}${begin}\n\n${summary}\n\n${readme.slice(to)}`],
  ]);
}

/** Writes docs/peers.md and the figures of README.md. */
export function writeTables(order: readonly string[]): void {
  for (const [path, text] of pages(order)) writeFileSync(path, text);
}

/** The pages that are not what the results say. */
export function staleTables(order: readonly string[]): string[] {
  return [...pages(order)]
    .filter(([path, text]) => !existsSync(path) || readFileSync(path, 'utf8') !== text)
    .map(([path]) => path);
}
