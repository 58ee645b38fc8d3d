import { describe, expect, it } from 'vitest';
import type { Backend, BatchJob } from '../../src/backend/backend.js';
import { type ChooseBackendOptions, type CrossoverStore, chooseBackend } from '../../src/backend/choose-backend.js';
import { CpuBackend } from '../../src/backend/cpu/cpu-backend.js';
import { type Crossover, fastestAt, measureCrossover, parseCrossover } from '../../src/backend/crossover.js';
import { openTensorFlow } from '../../src/backend/tensorflow/open-tensorflow.js';
import { openWebGpu } from '../../src/backend/webgpu/open-webgpu.js';
import { BackendUnavailableError } from '../../src/errors.js';
import { FragileBackend } from './fragile-backend.js';
import { plainOutput } from './plain-backend.js';

const absent = async (): Promise<never> => {
  throw new BackendUnavailableError('webgpu', 'there is none', 'buy one');
};
const none: NonNullable<ChooseBackendOptions['devices']> = { webgpu: absent, tensorflow: absent };

/** Keeps what is written, as a file would. */
class MemoryStore implements CrossoverStore {
  text: string | undefined;
  async read() {
    return this.text;
  }
  async write(text: string) {
    this.text = text;
  }
}

function jobOf(rows: number, first: number): BatchJob {
  const layout = { outer: 1, rows, groups: 1, inner: 1, channels: 1, channelInner: 1 };
  const values = Float64Array.from({ length: rows }, (_, k) => first + Math.sin(k + first));
  return { layout, values, pivots: Float64Array.of(first), scaling: { kind: 'own', epsilon: 1e-3 } };
}

/** A crossover in which `device` is the faster from 100 values on. */
function crossoverOf(device: Backend): Crossover {
  return {
    devices: { cpu: new CpuBackend().device, [device.name]: device.device },
    rows: [
      { size: 1, ms: { cpu: 1, [device.name]: 2 } },
      { size: 100, ms: { cpu: 2, [device.name]: 1 } },
    ],
    measuredAt: 1e12,
  };
}

