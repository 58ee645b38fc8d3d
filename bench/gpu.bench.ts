// Micro-batches on the devices of this machine: what normalizing costs where the values are on the device already, beside a copy there and
// beside torch; from the host and back; errors against float64; and what tens of thousands of batches leave behind. `npm run bench:gpu` on a GPU.
import { spawnSync } from 'node:child_process';
import type { Backend, BatchJob } from '../src/backend/backend.js';
import { openProbed } from '../src/backend/choose-backend.js';
import { CpuBackend } from '../src/backend/cpu/cpu-backend.js';
import { measureCrossover } from '../src/backend/crossover.js';
import {
  COPY_DST,
  COPY_SRC,
  type Gpu,
  type GpuBuffer,
  type GpuDevice,
  MAP_READ,
  MODE_READ,
  STORAGE,
} from '../src/backend/webgpu/gpu-types.js';
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

/** What there is after a tenth, a third, two thirds and all of the rounds, garbage collected: memory of the process, and what of it JavaScript has. */
async function leftBehind(rounds: number, once: (i: number) => Promise<unknown>, deviceBytes: () => number) {
  const seen: Record<'RSS' | 'JS heap' | 'outside of it' | 'device', string[]> = {
    RSS: [],
    'JS heap': [],
    'outside of it': [],
    device: [],
  };
  const measure = () => {
    globalThis.gc?.();
    const { rss, heapUsed, external } = process.memoryUsage();
    const megabytes = (bytes: number, digits: number) => (bytes / 2 ** 20).toFixed(digits);
    seen.RSS.push(megabytes(rss, 0));
    seen['JS heap'].push(megabytes(heapUsed, 1));
    seen['outside of it'].push(megabytes(external, 1));
    seen.device.push(megabytes(deviceBytes(), 2));
  };
  const at = [0.1, 1 / 3, 2 / 3].map((share) => Math.floor(rounds * share));
  for (let i = 0; i < rounds; i++) {
    await once(i);
    if (at.includes(i)) measure();
  }
  measure();
  return Object.fromEntries(Object.entries(seen).map(([name, values]) => [name, values.join(' → ')]));
}

/** Batches, every other one handed over on the device and released. */
function batchesOn(backend: Backend): (i: number) => Promise<void> {
  const job = jobOf(512, 8);
  const { out: _, ...rest } = job;
  return async (i) => {
    if (i % 2 === 0) await backend.submit(job);
    else (await backend.submit({ ...rest, output: 'resident' })).resident?.release();
  };
}

/** As many bytes up, copied and read back through WebGPU alone, nothing of ours between; null where there is no device. */
async function bareCopies(): Promise<{ once: () => Promise<void>; bytes: number; gpu: Gpu; close: () => void } | null> {
  const name = 'webgpu';
  const { create } = (await import(name)) as { create: (flags: string[]) => Gpu };
  const gpu = create([]);
  const device = await (await gpu.requestAdapter({ powerPreference: 'high-performance' }))?.requestDevice();
  if (device === undefined) return null;
  const values = new Float32Array(512 * 8);
  const bytes = values.byteLength;
  const there = device.createBuffer({ size: bytes, usage: COPY_SRC | COPY_DST });
  const back = device.createBuffer({ size: bytes, usage: MAP_READ | COPY_DST });
  const once = async () => {
    device.queue.writeBuffer(there, 0, values, 0, values.length);
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(there, 0, back, 0, bytes);
    device.queue.submit([encoder.finish()]);
    await back.mapAsync(MODE_READ, 0, bytes);
    values.set(new Float32Array(back.getMappedRange(0, bytes)));
    back.unmap();
  };
  // `gpu` must be held on to: Dawn ends its devices when the object that they came from is collected.
  return { once, bytes: 2 * bytes, gpu, close: () => device.destroy() };
}

/** Milliseconds, by kernels. */
interface OnDevice {
  kernels: Record<string, { both: number; moments: number; normalize: number }>;
  /** As the API copies, and as a kernel does. */
  copies: { api: number; kernel: number };
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
  const api = await many(() => {
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(from, 0, to, 0, size);
    device.queue.submit([encoder.finish()]);
  });
  const kernel = await many(copyKernel(device, from, to, size));
  device.destroy();
  return { kernels, copies: { api, kernel } };
}

