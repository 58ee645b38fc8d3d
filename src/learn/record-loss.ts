/** What a prediction is judged by. `error-rate` is 0 for a right one and 1 for a wrong one: 1 − accuracy, so that less is better everywhere. */
export type LossName = 'squared' | 'absolute' | 'log' | 'error-rate';

/** Probabilities are held away from 0 and 1 by this, as river does. */
const NEAREST = 1e-15;

const LOSSES: Readonly<Record<LossName, (prediction: number, target: number) => number>> = {
  squared: (prediction, target) => (prediction - target) * (prediction - target),
  absolute: (prediction, target) => Math.abs(prediction - target),
  // In nats.
  log: (prediction, target) => {
    const p = Math.min(Math.max(target === 1 ? prediction : 1 - prediction, NEAREST), 1 - NEAREST);
    return -Math.log(p);
  },
  'error-rate': (prediction, target) => (prediction > 0.5 === (target === 1) ? 0 : 1),
};

export const LOSS_NAMES = Object.keys(LOSSES) as LossName[];

/** The loss of one prediction; of targets that are 0 and 1 for `log` and `error-rate`. */
export function recordLoss(name: LossName): (prediction: number, target: number) => number {
  return LOSSES[name];
}
