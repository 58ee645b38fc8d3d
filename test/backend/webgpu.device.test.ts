import { describe, expect, it } from 'vitest';
import type { BatchJob } from '../../src/backend/backend.js';
import { chooseBackend } from '../../src/backend/choose-backend.js';
import type { Gpu, GpuBuffer, GpuDevice } from '../../src/backend/webgpu/gpu-types.js';
import { type OpenWebGpuOptions, openWebGpu } from '../../src/backend/webgpu/open-webgpu.js';
import { newGroupMoments } from '../../src/batch/group-moments.js';
import { webGpuUnderTest } from '../support/devices.js';
import { plainOutput } from './plain-backend.js';

const load = webGpuUnderTest();

function jobOf(rows: number, groups = 4): BatchJob {
  const layout = { outer: 1, rows, groups, inner: 1, channels: groups, channelInner: 1 };
  const values = Float64Array.from({ length: rows * groups }, (_, k) => 1.7e9 + Math.sin(k));
  return { layout, values, pivots: new Float64Array(groups).fill(1.7e9), scaling: { kind: 'own', epsilon: 1e-3 } };
}

describe.skipIf(load === null)('webgpu', () => {
  /** A backend, and the device that it works on. */
  async function openWithDevice(options: OpenWebGpuOptions = {}) {
    let device!: GpuDevice;
    const spying = async (): Promise<Gpu> => {
      const gpu = await load!();
      return {
        requestAdapter: async (asked) => {
          const adapter = (await gpu.requestAdapter(asked))!;
          const request = adapter.requestDevice.bind(adapter);
          adapter.requestDevice = async (descriptor) => {
            device = await request(descriptor);
            return device;
          };
          return adapter;
        },
      };
    };
    const backend = await openWebGpu({ ...options, load: spying });
    return { backend, device };
  }

  it('leaves the values of its jobs alone when its device is lost, and tells why', async () => {
    const { backend, device } = await openWithDevice();
    await backend.submit(jobOf(100));
    const values = Float64Array.from(jobOf(50_000).values);
    const before = values.slice();
    const jobs = [0, 1, 2, 3].map(() => backend.submit({ ...jobOf(50_000), values, out: values }));
    device.destroy();
    for (const job of jobs)
      await expect(job).rejects.toMatchObject({ code: 'BACKEND_LOST', backend: 'webgpu', retriable: true });
    expect(values).toEqual(before);
    expect((await backend.lost).code).toBe('BACKEND_LOST');
    await expect(backend.submit(jobOf(1))).rejects.toMatchObject({ code: 'BACKEND_LOST' });
    expect(backend.memory.inFlight).toBe(0);
  });

  it('has its batches finished by the CPU, with the same results, when its device is lost', async () => {
    const { backend, device } = await openWithDevice();
    const said: string[] = [];
    const chosen = await chooseBackend({
      backend: 'webgpu',
      devices: { webgpu: async () => backend },
      log: (message) => said.push(message),
    });
    const answers = [1000, 2000, 3000].map(async (rows) => {
      const job = { ...jobOf(rows), moments: newGroupMoments(4) };
      const { values } = await chosen.submit(job);
      plainOutput(job).forEach((y, k) => {
        expect(Math.abs(values![k]! - y)).toBeLessThanOrEqual(5e-6);
      });
      expect(job.moments.count[3]).toBe(rows);
    });
    await new Promise((resolve) => setImmediate(resolve));
    device.destroy();
    await Promise.all(answers);
    expect(chosen.counters).toMatchObject({ lost: 1, jobs: { cpu: 3 } });
    expect(chosen.counters.redone).toBeGreaterThanOrEqual(1);
    expect(said).toHaveLength(1);
  });

  it('has two jobs on the device at a time, the second packed while the first is there', async () => {
    const { backend, device } = await openWithDevice({ maxInFlight: 2 });
    await backend.submit(jobOf(1000));
    const events: string[] = [];
    const { submit } = device.queue;
    device.queue.submit = (commands) => {
      events.push('submitted');
      expect(backend.memory.inFlight).toBe(2);
      submit.call(device.queue, commands);
    };
    const runs = [1, 2, 3].map(async (i) => {
      await backend.submit(jobOf(1000));
      events.push(`settled ${i}`);
    });
    await Promise.all(runs);
    expect(events.slice(0, 2)).toEqual(['submitted', 'submitted']);
    expect(events.indexOf('submitted', 2)).toBeGreaterThan(1);
    expect(events.filter((event) => event.startsWith('settled'))).toEqual(['settled 1', 'settled 2', 'settled 3']);
    await backend.dispose();
  });

  it('refuses a batch that the device cannot bind, and goes on', async () => {
    const { backend, device } = await openWithDevice();
    Object.defineProperty(device, 'limits', {
      value: { ...device.limits, maxStorageBufferBindingSize: 1024, maxBufferSize: 2 ** 28 },
    });
    const refused = backend.submit(jobOf(100));
    await expect(refused).rejects.toMatchObject({ code: 'INVALID_OPTION', received: 400 });
    await backend.submit(jobOf(64));
    await backend.dispose();
  });

  it('keeps what it has handed over when it is disposed of', async () => {
    const { backend } = await openWithDevice();
    const job = jobOf(300);
    const { resident } = await backend.submit({ ...job, output: 'resident' });
    await backend.dispose();
    const read = await resident!.toArray();
    plainOutput(job).forEach((y, k) => {
      expect(Math.abs(read[k]! - y)).toBeLessThanOrEqual(5e-6);
    });
    expect((resident!.handle as GpuBuffer).size).toBe(4800);
    resident!.release();
    await expect(backend.submit(job)).rejects.toMatchObject({ code: 'BACKEND_LOST' });
  });

  it('says that there is no device where there is none', async () => {
    const opened = openWebGpu({ load: async () => ({ requestAdapter: async () => null }) });
    await expect(opened).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
  });

  it('refuses subgroups on a device without, and other options that make no sense', async () => {
    await expect(openWebGpu({ load: load!, maxInFlight: 0.5 })).rejects.toMatchObject({ option: 'maxInFlight' });
    await expect(openWebGpu({ load: load!, kernels: 'fast' as 'plain' })).rejects.toMatchObject({ option: 'kernels' });
  });
});
