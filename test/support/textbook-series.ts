import { seededNormals, seededUniform } from './seeded-normals.js';

/** Series of the kinds that textbooks name, from a seed. */
export function textbookSeries(seed: number, length = 2000) {
  const normals = (k: number) => seededNormals(seed * 1000 + k, length);
  const uniforms = (k: number) => {
    const next = seededUniform(seed * 1000 + k);
    return Float64Array.from({ length }, () => next());
  };
  const summed = (steps: Float64Array, keep: number) => {
    let sum = 0;
    return steps.map((step) => {
      sum = keep * sum + step;
      return sum;
    });
  };
  const quarter = (i: number) => Math.floor((4 * i) / length);
  return {
    normal: () => normals(1).map((x) => 20 + 3 * x),
    /** Student's t with 2 degrees of freedom. */
    heavyTailed: () => {
      const [a, b] = [normals(2), normals(3)];
      return normals(4).map((x, i) => 5 + x / Math.sqrt((a[i]! ** 2 + b[i]! ** 2) / 2));
    },
    /** 3 % of the values twenty times as far out. */
    spiky: () => {
      const which = uniforms(5);
      return normals(6).map((x, i) => 100 + (which[i]! < 0.03 ? 20 * x : x));
    },
    bounded: () => uniforms(7).map((x) => 10 + 80 * x),
    saturated: () => normals(8).map((x) => Math.min(100, Math.max(0, 50 + 40 * x))),
    lognormal: () => normals(9).map((x) => Math.exp(1 + x)),
    exponential: () => uniforms(10).map((x) => -12 * Math.log(1 - x)),
    sparse: () => {
      const size = normals(11);
      return uniforms(12).map((x, i) => (x < 0.85 ? 0 : Math.exp(size[i]!)));
    },
    counts: (mean = 4) =>
      uniforms(13).map((u) => {
        let [k, p] = [0, Math.exp(-mean)];
        for (let sum = p; u > sum && k < 1000; sum += p) {
          k++;
          p *= mean / k;
        }
        return k;
      }),
    levels: () => normals(14).map((x, i) => x + [0, 6, 2, 9][quarter(i)]!),
    scales: () => normals(15).map((x, i) => 50 + x * [1, 6, 0.5, 5][quarter(i)]!),
    ramp: () => normals(16).map((x, i) => x + 0.01 * i),
    randomWalk: () => summed(normals(17), 1),
    correlated: () => summed(normals(18), 0.9).map((x) => 7 + x),
    daily: () => normals(19).map((x, i) => 15 + 5 * Math.sin((2 * Math.PI * i) / 96) + x),
    angle: () => {
      let direction = 180;
      return normals(20).map((x) => {
        direction = (((direction + 25 * x) % 360) + 360) % 360;
        return direction;
      });
    },
    normalized: () => normals(21),
    share: () => uniforms(22).map((x) => x * x),
    quantized: () => normals(23).map((x) => Math.round(2 * (20 + x)) / 2),
    meter: () => summed(uniforms(24), 1),
    toggle: () => uniforms(25).map((x) => (x < 0.3 ? 1 : 0)),
    flat: () => new Float64Array(length).fill(3),
  };
}
