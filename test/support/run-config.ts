import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TextPipelinePlan } from '../../src/pipeline/plan.js';
import { runPipeline } from '../../src/pipeline/run-pipeline.js';
import type { RunSummary } from '../../src/pipeline/run-summary.js';
import { toPlan } from '../../src/pipeline/to-plan.js';

export interface ConfigRun {
  output: string;
  /** One object a bad record. */
  dead: { line: number; reason: string }[];
  summary: RunSummary;
}

/** Runs a configuration, source and sink aside, over the bytes of one file, in a folder of its own. */
export async function runConfig(
  input: string | Uint8Array,
  config: object,
  {
    format = 'ndjson',
    outputFormat = format,
    stops = 0,
  }: {
    format?: string;
    outputFormat?: string /** Times that it is stopped after a batch, and goes on. */;
    stops?: number;
  } = {},
): Promise<ConfigRun> {
  const folder = mkdtempSync(join(tmpdir(), 'config-'));
  try {
    const source = join(folder, `in.${format}`);
    const sink = join(folder, `out.${outputFormat}`);
    const dead = join(folder, 'dead.ndjson');
    const plan = toPlan(
      {
        source: { file: { path: source } },
        sink: { file: { path: sink } },
        deadLetter: { file: { path: dead } },
        ...(stops > 0 && { state: { store: 'file', path: join(folder, 'state') } }),
        ...config,
      },
      ({ path, message }) => `${path.join('.')}: ${message}`,
    ) as TextPipelinePlan;
    writeFileSync(source, input);
    for (let stop = 0; stop < stops; stop++) {
      const controller = new AbortController();
      await runPipeline(plan, { signal: controller.signal, onProgress: () => controller.abort() });
    }
    const summary = await runPipeline(plan);
    return {
      output: readFileSync(sink, 'utf8'),
      dead: existsSync(dead)
        ? readFileSync(dead, 'utf8')
            .split('\n')
            .filter((line) => line !== '')
            .map((line) => JSON.parse(line))
        : [],
      summary,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The records of NDJSON text. */
// biome-ignore lint/suspicious/noExplicitAny: the text may hold anything
export function recordsOf(ndjson: string): Record<string, any>[] {
  return ndjson
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}
