import { BackendUnavailableError } from '../../errors.js';
import type { Backend, BackendOptions } from '../backend.js';
import { firstLineOf, whyNotLoaded } from '../why-not-loaded.js';
import { TensorFlowBackend } from './tensorflow-backend.js';
import type { TensorFlow } from './tensorflow-types.js';

export interface OpenTensorFlowOptions extends BackendOptions {
  /** Where TensorFlow comes from. @defaultValue the package `@tensorflow/tfjs-node-gpu`, else `@tensorflow/tfjs-node` */
  load?: () => Promise<TensorFlow>;
}

const PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'];
const INSTALL = `npm install ${PACKAGES[0]} (with CUDA) or npm install ${PACKAGES[1]}`;

/**
 * Opens TensorFlow: on the GPU with `@tensorflow/tfjs-node-gpu` where CUDA can be loaded, else on the CPU. Both packages are optional.
 *
 * TensorFlow falls back to the CPU without a word where CUDA cannot be loaded: `device` says which it is. Its jobs run one by one, each
 * inside `submit`.
 *
 * @throws BackendUnavailableError when neither package can be loaded, or its native binding does not run
 */
export async function openTensorFlow({ load = loadTensorFlow }: OpenTensorFlowOptions = {}): Promise<Backend> {
  mendUtil();
  const tf = await load();
  try {
    await tf.ready();
  } catch (cause) {
    throw new BackendUnavailableError('tensorflow', `it does not start (${firstLineOf(cause)})`, INSTALL, { cause });
  }
  const name = tf.getBackend();
  if (name !== 'tensorflow')
    throw new BackendUnavailableError(
      'tensorflow',
      `TensorFlow.js runs on its ${JSON.stringify(name)} backend, not on the native one`,
      INSTALL,
    );
  return new TensorFlowBackend(tf, describe(tf));
}

async function loadTensorFlow(): Promise<TensorFlow> {
  const causes: string[] = [];
  const errors: unknown[] = [];
  for (const name of PACKAGES) {
    try {
      const module = (await import(/* @vite-ignore */ name)) as TensorFlow & { default?: TensorFlow };
      return module.default ?? module;
    } catch (cause) {
      causes.push(whyNotLoaded(name, cause));
      errors.push(cause);
    }
  }
  throw new BackendUnavailableError('tensorflow', causes.join('; '), INSTALL, { cause: new AggregateError(errors) });
}

/** Node 23 has removed two functions that tfjs-node 4.22 calls. */
function mendUtil(): void {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => Record<string, unknown> } };
  const util = process?.getBuiltinModule?.('node:util');
  if (util === undefined) return; // Node before 22.3, which has both, or no Node
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
}

function describe(tf: TensorFlow): string {
  const backend = tf.backend() as {
    isUsingGpuDevice?: boolean;
    isGPUPackage?: boolean;
    binding?: { TF_Version?: string };
  };
  const version = backend.binding?.TF_Version;
  const name = version === undefined ? 'TensorFlow' : `TensorFlow ${version}`;
  if (backend.isUsingGpuDevice === true) return `${name} on the GPU`;
  return backend.isGPUPackage === true ? `${name} on the CPU: CUDA could not be loaded` : `${name} on the CPU`;
}
