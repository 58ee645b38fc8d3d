import type { Backend, BackendName } from '../../backend/backend.js';
import { openProbed } from '../../backend/choose-backend.js';
import { CpuBackend } from '../../backend/cpu/cpu-backend.js';
import { type CrossoverRow, fastestAt, measureCrossover } from '../../backend/crossover.js';
import { BackendUnavailableError } from '../../errors.js';
import { CacheFile } from '../../io/cache-file.js';

/** A backend as `doctor` has found it. */
interface BackendFinding {
  readonly name: BackendName;
  /** The device in words, or null where there is none. */
  readonly device: string | null;
  /** Why it is not there. */
  readonly reason?: string;
  /** The command that would get it. */
  readonly remedy?: string;
}

export interface BackendFindings {
  readonly backends: readonly BackendFinding[];
  readonly crossover: readonly (CrossoverRow & { readonly fastest: BackendName })[];
  /** The file in which `auto` finds what was measured. */
  readonly keptIn: string;
}

/** Opens and probes every backend, measures those that are there side by side, and keeps the result for `backend: auto`. */
export async function examineBackends(): Promise<BackendFindings> {
  const found: Backend[] = [new CpuBackend()];
  const findings: BackendFinding[] = [{ name: 'cpu', device: found[0]!.device }];
  for (const name of ['webgpu', 'tensorflow'] as const) {
    try {
      const backend = await openProbed(name);
      found.push(backend);
      findings.push({ name, device: backend.device });
    } catch (error) {
      if (!(error instanceof BackendUnavailableError)) throw error;
      const { reason, remedy } = error;
      findings.push({ name, device: null, reason, ...(remedy !== undefined && { remedy }) });
    }
  }
  const crossover = await measureCrossover(found);
  for (const backend of found) await backend.dispose();
  const file = CacheFile.named('crossover.json');
  let keptIn = file.path;
  try {
    await file.write(`${JSON.stringify(crossover)}\n`);
  } catch (error) {
    keptIn = `nowhere: ${(error as Error).message}`;
  }
  return {
    backends: findings,
    crossover: crossover.rows.map((row) => ({ ...row, fastest: fastestAt(crossover, row.size) })),
    keptIn,
  };
}
