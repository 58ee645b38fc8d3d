// Micro-batches on the devices of this machine: what normalizing costs where the values are on the device already, beside a copy there and
// beside torch; from the host and back; errors against float64; and what 10,000 batches leave behind. `npm run bench:gpu` on a GPU.
import { spawnSync } from 'node:child_process';
import type { Backend, BatchJob } from '../src/backend/backend.js';
import { openProbed } from '../src/backend/choose-backend.js';
import { CpuBackend } from '../src/backend/cpu/cpu-backend.js';
import { measureCrossover } from '../src/backend/crossover.js';
import { COPY_DST, COPY_SRC, type Gpu, type GpuDevice, STORAGE } from '../src/backend/webgpu/gpu-types.js';
import { JobSlot } from '../src/backend/webgpu/job-slot.js';
import { type KernelChoice, KernelSet } from '../src/backend/webgpu/kernel-set.js';
import { newGroupMoments } from '../src/batch/group-moments.js';
import { BackendUnavailableError } from '../src/errors.js';
import { seededGaussian } from './support/seeded-gaussian.js';

const smoke = process.env.BENCH_SMOKE === '1';
const channels = 64;

function jobOf(rows: number, groups: number, offset = 1.7e9, scale = 1): BatchJob {
  const noise = seededGaussian({ seed: 42, length: Math.min(rows * groups, 1 << 20) });
  const values = new Float64Array(rows * groups);
  for (let k = 0; k < values.length; k++) values[k] = offset + scale * noise[k % noise.length]!;
  const layout = { outer: 1, rows, groups, inner: 1, channels: groups, channelInner: 1 };
  const pivots = new Float64Array(groups).fill(offset);
  return { layout, values, pivots, scaling: { kind: 'own', epsilon: 0 }, out: new Float32Array(rows * groups) };
}

async function medianOf(rounds: number, once: () => unknown): Promise<number> {
  await once();
  const times: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const before = performance.now();
    await once();
    times.push(performance.now() - before);
  }
  return times.sort((a, b) => a - b)[rounds >> 1]!;
}

/** Worst errors over the offsets and scales of the bar. */
async function errorsOf(backend: Backend): Promise<{ sd: number; y: number }> {
  const rows = 2000;
  const worst = { sd: 0, y: 0 };
  for (const offset of [0, 1e3, 1.7e9, 1.7e12])
    for (const scale of [1e-6, 1e-3, 1, 1e3, 1e6]) {
      if (scale < offset * 1e-15) continue; // less than a double can tell apart at this offset
      const job = { ...jobOf(rows, 1, offset, scale), moments: newGroupMoments(1) };
      const residuals = Array.from(job.values, (x) => x - offset);
      const mean = residuals.reduce((sum, r) => sum + r, 0) / rows;
      const m2 = residuals.reduce((sum, r) => sum + (r - mean) ** 2, 0);
      if (m2 === 0) continue;
      const { values } = await backend.submit(job);
      const sd = Math.sqrt(m2 / rows);
      worst.sd = Math.max(worst.sd, Math.abs(Math.sqrt(job.moments.m2[0]! / m2) - 1));
      residuals.forEach((r, k) => {
        worst.y = Math.max(worst.y, Math.abs(values![k]! - (r - mean) / sd));
      });
    }
  return worst;
}

/** Device memory and RSS, in MB, after a tenth of the batches and after all. */
async function leftBehind(backend: Backend, batches: number): Promise<string> {
  const job = jobOf(512, 8);
  const measure = () => {
    globalThis.gc?.();
    return { rss: process.memoryUsage().rss / 2 ** 20, device: backend.memory.bytes / 2 ** 20 };
  };
  let first = measure();
  for (let i = 0; i < batches; i++) {
    if (i % 2 === 0) await backend.submit(job);
    else {
      const { out: _, ...rest } = job;
      (await backend.submit({ ...rest, output: 'resident' })).resident?.release();
    }
    if (i === Math.floor(batches / 10)) first = measure();
  }
  const last = measure();
  const rss = `RSS ${first.rss.toFixed(0)} → ${last.rss.toFixed(0)} MB`;
  return `${rss}, device ${first.device.toFixed(2)} → ${last.device.toFixed(2)} MB, buffers ${backend.memory.buffers}`;
}

/** Milliseconds, by kernels. */
interface OnDevice {
  kernels: Record<string, { both: number; moments: number; normalize: number }>;
  copy: number;
}

