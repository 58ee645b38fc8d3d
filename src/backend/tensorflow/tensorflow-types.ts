/**
 * What is used of TensorFlow.js. Declared here, so that neither this package nor who uses it needs its types; `tf.Tensor` and the module
 * `@tensorflow/tfjs-node` fit.
 */
export interface TensorFlow {
  ready(): Promise<void>;
  getBackend(): string;
  backend(): object;
  memory(): { numTensors: number; numBytes: number };
  tensor(values: Float32Array | Uint8Array, shape: number[], dtype: 'float32' | 'bool'): Tensor;
  where(condition: Tensor, a: Tensor, b: Tensor): Tensor;
  /** A result of `undefined` passes too, which its own types do not say. */
  tidy<T extends Tensor>(work: () => T): T;
}

/** The part of `tf.Tensor` that is used. */
export interface Tensor {
  readonly shape: number[];
  readonly size: number;
  add(other: Tensor): Tensor;
  sub(other: Tensor): Tensor;
  mul(other: Tensor | number): Tensor;
  square(): Tensor;
  sum(axes: number[]): Tensor;
  slice(begin: number[], size: number[]): Tensor;
  reshape(shape: number[]): Tensor;
  dataSync(): Float32Array | Int32Array | Uint8Array;
  dispose(): void;
}
