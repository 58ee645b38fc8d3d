import { InvalidOptionError } from '../errors.js';
import type { EarlyStoppingOptions } from './early-stopping.js';
import type { FeatureSelectionOptions } from './feature-watch.js';
import { LearningLoop, type LearningLoopOptions } from './learning-loop.js';
import { type BatchModel, isStateModel, type OnlineModel } from './online-model.js';
import { LOSS_NAMES, type LossName } from './record-loss.js';
import type { TargetScaling } from './target-scale.js';

/** What stands about a model that learns, whatever it learns from. */
export interface LoopOptions {
  /** What predictions are judged by. @defaultValue `'log'` for a model of true and false, else `'squared'` */
  loss?: LossName;
  /** Half-life of the decayed loss, in records. @defaultValue 100 */
  halfLife?: number;
  /** Records of the windowed loss; null: it is not kept. @defaultValue 200 */
  window?: number | null;
  /** Freeze the model when its loss has stopped falling, and thaw it at drift. @defaultValue never */
  earlyStopping?: boolean | EarlyStoppingOptions;
  /** Learn targets on a common scale; predictions come out in their own unit. @defaultValue as they are */
  scaleTarget?: TargetScaling | false;
}

/** Loop options, checked and complete. */
export interface ResolvedLoop {
  loss: LossName;
  halfLife: number;
  /** Whether targets are true or false. */
  isBinary: boolean;
  make(): LearningLoop;
}

/**
 * Checks what stands about a model, and says how to make it.
 * @throws InvalidOptionError naming the option
 */
export function resolveLoop(
  model: OnlineModel | BatchModel,
  { loss: given, halfLife = 100, window = 200, earlyStopping, scaleTarget }: LoopOptions,
  others: Pick<LearningLoopOptions, 'onEvent' | 'stopMark'> & {
    selection?: FeatureSelectionOptions | undefined;
    inputs?: number | undefined;
  },
): ResolvedLoop {
  const task = isStateModel(model as OnlineModel) ? (model as { task?: unknown }).task : undefined;
  const loss = given ?? (task === 'classification' ? 'log' : 'squared');
  if (!LOSS_NAMES.includes(loss))
    throw new InvalidOptionError('loss', loss, `one of ${LOSS_NAMES.map((name) => JSON.stringify(name)).join(', ')}`);
  const isBinary = loss === 'log' || loss === 'error-rate';
  if (task === 'regression' && isBinary)
    throw new InvalidOptionError('loss', loss, '"squared" or "absolute" for a model that predicts numbers');
  if (window !== null && !(Number.isSafeInteger(window) && window >= 3 && window <= 2 ** 24))
    throw new InvalidOptionError('window', window, 'an integer from 3 to 16777216, or null');
  if (scaleTarget && (task === 'classification' || isBinary))
    throw new InvalidOptionError('scaleTarget', scaleTarget, 'absent: what is true or false has no scale');
  const make = () =>
    new LearningLoop({
      model,
      loss,
      prequential: { halfLife, window },
      earlyStopping: earlyStopping === true ? {} : earlyStopping || undefined,
      scaleTarget: scaleTarget || undefined,
      ...others,
    });
  make(); // throws here what is wrong with its parts
  return { loss, halfLife, isBinary, make };
}