/** Moments and normalization, each alone, and a copy, of values that are on the device. */
async function onWebGpu(rows: number): Promise<OnDevice | null> {
  const name = 'webgpu';
  const { create } = (await import(name)) as { create: (flags: string[]) => Gpu };
  const gpu = create([]);
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) return null;
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  const hasSubgroups = adapter.features.has('subgroups');
  const device = (await adapter.requestDevice({
    requiredFeatures: hasSubgroups ? ['subgroups'] : [],
    requiredLimits: { maxBufferSize, maxStorageBufferBindingSize },
  })) as GpuDevice & { queue: { onSubmittedWorkDone(): Promise<void> } };
  const job = jobOf(rows, channels);
  const size = rows * channels * 4;
  const repeats = smoke ? 1 : 20;
  const many = (submit: () => void) =>
    medianOf(smoke ? 1 : 7, async () => {
      for (let i = 0; i < repeats; i++) submit();
      await device.queue.onSubmittedWorkDone();
    }).then((ms) => ms / repeats);

  const lanes = hasSubgroups ? (adapter.info.subgroupMaxSize ?? 32) : 0;
  const choices: [string, KernelChoice][] = [
    ['plain', { teams: false, subgroup: 0 }],
    ...[512, 1024, 2048, 4096].map((teamsWanted): [string, KernelChoice] => [
      `teams, ${teamsWanted} of them`,
      { teams: true, subgroup: lanes, teamsWanted },
    ]),
  ];
  const kernels: Record<string, { both: number; moments: number; normalize: number }> = {};
  for (const [label, choice] of choices) {
    const slot = new JobSlot(device, new KernelSet(device, choice));
    slot.begin(job);
    slot.uploadValues();
    slot.uploadEpsilon(0);
    const output = slot.output();
    const both = await many(() => slot.submit({ moments: true, own: true, output }));
    const moments = await many(() => slot.submit({ moments: true }));
    kernels[label] = { both, moments, normalize: await many(() => slot.submit({ output })) };
    slot.end();
    slot.destroy();
  }
  const from = device.createBuffer({ size, usage: STORAGE | COPY_SRC | COPY_DST });
  const to = device.createBuffer({ size, usage: STORAGE | COPY_SRC | COPY_DST });
  const copy = await many(() => {
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(from, 0, to, 0, size);
    device.queue.submit([encoder.finish()]);
  });
  device.destroy();
  return { kernels, copy };
}

/** Torch's BatchNorm1d on its GPU, or why there is no figure. */
function torchOnGpu(rows: number): string {
  const program = `
import time
try:
    import torch
except ImportError:
    print("torch is not installed"); raise SystemExit
if not torch.cuda.is_available():
    print("torch finds no GPU"); raise SystemExit
x = torch.randn(${rows}, ${channels}, device="cuda")
layer = torch.nn.BatchNorm1d(${channels}, device="cuda").train()
y = torch.empty_like(x)
def measure(work):
    times = []
    with torch.no_grad():
        for _ in range(8):
            torch.cuda.synchronize(); start = time.perf_counter()
            for _ in range(20): work()
            torch.cuda.synchronize(); times.append((time.perf_counter() - start) / 20 * 1000)
    return sorted(times)[4]
print(f"{measure(lambda: layer(x)):.3f} ms, its copy {measure(lambda: y.copy_(x)):.3f} ms, torch {torch.__version__} on {torch.cuda.get_device_name()}")`;
  const { stdout, error, status } = spawnSync('python3', ['-c', program], { encoding: 'utf8' });
  return error || status !== 0 ? 'python3 does not run it' : stdout.trim();
}

const backends: Backend[] = [new CpuBackend()];
for (const name of ['webgpu', 'tensorflow'] as const) {
  try {
    backends.push(await openProbed(name));
  } catch (error) {
    if (!(error instanceof BackendUnavailableError)) throw error;
    console.log(error.message);
  }
}
const isSoftware = ({ device }: Backend) => /in software|on the CPU|WebAssembly|JavaScript/.test(device);
const onGpu = backends.filter((backend) => !isSoftware(backend));
if (onGpu.length === 0)
  console.log('there is no GPU here: what follows is of devices in software, and says nothing of one');

console.table(
  await Promise.all(
    backends.map(async (backend) => {
      const { sd, y } = await errorsOf(backend);
      return {
        backend: backend.name,
        device: backend.device,
        'sd, relative': sd.toExponential(1),
        'y, absolute': y.toExponential(1),
      };
    }),
  ),
);

const rows65 = smoke ? 1024 : 65_536;
const there: Record<string, string> = {};
for (const backend of backends) {
  const job = jobOf(rows65, 8);
  there[backend.name] = `${(await medianOf(smoke ? 1 : 9, () => backend.submit(job))).toFixed(2)} ms`;
}
console.log(`${rows65} × 8, from the host and back:`, there);

if (backends.length > 1) {
  const { rows } = await measureCrossover(backends, { budget: smoke ? 1 : 10_000 });
  console.log('there and back, ms by values in the batch, 8 columns:');
  console.table(Object.fromEntries(rows.map(({ size, ms }) => [size, ms])));
}

const batches = smoke ? 10 : 10_000;
for (const backend of backends)
  console.log(`${batches} batches on ${backend.name}: ${await leftBehind(backend, batches)}`);
for (const backend of backends) await backend.dispose();

if (backends.some(({ name }) => name === 'webgpu')) {
  const rows = onGpu.some(({ name }) => name === 'webgpu') ? 1_000_000 : 4096;
  const measured = await onWebGpu(rows);
  const bytes = rows * channels * 4;
  const rate = (ms: number, times: number) => `${((bytes * times) / ms / 1e6).toFixed(0)} GB/s`;
  if (measured !== null) {
    console.log(`${rows} × ${channels}, on the device already:`);
    console.log(`  a copy: ${measured.copy.toFixed(3)} ms, ${rate(measured.copy, 2)} read and written`);
    // The moments must be known before the first value is normalized: two readings and one writing are the least.
    const share = (ms: number) => `${((150 * measured.copy) / ms).toFixed(0)} % of the copy's rate`;
    for (const [kernels, { both, moments, normalize }] of Object.entries(measured.kernels)) {
      const parts = `moments ${moments.toFixed(3)}, normalize ${normalize.toFixed(3)}`;
      console.log(`  ${kernels}: ${both.toFixed(3)} ms (${parts}), ${rate(both, 3)} read and written, ${share(both)}`);
    }
  }
  if (!smoke) console.log(`  torch BatchNorm1d: ${torchOnGpu(rows)}`);
}
