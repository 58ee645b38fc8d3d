import { CorruptCheckpointError, IncompatibleStateError, InvalidOptionError, ModelError } from '../errors.js';
import type { SeriesTable } from '../series/series-table.js';
import type { FeatureRows } from './feature-rows.js';
import type { BatchModel } from './online-model.js';

/** What of a `tf.Tensor` is used. */
export interface LayersTensor {
  readonly shape: readonly number[];
  readonly size: number;
  data(): Promise<ArrayLike<number>>;
  clone(): LayersTensor;
  sum(): LayersTensor;
  add(other: never): LayersTensor;
  dispose(): void;
}

/** What of TensorFlow.js is used: `@tensorflow/tfjs`, `-node`, `-node-gpu`, or with any other backend. */
export interface LayersTensorFlow {
  tensor(values: ArrayLike<number>, shape: number[]): LayersTensor;
  tensor2d(values: ArrayLike<number>, shape: [number, number]): LayersTensor;
  tidy(compute: () => LayersTensor): LayersTensor;
  getBackend(): string;
}

interface NamedTensor {
  readonly name: string;
  readonly tensor: LayersTensor;
}

/** What of a compiled `tf.LayersModel` with one output is used. */
export interface LayersModelLike {
  predict(x: never): unknown;
  trainOnBatch(x: never, y: never): Promise<number | number[]>;
  getWeights(): unknown[];
  setWeights(weights: never): void;
  readonly optimizer: unknown;
}

interface OptimizerLike {
  getWeights(): Promise<NamedTensor[]>;
  setWeights(weights: NamedTensor[]): Promise<void>;
}

/** The column of the table that weights and optimizer state are saved in. */
const FIELD = 'layers';

/**
 * A TensorFlow.js `LayersModel` for `learnOnline`, on whatever backend TensorFlow.js runs.
 *
 *     const learner = new LayersLearner(tf, model);   // compiled, one output
 *     batches$.pipe(batchNormalize({ backend: 'tensorflow', output: 'tensor' }), learnOnline(learner, { target }));
 *
 * A batch that was normalized on TensorFlow is handed over as the tensor that it is; one from elsewhere is uploaded. Layers that differ in
 * training (dropout) do so while it learns and not while it predicts. A step that leaves a weight that is no finite number is taken back.
 * `saveTo` and `restoreFrom` keep weights and optimizer beside the rest of the state in a table.
 */
export class LayersLearner implements BatchModel {
  readonly #tf: LayersTensorFlow;
  readonly #model: LayersModelLike;

  /** @throws InvalidOptionError for what is no compiled model */
  constructor(tf: LayersTensorFlow, model: LayersModelLike) {
    if (typeof tf?.tensor2d !== 'function') throw new InvalidOptionError('tf', tf, 'TensorFlow.js');
    if (typeof model?.trainOnBatch !== 'function') throw new InvalidOptionError('model', model, 'a LayersModel');
    if (!model.optimizer) throw new InvalidOptionError('model', 'a model without optimizer', 'compiled');
    this.#tf = tf;
    this.#model = model;
  }

