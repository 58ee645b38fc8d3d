/** Where it is: its module, for `import()`; the driver's description, for VK_DRIVER_FILES. */
export interface WebGpuPlaces {
  module: string;
  driver: string;
}
export function bringWebGpu(say?: (what: string) => void): Promise<WebGpuPlaces>;
export function broughtWebGpu(): WebGpuPlaces | null;
