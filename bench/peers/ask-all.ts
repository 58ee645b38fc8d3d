import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Inquiry } from './case.js';
import type { MeasureOptions } from './measure-case.js';
import { bring } from './peer-folders.js';
import type { PlainTable } from './results.js';
import { startContender } from './start-contender.js';

/** What each contender answers, without times: a table, and whether one of ours failed to answer. */
export async function askAll(
  inquiry: Inquiry,
  { withPeers, say }: MeasureOptions,
): Promise<{ table: PlainTable; isFaulty: boolean }> {
  const { id, title, note = null, head, cells } = inquiry;
  const folder = resolve('.cache/peers/data');
  mkdirSync(folder, { recursive: true });
  const data = inquiry.data();
  const path = join(folder, `${id.replaceAll('/', '-')}.f64`);
  writeFileSync(path, data);
  const body: string[][] = [];
  let isFaulty = false;
  for (const contender of inquiry.contenders) {
    const { name, needs, isOurs } = contender;
    if (needs !== undefined && !withPeers) continue;
    const missing = needs === undefined ? null : await bring(needs, say);
    if (missing !== null) {
      body.push([name, `left out: ${missing}`, ...head.slice(1).map(() => '')]);
      continue;
    }
    try {
      const worker = await startContender(inquiry, contender, path);
      const answers = await worker.answers();
      worker.close();
      const label = `${isOurs ? '**streamnorm** ' : ''}${name}${worker.version === '' ? '' : ` ${worker.version}`}`;
      body.push([label, ...cells(answers, data)]);
    } catch (error) {
      isFaulty ||= isOurs === true;
      body.push([name, `fails: ${(error as Error).message}`, ...head.slice(1).map(() => '')]);
      say(`${id} · ${name} · ${(error as Error).message}`);
    }
  }
  return { table: { title, note, head: ['', ...head], body }, isFaulty };
}