  async predictBatch(rows: FeatureRows): Promise<ArrayLike<number>> {
    return this.#with(rows, async (x) => {
      const y = this.#model.predict(x as never) as LayersTensor;
      try {
        if (Array.isArray(y) || y.size !== rows.length)
          throw new ModelError(`it must have one output a record, got shape ${JSON.stringify(y.shape ?? 'several')}`);
        return await y.data();
      } finally {
        for (const output of Array.isArray(y) ? y : [y]) output.dispose();
      }
    });
  }

  async learnBatch(rows: FeatureRows, targets: Float64Array): Promise<void> {
    const y = this.#tf.tensor2d(Float32Array.from(targets), [targets.length, 1]);
    const before = await this.#copies();
    try {
      const loss = await this.#with(rows, (x) => this.#model.trainOnBatch(x as never, y as never));
      if (Number.isFinite([loss].flat()[0]) && Number.isFinite(await this.#sumOfWeights())) return;
      await this.#restore(before);
      throw new ModelError(`it diverged: a step of loss ${[loss].flat()[0]} was taken back`);
    } finally {
      y.dispose();
      for (const { tensor } of [...before.weights, ...before.optimizer]) tensor.dispose();
    }
  }

  /** Puts weights and optimizer into a table, where its next checkpoint has them: between two batches. */
  async saveTo(table: SeriesTable, field = FIELD): Promise<void> {
    const { weights, optimizer } = await this.#copies();
    const all = [...weights, ...optimizer];
    const parts = await Promise.all(all.map(({ tensor }) => tensor.data()));
    for (const { tensor } of all) tensor.dispose();
    const state = Float64Array.from(parts.flatMap((part) => Array.from(part)));
    const fingerprint = JSON.stringify([
      'layers',
      weights.length,
      all.map(({ name, tensor }) => [name.replace(/_\d+(?=\/|$)/g, ''), tensor.shape]),
    ]);
    table.dropColumn(field);
    table.column(field, fingerprint, state.length, false).restore(table.slotOf(''), state);
  }

  /**
   * Takes weights and optimizer back.
   * @returns false where the table has none
   * @throws IncompatibleStateError where they are of another model
   */
  async restoreFrom(table: SeriesTable, field = FIELD): Promise<boolean> {
    const column = table.columns.find(({ name }) => name === field);
    const slot = table.find('');
    if (column === undefined || slot < 0) return false;
    const [kind, count, shapes] = JSON.parse(column.fingerprint) as [string, number, [string, number[]][]];
    if (kind !== 'layers') throw new CorruptCheckpointError(`state of ${JSON.stringify(field)} is not that of layers`);
    const mine = (this.#model.getWeights() as LayersTensor[]).map(({ shape }) => shape);
    const theirs = shapes.slice(0, count).map(([, shape]) => shape);
    if (JSON.stringify(mine) !== JSON.stringify(theirs))
      throw new IncompatibleStateError(
        `weights of ${JSON.stringify(field)} must be of shapes ${JSON.stringify(mine)}, got ${JSON.stringify(theirs)}`,
      );
    const state = column.stateOf(slot);
    let at = 0;
    const tensors = shapes.map(([name, shape]) => {
      const size = shape.reduce((product, length) => product * length, 1);
      at += size;
      return { name, tensor: this.#tf.tensor(Float32Array.from(state.subarray(at - size, at)), shape) };
    });
    await this.#restore({ weights: tensors.slice(0, count), optimizer: tensors.slice(count) });
    for (const { tensor } of tensors) tensor.dispose();
    return true;
  }

  /** One number from the device, finite only where every weight is. */
  async #sumOfWeights(): Promise<number> {
    const weights = this.#model.getWeights() as LayersTensor[];
    const sum = this.#tf.tidy(() => weights.map((weight) => weight.sum()).reduce((a, b) => a.add(b as never)));
    const [value] = Array.from(await sum.data());
    sum.dispose();
    return value!;
  }

  /** What is in effect now; copies share memory with it until it changes. */
  async #copies(): Promise<{ weights: NamedTensor[]; optimizer: NamedTensor[] }> {
    const weights = (this.#model.getWeights() as LayersTensor[]).map((weight) => ({
      name: '',
      tensor: weight.clone(),
    }));
    const optimizer = await (this.#model.optimizer as OptimizerLike).getWeights();
    const copies = optimizer.map(({ name, tensor }) => ({ name, tensor: tensor.clone() }));
    // What is no variable of the optimizer was made for this call.
    for (const { tensor } of optimizer) if (!('assign' in tensor)) tensor.dispose();
    return { weights, optimizer: copies };
  }

  async #restore({ weights, optimizer }: { weights: NamedTensor[]; optimizer: NamedTensor[] }): Promise<void> {
    this.#model.setWeights(weights.map(({ tensor }) => tensor) as never);
    await (this.#model.optimizer as OptimizerLike).setWeights(optimizer);
  }

  async #with<R>({ length, inputs, values, resident }: FeatureRows, use: (x: LayersTensor) => Promise<R>): Promise<R> {
    // A tensor of this very backend is used where it lies.
    if (resident?.kind === 'tf.Tensor' && this.#tf.getBackend() === 'tensorflow')
      return use(resident.handle as LayersTensor);
    const here = values ?? (await resident!.toArray());
    const x = this.#tf.tensor2d(Float32Array.from(here), [length, inputs]);
    try {
      return await use(x);
    } finally {
      x.dispose();
    }
  }
}