describe('chooseBackend', () => {
  it('takes the CPU where nothing else is there, and says what is missing', async () => {
    const said: string[] = [];
    const backend = await chooseBackend({ devices: none, log: (message) => said.push(message) });
    expect([backend.name, backend.precision, backend.resident]).toEqual(['cpu', 'float64', 'array']);
    expect(said).toEqual([
      'backend webgpu is not available: there is none; try: buy one',
      'backend webgpu is not available: there is none; try: buy one',
      'backend cpu: there is no other',
    ]);
    // Nothing is in flight: no promise stands between a job and its result.
    expect(backend.submit(jobOf(3, 1))).not.toBeInstanceOf(Promise);
  });

  it('refuses a backend that was asked for by name and is not there, with the command that gets it', async () => {
    const load = async (): Promise<never> => {
      throw new BackendUnavailableError('webgpu', 'no package', 'npm install webgpu');
    };
    const asked = chooseBackend({ backend: 'webgpu', devices: { webgpu: () => openWebGpu({ load }) } });
    await expect(asked).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE', remedy: 'npm install webgpu' });
  });

  it('refuses a backend of another name, and jobs in flight that are none', async () => {
    await expect(chooseBackend({ backend: 'gpu' as 'cpu' })).rejects.toMatchObject({ option: 'backend' });
    await expect(chooseBackend({ maxInFlight: 0 })).rejects.toMatchObject({ option: 'maxInFlight' });
  });

  it('sends each batch where batches of its size were fastest, and resident output always to the device', async () => {
    const device = new FragileBackend('webgpu');
    const store = new MemoryStore();
    store.text = JSON.stringify(crossoverOf(device));
    const backend = await chooseBackend({ store, devices: { ...none, webgpu: async () => device } });
    const probes = device.jobs;
    await backend.submit(jobOf(99, 0));
    expect(device.jobs).toBe(probes);
    await backend.submit(jobOf(100, 0));
    await backend.submit({ ...jobOf(1, 0), output: 'resident' });
    expect(device.jobs).toBe(probes + 2);
    expect(backend.counters).toEqual({ jobs: { cpu: 1, webgpu: 2, tensorflow: 0 }, lost: 0, redone: 0 });
    await backend.dispose();
    expect(device.disposed).toBe(true);
  });

  it('measures once, and opens no device the next time where none was worth it', async () => {
    const store = new MemoryStore();
    const measure = { sizes: [8], now: () => 1e12 };
    let opened = 0;
    // Twice the work of the CPU, and a wait: never faster.
    const devices = {
      ...none,
      webgpu: async () => {
        opened++;
        return new FragileBackend('webgpu');
      },
    };
    const slow: ChooseBackendOptions = { store, devices, measure: { ...measure, clock: slowDeviceClock() } };
    expect((await chooseBackend(slow)).name).toBe('cpu');
    expect(parseCrossover(store.text!)!.rows).toHaveLength(1);
    await chooseBackend(slow);
    expect(opened).toBe(1);
    // A week later it looks again.
    await chooseBackend({ ...slow, measure: { ...measure, now: () => 1e12 + 8 * 86_400_000 } });
    expect(opened).toBe(2);
  });

  it('measures again where the store has rubbish or another device, and does without a store that fails', async () => {
    const device = () => new FragileBackend('webgpu');
    const measure = { sizes: [8] };
    for (const text of [
      '',
      '{}',
      '{"rows":[]}',
      JSON.stringify({ ...crossoverOf(device()), devices: { cpu: 'else' } }),
    ]) {
      const store = new MemoryStore();
      store.text = text;
      await chooseBackend({ store, measure, devices: { ...none, webgpu: async () => device() } });
      expect(parseCrossover(store.text)!.devices).toHaveProperty('webgpu');
    }
    const said: string[] = [];
    const fail = async () => {
      throw new Error('disk full');
    };
    const store = { read: fail, write: fail };
    const devices = { ...none, webgpu: async () => device() };
    await chooseBackend({ store, measure, devices, log: (message) => said.push(message) });
    expect(said.filter((line) => line.includes('disk full'))).toHaveLength(2);
  });

  it('does on the CPU what a lost device leaves undone: in order, with the same results, counted, told once', async () => {
    const device = new FragileBackend('webgpu', 4); // the probe, three jobs, then it is gone
    const said: string[] = [];
    const backend = await chooseBackend({
      backend: 'webgpu',
      devices: { webgpu: async () => device },
      log: (message) => said.push(message),
    });
    const order: number[] = [];
    await Promise.all(
      [100, 1, 100, 3, 7, 100, 2].map(async (rows, i) => {
        const job = jobOf(rows, i);
        const { values } = await backend.submit(job);
        order.push(i);
        plainOutput(job).forEach((y, k) => {
          expect(values![k]).toBeCloseTo(y, 5);
        });
      }),
    );
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6]);
    const { jobs, lost, redone } = backend.counters;
    expect({ lost, webgpu: jobs.webgpu, cpu: jobs.cpu }).toEqual({ lost: 1, webgpu: 3, cpu: 4 });
    expect(redone).toBeGreaterThanOrEqual(1);
    expect(said).toEqual([expect.stringMatching(/^backend webgpu was lost: it fell off the bus .* on the CPU/)]);
    const asked = device.jobs;
    await backend.submit(jobOf(1, 1));
    expect(device.jobs).toBe(asked);
  });

  it('does not hide the fault of a job', async () => {
    const device = new FragileBackend('webgpu');
    const backend = await chooseBackend({ backend: 'webgpu', devices: { webgpu: async () => device } });
    const resolve = (): never => {
      throw new Error('no');
    };
    const job = { ...jobOf(2, 0), scaling: { kind: 'resolved', resolve } } as const;
    await expect(backend.submit(job)).rejects.toThrow('no');
    expect(backend.counters.lost).toBe(0);
  });

  it('refuses a device that answers wrong numbers', async () => {
    class Wrong extends FragileBackend {
      override submit(job: BatchJob) {
        return super.submit({ ...job, scaling: { kind: 'own', epsilon: 1e4 } });
      }
    }
    const device = new Wrong('webgpu');
    const asked = chooseBackend({ backend: 'webgpu', devices: { webgpu: async () => device } });
    await expect(asked).rejects.toThrow(/wrong numbers/);
    expect(device.disposed).toBe(true);
  });
});

describe('what is optional', () => {
  it('is asked for by the name of its package', async () => {
    // Where they are installed they open; where not, the error has the command.
    const known = /npm install (webgpu|@tensorflow\/tfjs-node)|no GPU|already/;
    for (const open of [openWebGpu, openTensorFlow])
      await open().then(
        (backend) => backend.dispose(),
        (error: unknown) => {
          expect(error).toBeInstanceOf(BackendUnavailableError);
          expect((error as Error).message).toMatch(known);
        },
      );
  });

  it('is refused where TensorFlow.js runs in plain JavaScript', async () => {
    const tf = { ready: async () => {}, getBackend: () => 'cpu' };
    await expect(openTensorFlow({ load: async () => tf as never })).rejects.toThrow(/not on the native one/);
  });
});

describe('measureCrossover', () => {
  it('gives up on a backend that falls hopelessly behind', async () => {
    const clock = slowDeviceClock();
    const slow = new FragileBackend('webgpu');
    const { rows } = await measureCrossover([new CpuBackend(), slow], { sizes: [8, 16, 32, 64], clock });
    expect(rows.map(({ ms }) => 'webgpu' in ms)).toEqual([true, false, false, false]);
    expect(fastestAt({ devices: {}, rows, measuredAt: 0 }, 1e9)).toBe('cpu');
  });

  it('stops when its time is used up', async () => {
    let time = 0;
    const clock = () => (time += 1000);
    const { rows } = await measureCrossover([new CpuBackend()], { sizes: [8, 16, 32], clock, budget: 1500 });
    expect(rows.map(({ size }) => size)).toEqual([8]);
  });
});

/** Time in which the CPU needs 1 ms for a job and anything that waits needs 100. */
function slowDeviceClock(): () => number {
  let time = 0;
  let turns = 0;
  let seen = 0;
  const turn = () => {
    turns++;
  };
  return () => {
    time += turns > seen ? 100 : 1;
    seen = turns;
    setImmediate(turn);
    return time;
  };
}
