import type { LearnPlan } from './plan.js';
import type { ModelCounts, ModelEvent } from './record-models.js';

interface Tally {
  readonly name: string;
  predictions: number;
  judged: number;
  loss: number;
  stopped: number;
  reason: string | undefined;
}

/** What the models of a run that ends have come to. Tells of the first of each name that is stopped. */
export class ModelTally {
  readonly #tallies: ReadonlyMap<string, Tally>;
  readonly #warn: (message: string) => void;

  constructor(plans: readonly LearnPlan[], warn: (message: string) => void) {
    this.#warn = warn;
    const empty = { predictions: 0, judged: 0, loss: 0, stopped: 0, reason: undefined };
    this.#tallies = new Map(plans.map(({ name }) => [name, { name, ...empty }]));
  }

  /** Takes up models that an earlier run has stopped. */
  resume(stopped: readonly { model: string; key: string; count: number }[]): void {
    for (const { model, key, count } of stopped)
      this.#stop(
        model,
        `the model${key === '' ? '' : ` of ${JSON.stringify(key)}`} was stopped by an earlier run`,
        count,
      );
  }

  note(event: ModelEvent): void {
    if (event.kind === 'stopped') this.#stop(event.model, event.reason, 1);
  }

  add({ model, predictions, judged, loss }: ModelCounts): void {
    const tally = this.#tallies.get(model)!;
    tally.predictions += predictions;
    tally.judged += judged;
    tally.loss += loss;
  }

  get models(): { name: string; predictions: number; loss: number; stopped: number; reason?: string }[] {
    return [...this.#tallies.values()].map(({ name, predictions, judged, loss, stopped, reason }) => ({
      name,
      predictions,
      loss: loss / judged,
      stopped,
      ...(reason !== undefined && { reason }),
    }));
  }

  #stop(model: string, reason: string, count: number): void {
    const tally = this.#tallies.get(model)!;
    tally.stopped += count;
    if (tally.reason !== undefined) return;
    tally.reason = reason;
    this.#warn(`${model}: ${reason}; it predicts nothing until it is configured otherwise`);
  }
}
