import { runRiverScript } from './river-script.js';

/** Updates per second of river's detectors; or why there are none. */
export function runRiver(): ReadonlyMap<string, number> | string {
  const ran = runRiverScript('bench/support/river-detectors.py');
  if ('why' in ran) return ran.why;
  return new Map(
    ran.stdout
      .trim()
      .split('\n')
      .map((line): [string, number] => {
        const [name, rate] = line.split('\t');
        return [name!, Number(rate)];
      }),
  );
}
