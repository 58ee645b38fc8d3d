import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWebGpu } from '../../src/backend/webgpu/open-webgpu.js';
import type { TextPipelinePlan } from '../../src/pipeline/plan.js';
import { runPipeline } from '../../src/pipeline/run-pipeline.js';
import { toPlan } from '../../src/pipeline/to-plan.js';
import { webGpuUnderTest } from '../support/devices.js';

const load = webGpuUnderTest();

describe.skipIf(load === null)('a pipeline with batch.backend: webgpu', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'streamnorm-webgpu-'));
    const records = Array.from({ length: 3000 }, (_, i) => {
      const x = i % 41 === 0 ? null : 1.7e12 + ((i * 7919) % 997) / 3;
      return `${JSON.stringify({ id: `s${(i * i) % 7}`, x })}\n`;
    });
    writeFileSync(join(folder, 'in.ndjson'), records.join(''));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function run(semantics: string, backend: string): Promise<(number | null)[]> {
    const path = join(folder, `${backend}.ndjson`);
    const plan = toPlan(
      {
        source: { file: { path: join(folder, 'in.ndjson') } },
        record: { key: 'id' },
        fields: { x: { method: 'batch', semantics: semantics as 'pooled' } },
        batch: { maxLength: 1024, backend: backend as 'webgpu' },
        sink: { file: { path } },
      },
      ({ path, message }) => `${path.join('.')}: ${message}`,
    ) as TextPipelinePlan;
    const said: string[] = [];
    await runPipeline(plan, {
      warn: (text) => said.push(text),
      devices: { webgpu: () => openWebGpu({ load: load! }) },
    });
    expect(said).toHaveLength(backend === 'cpu' ? 0 : 1);
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    return lines.map((line) => (JSON.parse(line) as { normalized: { x: number | null } }).normalized.x);
  }

  it.each(['pooled', 'pytorch', 'renorm'])(
    'gives with %s what the CPU gives, within 5e-6, far from zero',
    async (semantics) => {
      const device = await run(semantics, 'webgpu');
      const cpu = await run(semantics, 'cpu');
      expect(device).toHaveLength(cpu.length);
      device.forEach((y, i) => {
        if (cpu[i] === null || y === null) expect(y).toBe(cpu[i]);
        else expect(Math.abs(y - cpu[i]!)).toBeLessThan(5e-6);
      });
      expect(cpu.filter((y) => y !== null).length).toBeGreaterThan(2900);
      // The same device takes the same micro-batches: the same bits.
      expect(await run(semantics, 'webgpu')).toEqual(device);
    },
    60_000,
  );
});
