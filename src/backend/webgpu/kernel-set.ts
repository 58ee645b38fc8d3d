import type { BatchJob } from '../backend.js';
import type { GpuDevice, GpuPipeline } from './gpu-types.js';
import { type KernelName, kernelSource } from './kernels.js';

/** What a kernel is compiled for. */
export interface KernelTraits {
  innerIsOne: boolean;
  channelOfGroup: boolean;
  masked: boolean;
  affine: boolean;
  missingIsCenter: boolean;
}

export function traitsOf({ layout, mask, gamma, beta, missing }: BatchJob): KernelTraits {
  return {
    innerIsOne: layout.inner === 1,
    channelOfGroup: layout.channels === layout.groups && layout.channelInner === layout.inner,
    masked: mask !== undefined,
    affine: gamma !== undefined || beta !== undefined,
    missingIsCenter: missing === 'center',
  };
}

/** The pipelines of a device, compiled when first needed: at most 32 of a kernel. */
export class KernelSet {
  /** Lanes of a workgroup that stands for a subgroup; 0 where the kernels without are used. */
  readonly subgroup: number;
  readonly #device: GpuDevice;
  readonly #module: object;
  readonly #pipelines = new Map<string, GpuPipeline>();

  constructor(device: GpuDevice, subgroup: number) {
    this.#device = device;
    this.subgroup = subgroup;
    this.#module = device.createShaderModule({ code: kernelSource(subgroup > 0) });
  }

  pipeline(name: KernelName, key: string, traits: KernelTraits): GpuPipeline {
    const id = `${name} ${key}`;
    let pipeline = this.#pipelines.get(id);
    if (pipeline === undefined) {
      const constants: Record<string, number> = {
        INNER_IS_ONE: Number(traits.innerIsOne),
        CHANNEL_OF_GROUP: Number(traits.channelOfGroup),
        MASKED: Number(traits.masked),
        AFFINE: Number(traits.affine),
        MISSING_IS_CENTER: Number(traits.missingIsCenter),
      };
      if (this.subgroup > 0) constants.SUBGROUP = this.subgroup;
      pipeline = this.#device.createComputePipeline({
        layout: 'auto',
        compute: { module: this.#module, entryPoint: name, constants },
      });
      this.#pipelines.set(id, pipeline);
    }
    return pipeline;
  }
}

/** The same text for the same traits. */
export function keyOf(traits: KernelTraits): string {
  const { innerIsOne, channelOfGroup, masked, affine, missingIsCenter } = traits;
  return [innerIsOne, channelOfGroup, masked, affine, missingIsCenter].map(Number).join('');
}
