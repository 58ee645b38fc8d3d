import { readFileSync } from 'node:fs';
import type { Phase } from './contender.js';
import { phases } from './phases.js';
import type { Results } from './results.js';

/** Results with the phases that were not measured as a file of earlier results has them: each phase is of one run, for all contenders. */
export function keepEarlier(fresh: Results, path: string, measured: readonly Phase[]): Results {
  const earlier = JSON.parse(readFileSync(path, 'utf8')) as Results;
  const kept = phases.filter((phase) => !measured.includes(phase));
  const contenders = fresh.contenders.map((contender) => {
    const before = earlier.contenders.find(({ id }) => id === contender.id);
    if (before === undefined) return contender;
    const parts = Object.fromEntries(kept.map((phase) => [phase, before[phase]]));
    return { ...contender, ...parts, notes: [...new Set([...before.notes, ...contender.notes])] };
  });
  const since = `${kept.join(', ')}: of a run before (${earlier.machine}; ${earlier.at})`;
  return { ...fresh, machine: `${fresh.machine}; ${since}`, contenders };
}
