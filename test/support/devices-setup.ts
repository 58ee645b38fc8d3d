import type { TestProject } from 'vitest/node';
import { cacheFolder } from '../../scripts/devices/cache-folder.mjs';
import { bringTensorFlow } from '../../scripts/devices/tensorflow.mjs';
import { bringWebGpu, type WebGpuPlaces } from '../../scripts/devices/webgpu.mjs';

/** What the tests of the backends may use; null where it is not there. */
export interface DevicesUnderTest {
  webgpu: WebGpuPlaces | null;
  /** URL of the module. */
  tensorflow: string | null;
  /** Where both are kept. */
  folder: string;
}

declare module 'vitest' {
  export interface ProvidedContext {
    devices: DevicesUnderTest;
  }
}

/**
 * Brings the devices for the whole run, as `npm run devices` does. Where one cannot be had its tests are skipped, and say what to install;
 * not so under CI, where that is a failure.
 */
export default async function setup(project: TestProject): Promise<void> {
  const had = async <T>(name: string, bring: () => Promise<T>): Promise<T | null> => {
    try {
      return await bring();
    } catch (error) {
      if (process.env.CI) throw error;
      console.warn(`the tests on ${name} are skipped: ${(error as Error).message}`);
      return null;
    }
  };
  const say = (what: string) => console.warn(what);
  const webgpu = await had('WebGPU', () => bringWebGpu(say));
  const tensorflow = await had('TensorFlow', () => bringTensorFlow(say));
  project.provide('devices', { webgpu, tensorflow, folder: cacheFolder });
}
