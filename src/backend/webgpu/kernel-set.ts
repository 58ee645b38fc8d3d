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

/** What makes a difference to each kernel; the rest would be compiled for nothing. */
const SEEN_BY: Record<KernelName, readonly (keyof KernelTraits)[]> = {
  moments: ['innerIsOne', 'masked'],
  merge: [],
  coefficients: [],
  normalize: ['innerIsOne', 'channelOfGroup', 'affine', 'missingIsCenter'],
  fused: ['innerIsOne', 'channelOfGroup', 'masked', 'affine', 'missingIsCenter'],
  fusedBySubgroup: ['innerIsOne', 'channelOfGroup', 'masked', 'affine', 'missingIsCenter'],
  momentsOfFour: ['masked'],
  finish: [],
  normalizeFour: ['affine', 'missingIsCenter'],
};

/** Which of the kernels a device is given. */
export interface KernelChoice {
  /** Those whose threads work together behind barriers; not for devices in software. */
  teams: boolean;
  /** Lanes of a workgroup that stands for a subgroup; 0 where the kernels without are used. */
  subgroup: number;
  /** Workgroups that a batch is divided among, where it is long enough: some for each processor of a large GPU. @defaultValue 512 */
  teamsWanted?: number;
}

/** The pipelines of a device, compiled when first needed: at most 32 of a kernel. */
export class KernelSet {
  readonly teams: boolean;
  readonly subgroup: number;
  readonly teamsWanted: number;
  readonly #device: GpuDevice;
  readonly #module: object;
  readonly #pipelines = new Map<string, GpuPipeline>();

  constructor(device: GpuDevice, { teams, subgroup, teamsWanted = 512 }: KernelChoice) {
    this.#device = device;
    this.teams = teams;
    this.subgroup = subgroup;
    this.teamsWanted = teamsWanted;
    this.#module = device.createShaderModule({ code: kernelSource({ teams, subgroups: subgroup > 0 }) });
  }

  pipeline(name: KernelName, traits: KernelTraits): GpuPipeline {
    const id = `${name} ${SEEN_BY[name].map((trait) => Number(traits[trait])).join('')}`;
    let pipeline = this.#pipelines.get(id);
    if (pipeline === undefined) {
      const constants: Record<string, number> = {
        INNER_IS_ONE: Number(traits.innerIsOne),
        CHANNEL_OF_GROUP: Number(traits.channelOfGroup),
        MASKED: Number(traits.masked),
        AFFINE: Number(traits.affine),
        MISSING_IS_CENTER: Number(traits.missingIsCenter),
      };
      if (name === 'fusedBySubgroup') constants.SUBGROUP = this.subgroup;
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
