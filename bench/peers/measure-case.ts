import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { median } from '../kafka/median.js';
import type { Bar, Case } from './case.js';
import type { Contender } from './contender.js';
import { bring } from './peer-folders.js';
import type { CaseResult, Measured } from './results.js';
import { startContender } from './start-contender.js';
import type { Worker } from './worker.js';

export interface MeasureOptions {
  /** Times that every contender is started: the optimizer of a process may be luckier than that of another. */
  processes: number;
  /** Turns of a process. */
  rounds: number;
  /** Milliseconds that a contender works in one round, about: as many runs as fit, at least one. */
  turn: number;
  /** Whether the others take part. */
  withPeers: boolean;
  say: (text: string) => void;
}

/**
 * All contenders of a case in turns, A B C A B C, each in a process of its own that has its data ready, so that no start is counted.
 * Before that each is asked for its answers: one whose answers are not the expected ones gets no time.
 */
export async function measureCase(one: Case, options: MeasureOptions): Promise<CaseResult> {
  const { say, processes, rounds, withPeers } = options;
  const folder = resolve('.cache/peers/data');
  mkdirSync(folder, { recursive: true });
  const data = one.data();
  const path = join(folder, `${one.id.replaceAll('/', '-')}.f64`);
  writeFileSync(path, data);
  const expected = one.expected(data);
  const measured = new Map<Contender, Measured>();
  for (const contender of one.contenders) {
    const { id, name, isOurs = false, isYardstick = false, needs } = contender;
    if (needs !== undefined && !withPeers) continue;
    const missing = needs === undefined ? null : await bring(needs, say);
    const note = missing === null ? null : `left out: ${missing}`;
    measured.set(contender, { id, name, isOurs, isYardstick, version: '', ns: [], note });
  }
  const leaveOut = (contender: Contender, note: string) => {
    measured.get(contender)!.note = note;
    say(`${one.id} · ${contender.name} · ${note}`);
  };
  for (let generation = 0; generation < (one.isLong ? 1 : processes); generation++) {
    const workers = new Map<Contender, Worker>();
    try {
      for (const [contender, result] of measured) {
        if (result.note !== null) continue;
        try {
          const worker = await startContender(one, contender, path);
          workers.set(contender, worker);
          result.version = worker.version;
          if (generation > 0) continue;
          const answers = await worker.answers();
          if (!one.isLong) {
            // Not in the process that is timed: keeping all answers teaches V8 to place what is made where it is costly to give up.
            worker.close();
            workers.set(contender, await startContender(one, contender, path));
          }
          const fault =
            contender.isYardstick && answers.length === 0
              ? null
              : disagreement(one, contender, contender.expected ?? expected, one.read?.(answers, data) ?? answers);
          if (fault !== null) leaveOut(contender, fault);
        } catch (error) {
          leaveOut(contender, `failed: ${(error as Error).message}`);
        }
        if (result.note === null) continue;
        workers.get(contender)?.close();
        workers.delete(contender);
      }
      const runs = new Map<Worker, number>();
      for (const worker of workers.values()) runs.set(worker, one.isLong ? 1 : await warmUp(worker, options.turn));
      for (let round = 0; round < rounds; round++)
        for (const [contender, worker] of workers) {
          const times = runs.get(worker)!;
          const { elapsed, busy } = await worker.run(times);
          // Where others had the core meanwhile, the time that it would have taken with a core to itself.
          measured.get(contender)!.ns.push(Math.min(elapsed, busy) / times / one.observations);
        }
    } finally {
      for (const worker of workers.values()) worker.close();
    }
  }
  const contenders = [...measured.values()];
  const bars = (one.bars ?? []).map((bar) => ({ ...bar, measured: measuredOf(bar, contenders) }));
  const { id, title, unit, observations, note = null, tolerance } = one;
  return { id, title, unit, observations, note, tolerance, contenders, bars };
}

/** What is wrong with the answers, with what was answered and what was expected; null when nothing is. */
function disagreement(
  one: Case,
  { tolerance = one.tolerance }: Contender,
  expected: readonly number[],
  answers: readonly number[],
): string | null {
  if (answers.length !== expected.length)
    return `no time is shown: ${answers.length} answers where ${expected.length} are expected`;
  let worst = 0;
  let at = -1;
  for (const [i, y] of expected.entries()) {
    const error = Math.abs(answers[i]! - y) / Math.max(1, Math.abs(y));
    if (error <= worst) continue;
    worst = error;
    at = i;
    if (Number.isNaN(error)) break;
  }
  return worst <= tolerance ? null : `no time is shown: it answers ${answers[at]} where ${expected[at]} is right`;
}

/** Runs the work until it is warm, by its own time. Resolves to how many runs make a turn. */
async function warmUp(worker: Worker, turn: number): Promise<number> {
  let times = 1;
  for (let spent = 0; ; ) {
    const { elapsed, busy } = await worker.run(times);
    const ms = Math.min(elapsed, busy) / 1e6;
    spent += ms;
    const fitting = Math.max(1, Math.floor(turn / Math.max(ms / times, 1e-3)));
    if (spent >= 6 * turn) return fitting;
    times = Math.min(fitting, 4 * times);
  }
}

/** Round by round, for the speed of a machine drifts; the median of that. */
function measuredOf({ of, beside, measure }: Bar, contenders: readonly Measured[]): number | null {
  const ours = contenders.find(({ id }) => id === of)?.ns ?? [];
  if (ours.length === 0) return null;
  if (measure === 'rate') return 1e3 / median(ours);
  const theirs = contenders.find(({ id }) => id === beside)?.ns ?? [];
  if (theirs.length === 0) return null;
  return median(ours.map((ns, i) => (measure === 'times' ? theirs[i]! / ns : ns / theirs[i]!)));
}