/** A copy by 16 bytes a thread: what the device's memory gives to a kernel. */
function copyKernel(device: GpuDevice, from: GpuBuffer, to: GpuBuffer, bytes: number): () => void {
  const code = `
@group(0) @binding(0) var<storage, read> from_: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> to: array<vec4u>;
@compute @workgroup_size(256)
fn copy(@builtin(workgroup_id) w: vec3u, @builtin(num_workgroups) n: vec3u, @builtin(local_invocation_index) l: u32) {
  let step = n.x * 256u;
  for (var k = w.x * 256u + l; k < arrayLength(&from_); k += step) { to[k] = from_[k]; }
}`;
  const pipeline = device.createComputePipeline({
    layout: 'auto',
    compute: { module: device.createShaderModule({ code }), entryPoint: 'copy', constants: {} },
  });
  const entries = [from, to].map((buffer, binding) => ({ binding, resource: { buffer } }));
  const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  const workgroups = Math.min(65_535, Math.ceil(bytes / 16 / 256));
  return () => {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(workgroups, 1);
    pass.end();
    device.queue.submit([encoder.finish()]);
  };
}

/** Milliseconds of torch's BatchNorm1d and of a copy on its GPU, or why there are none. */
function torchOnGpu(rows: number): { normalize: number; copy: number; name: string } | string {
  const program = `
import json, time
try:
    import torch
except ImportError:
    print(json.dumps("torch is not installed")); raise SystemExit
if not torch.cuda.is_available():
    print(json.dumps("torch finds no GPU")); raise SystemExit
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
name = f"torch {torch.__version__} on {torch.cuda.get_device_name()}"
print(json.dumps({"normalize": measure(lambda: layer(x)), "copy": measure(lambda: y.copy_(x)), "name": name}))`;
  const { stdout, error, status } = spawnSync('python3', ['-c', program], { encoding: 'utf8' });
  return error || status !== 0 ? 'python3 does not run it' : JSON.parse(stdout);
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

const batches = smoke ? 12 : 30_000;
const left: Record<string, Record<string, string>> = {};
for (const backend of backends)
  left[backend.name] = await leftBehind(batches, batchesOn(backend), () => backend.memory.bytes);
const bare = backends.some(({ name }) => name === 'webgpu') ? await bareCopies() : null;
if (bare !== null) {
  left['WebGPU alone: copies'] = await leftBehind(batches, bare.once, () => bare.bytes);
  bare.close();
}
console.log(`MB after a tenth, a third, two thirds and all of ${batches} batches of 512 × 8, garbage collected:`);
console.table(left);
for (const backend of backends) await backend.dispose();

if (backends.some(({ name }) => name === 'webgpu')) {
  const rows = onGpu.some(({ name }) => name === 'webgpu') ? 1_000_000 : 4096;
  const measured = await onWebGpu(rows);
  const bytes = rows * channels * 4;
  const rate = (ms: number, times: number) => `${((bytes * times) / ms / 1e6).toFixed(0)} GB/s`;
  if (measured !== null) {
    console.log(`${rows} × ${channels}, on the device already:`);
    const { copies, kernels: all } = measured;
    const torch = smoke ? 'not asked for' : torchOnGpu(rows);
    const ofTorch = typeof torch === 'string' ? Number.POSITIVE_INFINITY : torch.copy;
    for (const [name, ms] of Object.entries({ 'the API': copies.api, 'a kernel': copies.kernel, torch: ofTorch }))
      if (Number.isFinite(ms)) console.log(`  a copy by ${name}: ${ms.toFixed(3)} ms, ${rate(ms, 2)} read and written`);
    if (typeof torch === 'string') console.log(`  torch BatchNorm1d: ${torch}`);
    else console.log(`  torch BatchNorm1d: ${torch.normalize.toFixed(3)} ms, ${torch.name}`);
    // The moments must be known before the first value is normalized: two readings and one writing are the least.
    const fastest = Math.min(copies.api, copies.kernel, ofTorch);
    const share = (ms: number) => `${((150 * fastest) / ms).toFixed(0)} % of the fastest copy's rate`;
    for (const [kernels, { both, moments, normalize }] of Object.entries(all)) {
      const parts = `moments ${moments.toFixed(3)}, normalize ${normalize.toFixed(3)}`;
      console.log(`  ${kernels}: ${both.toFixed(3)} ms (${parts}), ${rate(both, 3)} read and written, ${share(both)}`);
    }
  }
}
