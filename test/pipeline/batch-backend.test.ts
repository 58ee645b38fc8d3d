import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { BackendUnavailableError } from '../../src/errors.js';
import { type BatchDevices, tryBatchBackend } from '../../src/pipeline/open-batch-backend.js';
import type { TextPipelinePlan } from '../../src/pipeline/plan.js';
import { runPipeline } from '../../src/pipeline/run-pipeline.js';
import { toPlan } from '../../src/pipeline/to-plan.js';
import { FragileBackend } from '../backend/fragile-backend.js';

interface Written {
  id: string;
  normalized: { x: number | null };
  center: { x: number | null };
  count: { x: number | null };
}

/** Series of 1 to hundreds of records, lone values, constants, gaps, and words where numbers should be. */
const lines = Array.from({ length: 1200 }, (_, i) => {
  const id = i % 97 === 0 ? `lone${i}` : i % 50 === 0 ? 'flat' : `s${(i * i) % 7}`;
  const x = i % 41 === 0 ? null : i % 83 === 0 ? 'n/a' : id === 'flat' ? 5 : 1.7e9 + ((i * 7919) % 997) / 3;
  return JSON.stringify(i % 29 === 0 ? { id, at: 1.7e12 + i } : { id, x, at: 1.7e12 + i });
});

describe('batch.backend in a pipeline', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'streamnorm-backend-'));
    writeFileSync(join(folder, 'in.ndjson'), `${lines.join('\n')}\n`);
    vi.stubEnv('XDG_CACHE_HOME', folder);
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });

  async function run(backend: string, config: object, devices?: BatchDevices) {
    const path = join(folder, 'out.ndjson');
    rmSync(path, { force: true });
    const plan = toPlan(
      {
        source: { file: { path: join(folder, 'in.ndjson') } },
        record: { key: 'id', time: 'at' },
        sink: { file: { path } },
        output: { include: ['center', 'count'] },
        batch: { maxLength: 256, backend },
        ...config,
      } as never,
      ({ path, message }) => `${path.join('.')}: ${message}`,
    ) as TextPipelinePlan;
    const said: string[] = [];
    const summary = await runPipeline(plan, { warn: (text) => said.push(text), ...(devices && { devices }) });
    const written = readFileSync(path, 'utf8').trimEnd().split('\n');
    return { said, summary, written: written.map((line) => JSON.parse(line) as Written) };
  }

  const near = (x: number | null | undefined, digits: number) =>
    typeof x === 'number' ? expect.closeTo(x, digits) : (x as null);

  function expectSame(device: Written[], cpu: Written[]): void {
    expect(device).toHaveLength(cpu.length);
    device.forEach((record, i) => {
      const other = cpu[i]!;
      expect(record, lines[i]).toEqual({
        ...other,
        normalized: { ...other.normalized, x: near(other.normalized?.x, 7) },
        center: { ...other.center, x: near(other.center?.x, 4) },
        scale: undefined,
      });
    });
  }

  it.each(['pooled', 'keras', 'pytorch', 'mxnet', 'renorm'])(
    'scores %s on a device as on the CPU',
    async (semantics) => {
      const config = { fields: { x: { method: 'batch', semantics, ...(semantics === 'keras' && { beta: 2 }) } } };
      const device = new FragileBackend('webgpu');
      const { said, written, summary } = await run('webgpu', config, { webgpu: async () => device });
      const onCpu = await run('cpu', config);
      expectSame(written, onCpu.written);
      expect(summary).toEqual(onCpu.summary);
      expect(device.jobs).toBeGreaterThan(5);
      expect(device.disposed).toBe(true);
      expect(said).toEqual([expect.stringMatching(/^backend webgpu: /)]);
    },
  );

  it.each([
    ['fields met on the way', { fields: { '*': { method: 'batch' } } }],
    ['a state that forgets series within a micro-batch', { fields: { x: 'batch' }, state: { maxSeries: 2 } }],
    ['what is missing imputed', { fields: { x: { method: 'batch', missing: 'impute' } } }],
  ])('scores the same with %s', async (_, config) => {
    const device = new FragileBackend('webgpu');
    const { written } = await run('webgpu', config, { webgpu: async () => device });
    expectSame(written, (await run('cpu', config)).written);
    expect(device.jobs).toBeGreaterThan(5);
  });

  it('finishes on the CPU what a lost device leaves, and says so once', async () => {
    const config = { fields: { x: { method: 'batch', semantics: 'renorm' } } };
    const device = new FragileBackend('tensorflow', 4);
    const { said, written } = await run('tensorflow', config, { tensorflow: async () => device });
    expectSame(written, (await run('cpu', config)).written);
    expect(said).toHaveLength(2);
    expect(said[1]).toMatch(/tensorflow was lost: it fell off the bus .*its batches are done on the CPU from now on/);
  });

  it('fails at the start, with the command that installs it, where a device asked for by name is not there', async () => {
    const absent = async () => {
      throw new BackendUnavailableError('webgpu', 'the package webgpu is not installed', 'npm install webgpu');
    };
    await expect(run('webgpu', { fields: { x: 'batch' } }, { webgpu: absent })).rejects.toThrow(
      /webgpu is not available: .* try: npm install webgpu/,
    );
    expect(existsSync(join(folder, 'out.ndjson'))).toBe(false);
    const plan = { batch: { maxLength: 1, maxWait: 1, backend: 'webgpu' as const } };
    const named = [{ name: 'x', options: { method: 'batch' as const } }];
    await expect(tryBatchBackend({ ...plan, fields: { named } }, { webgpu: absent })).rejects.toThrow(
      /npm install webgpu/,
    );
    await tryBatchBackend({ ...plan, fields: { named: [] } }, { webgpu: absent }); // it would have nothing to do
  });

  it('takes the CPU with auto where no device is there, and says why', async () => {
    const config = { fields: { x: 'batch' } };
    const absent = (name: string) => async () => {
      throw new BackendUnavailableError(name, 'there is none');
    };
    const { said, written } = await run('auto', config, { webgpu: absent('webgpu'), tensorflow: absent('tensorflow') });
    expect(written).toEqual((await run('cpu', config)).written);
    expect(said.at(-1)).toBe('backend cpu: there is no other');
    expect(said).toHaveLength(3);
  });
});
