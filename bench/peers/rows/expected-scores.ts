/** Where answers are compared, in the second half: everyone has warmed up by then, and every series has a history. */
export function sampled(length: number): number[] {
  const indices: number[] = [];
  const step = Math.max(1, Math.floor(length / 161));
  for (let i = length >> 1; i < length; i += step) indices.push(i);
  return indices;
}

/** Mean and population standard deviation in two passes, about the first value. */
export function twoPass(values: Iterable<number>): { mean: number; sd: number } {
  const all = Float64Array.from(values);
  const shift = all[0]!;
  let sum = 0;
  for (const x of all) sum += x - shift;
  const mean = sum / all.length;
  let squares = 0;
  let error = 0;
  for (const x of all) {
    const delta = x - shift - mean;
    squares += delta * delta;
    error += delta;
  }
  return { mean: shift + mean, sd: Math.sqrt((squares - (error * error) / all.length) / all.length) };
}

/** The score of `x` by those before it. */
export function scoreAmong(before: Iterable<number>, x: number): number {
  const { mean, sd } = twoPass(before);
  return (x - mean) / sd;
}
