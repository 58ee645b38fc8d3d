import { BackendUnavailableError, InvalidOptionError } from '../../errors.js';
import type { Backend, BackendOptions } from '../backend.js';
import { firstLineOf, whyNotLoaded } from '../why-not-loaded.js';
import type { Gpu, GpuAdapter, GpuDevice } from './gpu-types.js';
import { WebGpuBackend } from './webgpu-backend.js';

export interface OpenWebGpuOptions extends BackendOptions {
  /** Where WebGPU comes from. @defaultValue `navigator.gpu` where there is one, else the package `webgpu` (Dawn) */
  load?: () => Promise<Gpu>;
  /**
   * Kernels that run anywhere; those whose threads work together; or these with subgroups.
   * @defaultValue `'auto'`: by what the device has; `'plain'` for one in software
   */
  kernels?: 'auto' | 'plain' | 'teams' | 'subgroups';
}

const INSTALL = 'npm install webgpu';

/**
 * Opens the WebGPU device of this machine: Dawn in Node (package `webgpu`, optional), the browser's own elsewhere.
 *
 * A device in software (SwiftShader, lavapipe) is taken too, and `device` says so: it is right, and slow.
 *
 * @throws BackendUnavailableError when the package is not installed, or finds no device
 * @throws InvalidOptionError when called with a faulty option, or asked for subgroups on a device without
 */
export async function openWebGpu(options: OpenWebGpuOptions = {}): Promise<Backend> {
  const { maxInFlight = 2, load = loadGpu, kernels = 'auto' } = options;
  if (!(Number.isSafeInteger(maxInFlight) && maxInFlight >= 1))
    throw new InvalidOptionError('maxInFlight', maxInFlight, 'an integer >= 1');
  if (!['auto', 'plain', 'teams', 'subgroups'].includes(kernels))
    throw new InvalidOptionError('kernels', kernels, "'auto', 'plain', 'teams' or 'subgroups'");

  const gpu = await load();
  const adapter = await findAdapter(gpu);
  const hasSubgroups = adapter.features.has('subgroups');
  if (kernels === 'subgroups' && !hasSubgroups)
    throw new InvalidOptionError('kernels', kernels, "'auto', 'plain' or 'teams' on a device without subgroups");
  const teams = kernels === 'auto' ? !isSoftware(adapter) : kernels !== 'plain';
  const subgroups = kernels === 'subgroups' || (kernels === 'auto' && teams && hasSubgroups);
  const device = await requestDevice(adapter, subgroups);
  const backend = new WebGpuBackend(device, {
    device: describe(adapter),
    maxInFlight,
    kernels: { teams, subgroup: subgroups ? (adapter.info.subgroupMaxSize ?? 32) : 0 },
  });
  keptAlive.set(backend, gpu);
  return backend;
}

/** Dawn ends its devices when the object that they came from is collected. */
const keptAlive = new WeakMap<Backend, Gpu>();

async function loadGpu(): Promise<Gpu> {
  const { navigator } = globalThis as { navigator?: { gpu?: Gpu } };
  if (navigator?.gpu !== undefined) return navigator.gpu;
  // Not a literal, so that no bundler looks for what need not be there.
  const name = 'webgpu';
  let dawn: { create: (flags: string[]) => Gpu };
  try {
    dawn = (await import(/* @vite-ignore */ name)) as typeof dawn;
  } catch (cause) {
    throw new BackendUnavailableError('webgpu', whyNotLoaded(name, cause), INSTALL, {
      cause,
    });
  }
  return dawn.create([]);
}

async function findAdapter(gpu: Gpu): Promise<GpuAdapter> {
  let adapter: GpuAdapter | null;
  try {
    adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  } catch (cause) {
    throw new BackendUnavailableError('webgpu', `no adapter (${firstLineOf(cause)})`, undefined, { cause });
  }
  if (adapter === null)
    throw new BackendUnavailableError('webgpu', 'no GPU with a Vulkan, Metal or Direct3D 12 driver was found');
  return adapter;
}

async function requestDevice(adapter: GpuAdapter, subgroups: boolean): Promise<GpuDevice> {
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  try {
    return await adapter.requestDevice({
      requiredFeatures: subgroups ? ['subgroups'] : [],
      requiredLimits: { maxBufferSize, maxStorageBufferBindingSize },
    });
  } catch (cause) {
    throw new BackendUnavailableError('webgpu', `the device could not be opened (${firstLineOf(cause)})`, undefined, {
      cause,
    });
  }
}

function describe(adapter: GpuAdapter): string {
  const { description, vendor, architecture } = adapter.info;
  const name = description || [vendor, architecture].filter((part) => part !== '').join(' ') || 'unnamed device';
  return isSoftware(adapter) ? `${name} (in software)` : name;
}

function isSoftware({ info }: GpuAdapter): boolean {
  return (
    info.isFallbackAdapter === true || /swiftshader|llvmpipe|lavapipe/i.test(`${info.architecture} ${info.description}`)
  );
}
