import { ModelError } from '../errors.js';
import type { YardstickChange } from './correct-linear.js';
import { EarlyStopping, type EarlyStoppingOptions } from './early-stopping.js';
import { type FeatureSelectionOptions, FeatureWatch } from './feature-watch.js';
import type { LearnerEvent } from './learner-event.js';
import { type BatchModel, isStateModel, type ModelPart, type OnlineModel, type StateModel } from './online-model.js';
import { PrequentialLoss, type PrequentialLossOptions } from './prequential-loss.js';
import { type LossName, recordLoss } from './record-loss.js';
import { TargetScale, type TargetScaling } from './target-scale.js';

export interface LearningLoopOptions {
  model: OnlineModel | BatchModel;
  loss: LossName;
  prequential: PrequentialLossOptions;
  earlyStopping?: EarlyStoppingOptions | undefined;
  /** Needs `inputs`. */
  selection?: FeatureSelectionOptions | undefined;
  inputs?: number | undefined;
  scaleTarget?: TargetScaling | undefined;
  onEvent?: ((event: LearnerEvent) => void) | undefined;
  /**
   * Not 0: what the state of a stopped model is marked with, so that it stays stopped wherever its state goes, for as long as this number is
   * the same. @defaultValue none: whoever begins anew tries again
   */
  stopMark?: number | undefined;
}

// Where things stand in the state: records of the series, the mark of a stopped model where there is one, then the parts.
const MARK = 1;

/** A renormalization of what a model reads or predicts. */
export interface ModelRenormalization {
  readonly part: ModelPart;
  readonly change: YardstickChange;
}

/**
 * What stands about a model that learns while it predicts, for one series: losses, early stopping, feature selection, the target's scale, and
 * the model itself where its state is doubles. What it knows of a series is `stride` doubles at `offset` in `state`.
 *
 * A record goes: `judge` the prediction, which changes nothing; hand the output over; then `settle` it, and the model learns.
 */
export class LearningLoop {
  readonly stride: number;
  /** Says what the state means. */
  readonly fingerprint: string;
  readonly lossOf: (prediction: number, target: number) => number;
  readonly losses: PrequentialLoss;
  readonly watch: FeatureWatch | undefined;
  readonly target: TargetScale | undefined;
  readonly model: StateModel | undefined;
  state: Float64Array = new Float64Array(0);
  key = '';
  readonly #correct: ((part: ModelPart, change: YardstickChange) => void) | undefined;
  readonly #stopping: EarlyStopping | undefined;
  readonly #signed: boolean;
  readonly #onEvent: ((event: LearnerEvent) => void) | undefined;
  readonly #stopMark: number | undefined;
  /** Why a series' model is stopped, where stopping leaves no mark in the state. */
  readonly #stopped = new Map<string, string>();
  readonly #scratch: Float64Array;
  /** Where losses, early stopping, feature watch and target scale begin, counted from the offset; and the model. */
  readonly #places: readonly number[];
  readonly #modelAt: number;
  #offset = 0;

  /** @throws InvalidOptionError */
  constructor(options: LearningLoopOptions) {
    const { model, loss, earlyStopping, selection, inputs, scaleTarget } = options;
    this.lossOf = recordLoss(loss);
    this.#signed = loss === 'squared' || loss === 'absolute';
    this.#onEvent = options.onEvent;
    this.losses = new PrequentialLoss(options.prequential);
    this.#stopping = earlyStopping && new EarlyStopping(earlyStopping, this.#signed);
    this.watch = selection && inputs !== undefined ? new FeatureWatch(inputs, selection) : undefined;
    this.target = scaleTarget && new TargetScale(scaleTarget);
    this.model = isStateModel(model as OnlineModel) ? (model as StateModel) : undefined;
    const correct = (model as Partial<OnlineModel>).correct;
    this.#correct = correct && ((part, change) => correct.call(model, part, change));
    this.#scratch = new Float64Array(this.losses.stride);
    this.#stopMark = options.stopMark;
    let at = this.#stopMark === undefined ? MARK : MARK + 1;
    this.#places = [this.losses, this.#stopping, this.watch, this.target].map((part) => {
      const place = at;
      at += part?.stride ?? 0;
      return place;
    });
    this.#modelAt = at;
    this.stride = at + (this.model?.stride ?? 0);
    this.fingerprint = JSON.stringify([
      'learn',
      options.prequential,
      loss,
      this.#stopping?.fingerprint ?? null,
      this.watch ? inputs : null,
      this.target?.fingerprint ?? null,
      this.model?.fingerprint ?? null,
      ...(this.#stopMark === undefined ? [] : ['marked']),
    ]);
  }

  aim(state: Float64Array, offset: number): void {
    if (state !== this.state || offset !== this.#offset) {
      this.state = state;
      this.#offset = offset;
      const [losses, stopping, watch, target] = this.#places;
      this.losses.aim(state, offset + losses!);
      this.#stopping?.aim(state, offset + stopping!);
      this.watch?.aim(state, offset + watch!);
      this.target?.aim(state, offset + target!);
    }
    // The model is the caller's, who may have turned it elsewhere.
    this.model?.aim(state, offset + this.#modelAt);
  }

  /** Records of the series so far. */
  get records(): number {
    return this.state[this.#offset]!;
  }
  get status(): 'learning' | 'frozen' | 'stopped' {
    return this.isStopped ? 'stopped' : this.#stopping?.frozen ? 'frozen' : 'learning';
  }
  get isStopped(): boolean {
    if (this.#stopMark !== undefined) return this.isStoppedAt(this.state, this.#offset);
    return this.#stopped.size > 0 && this.#stopped.has(this.key);
  }
  /** Whether a state says that the model of its series is stopped; false where stopping leaves no mark. */
  isStoppedAt(state: Float64Array, offset: number): boolean {
    return this.#stopMark !== undefined && state[offset + MARK] === this.#stopMark;
  }
  /** Why the series' model is stopped; null where it is not. */
  get reason(): string | null {
    if (!this.isStopped) return null;
    return this.#stopped.get(this.key) ?? `the model${this.#whose} was stopped before`;
  }

  /** What the model answered, in the unit of the target. @throws ModelError when that is no number */
  prediction(answer: unknown): number {
    if (typeof answer !== 'number' || !Number.isFinite(answer))
      throw new ModelError(`it predicted ${String(answer)}, which is no finite number`);
    return this.target ? this.target.denormalize(answer) : answer;
  }

  /** The means with these losses, nothing being learnt. */
  judgeAll(losses: Float64Array): ReturnType<PrequentialLoss['with']> {
    const { state } = this;
    const at = this.#offset + 1;
    this.#scratch.set(state.subarray(at, at + this.losses.stride));
    this.losses.aim(this.#scratch, 0);
    let last = Number.NaN;
    for (const loss of losses) {
      if (Number.isFinite(last)) this.losses.update(last);
      last = Number.isFinite(loss) ? loss : last;
    }
    const judged = this.losses.with(last);
    this.losses.aim(state, at);
    return judged;
  }

  /**
   * Learns how a record went; the model has not learnt it yet.
   * @param raw what its features were before they were normalized, where features are selected
   */
  settle(prediction: number, target: number, raw?: ArrayLike<number>): void {
    if (raw !== undefined)
      this.watch?.update(raw, (input, because) =>
        this.#tell({ kind: because === null ? 'selected' : 'deselected', input, because }),
      );
    if (Number.isFinite(target) && Number.isFinite(prediction)) {
      const loss = this.lossOf(prediction, target);
      this.losses.update(loss);
      const event = this.#stopping?.update(loss, this.losses.decayed, this.#signed ? target - prediction : loss);
      if (event) this.#tell({ kind: event });
    }
    this.state[this.#offset]! += 1;
    // One that was stopped under another number has been given its second chance.
    if (this.#stopMark !== undefined && !this.isStopped) this.state[this.#offset + MARK] = 0;
  }

  /** Learns the scale of targets, and makes the model say on it what it said on the scale before. */
  rescale(targets: ArrayLike<number>): void {
    const { target } = this;
    // A frozen model that cannot be corrected keeps its scale with its weights.
    if (target === undefined || (this.#correct === undefined && this.status === 'frozen')) return;
    const isFirst = target.count === 0;
    const change = target.changed(() => {
      for (let i = 0; i < targets.length; i++) target.update(targets[i]!);
    });
    // Before the first target there was no scale on which the model could have said anything.
    if (!isFirst) this.#correct?.('target', change);
  }

  /** Corrects the model for what was renormalized after its record. */
  correct(renormalizations: readonly ModelRenormalization[]): void {
    for (const { part, change } of renormalizations) {
      if (!(change.oldScale > 0 && change.newScale > 0)) this.#tell({ kind: 'uncorrected', part });
      else this.#correct?.(part, change);
    }
  }

  stop(cause: unknown): void {
    const why = cause instanceof Error ? cause.message : String(cause);
    const reason = `the model${this.#whose} failed at record ${this.records}: ${why}`;
    if (this.#stopMark === undefined) this.#stopped.set(this.key, reason);
    else this.state[this.#offset + MARK] = this.#stopMark;
    this.#tell({ kind: 'stopped', reason, cause });
  }

  get #whose(): string {
    return this.key === '' ? '' : ` of ${JSON.stringify(this.key)}`;
  }

  #tell(event: DistributiveOmit<LearnerEvent, 'key' | 'index'>): void {
    this.#onEvent?.({ ...event, key: this.key, index: this.records } as LearnerEvent);
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
