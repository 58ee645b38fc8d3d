import type { FieldOptions } from '../normalize/field-options.js';
import { describeOptions } from './candidates.js';
import type { FieldProfile } from './profile/field-profile.js';
import type { SeriesProfile } from './profile/series-profile.js';
import type { TraitName } from './profile/traits.js';
import { significant } from './profile/wording.js';
import { advantage, type FieldScore } from './score/score-field.js';

/** What to do with a field, and why. */
export interface Recommendation {
  options: FieldOptions;
  /** In plain words: what was seen, what follows, what was measured. */
  reasons: string[];
  /** What else is good to know. */
  remarks: string[];
}

/** Nats a value that a method must gain for what it takes to be worth it. */
const WORTHWHILE = 0.02;
/** And what one that must be tuned has to gain over `adaptive`. */
const WORTH_TUNING = 0.1;
/** How many standard errors make a gain more than luck. */
const SIGNIFICANT = 2.5;
/** Independent values that a series must be worth before it is called steady. */
const ENOUGH = 20;
/** A normalizer must keep what happens within a regime: at least this correlation of value and score. */
const LEAST_KEPT = 0.85;

/** The candidates' scores of a field, looked up by method and memory. */
class Evidence {
  readonly scores: readonly FieldScore[];

  constructor(scores: readonly FieldScore[]) {
    this.scores = scores;
  }

  /** The score of a method over everything seen. */
  of(method: FieldOptions['method']): FieldScore {
    return this.scores.find(({ options }) => options.method === method && options.memory === undefined)!;
  }

  /** By how many nats a value `a` beats `b`; 0 where that may be luck. */
  gain(a: FieldScore, b: FieldScore, errors = SIGNIFICANT): number {
    const { gain, error } = advantage(a, b);
    return Math.abs(gain) > errors * error ? gain : 0;
  }

  /** The best of those that leave the level in the score. */
  best(among: (score: FieldScore) => boolean): FieldScore | undefined {
    return this.scores
      .filter((score) => among(score) && isNormalizer(score))
      .reduce<FieldScore | undefined>(
        (best, score) => (best && best.logScore >= score.logScore ? best : score),
        undefined,
      );
  }
}

function isOneOf(method: FieldOptions['method'], ...methods: readonly string[]): boolean {
  return methods.includes(method ?? 'z-score');
}

function isNormalizer({ options, levelKept }: FieldScore): boolean {
  return options.method !== 'innovation' && options.method !== 'none' && !(levelKept < LEAST_KEPT);
}

/**
 * Chooses for a field by what it is first (an angle, a counter, a sparse or bounded field is no matter of scores), then by what was
 * measured on it.
 * @param scores of all candidates; empty where there is too little to score
 */
export function recommend(profile: FieldProfile, scores: readonly FieldScore[]): Recommendation {
  const evidence = (name: TraitName) => profile.traits.find((trait) => trait.name === name)?.evidence;
  const typical = profile.series[0]!;
  const chosen =
    byNature(evidence, typical) ??
    (scores.length === 0 ? undefined : byEvidence(evidence, new Evidence(scores), typical)) ??
    ({
      options: { method: 'adaptive' },
      reasons: [
        `${evidence('few') ?? 'there is little to see'}: adaptive needs nothing to be set, and learns as it goes`,
      ],
    } satisfies Choice);
  return { ...chosen, remarks: remarks(evidence, chosen.options, new Evidence(scores)) };
}

interface Choice {
  options: FieldOptions;
  reasons: string[];
}

type Seen = (name: TraitName) => string | undefined;

function byNature(seen: Seen, { min, max, circle }: SeriesProfile): Choice | undefined {
  const none = (reason: string): Choice => ({ options: { method: 'none' }, reasons: [reason] });
  if (seen('flat')) return none(`${seen('flat')}: there is nothing to scale yet`);
  if (seen('two-valued')) {
    if (max - min === 1 || (min === -1 && max === 1)) return none(`a switch, no measurement: ${seen('two-valued')}`);
    return {
      options: { method: 'min-max' },
      reasons: [`a switch, no measurement: ${seen('two-valued')}; min-max makes it 0 and 1`],
    };
  }
  if (seen('counter'))
    return none(
      `a counter or a clock: ${seen('counter')}; what can be normalized is how fast it rises, so send its differences`,
    );
  if (seen('few')) return undefined;
  if (seen('angle'))
    return {
      options: { method: 'sin-cos', ...(circle === 'degrees' && { period: 360 }) },
      reasons: [
        `an angle: ${seen('angle')}; no center lies in its middle, so sin-cos makes it a point on the circle, both numbers in [−1, 1]`,
      ],
    };
  if (seen('normalized')) return none(`normalized already: ${seen('normalized')}`);
  if (seen('sparse'))
    return { options: { method: 'max-abs' }, reasons: [`sparse: ${seen('sparse')}, and under max-abs 0 stays 0`] };
  return undefined;
}

function byEvidence(seen: Seen, evidence: Evidence, { count, correlationTime }: SeriesProfile): Choice {
  const zScore = evidence.of('z-score');
  const likelier = (score: FieldScore, than = zScore) =>
    `${describeOptions(score.options)} expected each value ${times(score.logScore - than.logScore)} than ${describeOptions(than.options)} over everything`;
  const moving = seen('drifting') ?? seen('trending');
  if (moving !== undefined) {
    const followed = drifting(moving, evidence);
    if (followed) return followed;
  }
  const minMax = evidence.of('min-max');
  if (seen('bounded') && moving === undefined && minMax.logScore > zScore.logScore - WORTHWHILE)
    return {
      options: { method: 'min-max' },
      reasons: [`bounded: ${seen('bounded')}`, ...(minMax.logScore > zScore.logScore ? [likelier(minMax)] : [])],
    };
  const robust = evidence.of('robust');
  const power = evidence.of('power');
  if (seen('counts') && power.logScore > zScore.logScore)
    return {
      options: power.options,
      reasons: [
        `counts: ${seen('counts')}, so that the spread grows with the level; power takes that out`,
        likelier(power),
      ],
    };
  if (seen('skewed') && evidence.gain(power, zScore) > WORTHWHILE && power.logScore > robust.logScore)
    return { options: power.options, reasons: [`skewed: ${seen('skewed')}; power straightens it`, likelier(power)] };
  if (seen('heavy-tailed') && evidence.gain(robust, zScore) > WORTHWHILE)
    return {
      options: robust.options,
      reasons: [`heavy tails: ${seen('heavy-tailed')}; median and quartiles do not feel them`, likelier(robust)],
    };
  // Nothing has a name: what was measured decides, if it does so clearly.
  const best =
    evidence.best(
      ({ options: { method, memory } }) =>
        memory === undefined && isOneOf(method, 'z-score', 'robust', 'power', 'adaptive'),
    ) ?? zScore;
  if (evidence.gain(best, zScore) > 2 * WORTHWHILE)
    return { options: best.options, reasons: ['nothing stands out by itself, but it fits best', likelier(best)] };
  if (moving !== undefined)
    return {
      options: { method: 'z-score' },
      reasons: [`${moving}; but in this sample nothing that forgets did better than remembering everything`],
    };
  const independent = Math.floor(count / correlationTime);
  if (
    seen('correlated') &&
    !seen('seasonal') &&
    independent < ENOUGH &&
    !(evidence.gain(zScore, evidence.of('adaptive'), 1) > WORTHWHILE)
  )
    return {
      options: { method: 'adaptive' },
      reasons: [
        `too short to tell a slow swing from a drift: ${count} values are worth some ${independent}; adaptive is right about either`,
      ],
    };
  const usual =
    seen('correlated') || seen('seasonal')
      ? 'it stays where it is in the long run'
      : 'a steady level with tails as usual';
  return {
    options: { method: 'z-score' },
    reasons: [`${usual}: mean and standard deviation of everything say it all`],
  };
}

/** What follows a moving level or spread, if following was worth it; `adaptive` unless something else is clearly better. */
function drifting(moving: string, evidence: Evidence): Choice | undefined {
  const adaptive = evidence.of('adaptive');
  const still = evidence.best(({ options: { memory, method } }) => memory === undefined && method !== 'adaptive');
  const follower =
    evidence.best(({ options: { memory, method } }) => memory !== undefined || method === 'adaptive') ?? adaptive;
  // That it moves has been seen already: what follows it only must not do clearly worse.
  if (still && evidence.gain(still, follower, 1) > WORTHWHILE) return undefined;
  const isBetter = follower !== adaptive && evidence.gain(follower, adaptive) > WORTH_TUNING;
  const chosen = isBetter ? follower : adaptive;
  const gained =
    still && chosen.logScore > still.logScore
      ? [
          `${describeOptions(chosen.options)} expected each value ${times(chosen.logScore - still.logScore)} than the best that remembers everything, ${describeOptions(still.options)}`,
        ]
      : [];
  const epochs = adaptive.series.reduce((sum, { renormalizations }) => sum + renormalizations.length, 0);
  const why =
    epochs > 0 && !isBetter ? `; adaptive took up a new regime ${epochs === 1 ? 'once' : `${epochs} times`}` : '';
  return { options: chosen.options, reasons: [`drifting: ${moving}${why}`, ...gained] };
}

function remarks(seen: Seen, { method }: FieldOptions, evidence: Evidence): string[] {
  const notes: string[] = [];
  const isKept = method === 'none' || method === 'max-abs';
  if (seen('seasonal') && !isKept)
    notes.push(`${seen('seasonal')}: kept in the score; a half-life shorter than that would take it out`);
  if (seen('correlated') && evidence.scores.length > 0 && method !== 'none') {
    const gain =
      evidence.of('innovation').logScore -
      (evidence.scores.find(({ options }) => options.method === method)?.logScore ?? 0);
    if (gain > WORTH_TUNING)
      notes.push(`for alarms use innovation: it expected each value ${times(gain)}, by what came just before`);
  }
  if (method === 'z-score' && evidence.scores.length > 0) {
    const adaptive = evidence.of('adaptive');
    const cost = evidence.of('z-score').logScore - adaptive.logScore;
    if (cost < WORTHWHILE && adaptive.epochs === 0)
      notes.push('adaptive does as well here, and would follow if the level moved one day');
  }
  if (seen('quantized') && method !== 'none') notes.push(`rounded: ${seen('quantized')}`);
  if (seen('stuck')) notes.push(`${seen('stuck')}: look whether the sensor was alive`);
  if (seen('missing')) notes.push(`${seen('missing')}: null in the output, learnt by nobody`);
  if (seen('few') && method !== 'adaptive') notes.push(`${seen('few')}: look again when there are more`);
  return notes;
}

/** A gain in nats as people say it: 27 % likelier, 3.1 times likelier. */
function times(gain: number): string {
  const factor = Math.exp(gain);
  if (factor >= 1.995) return `${factor > 1e4 ? 'over 10000' : significant(factor, 2)} times likelier`;
  const share = Math.round((factor - 1) * 100);
  return share >= 1 ? `${share} % likelier` : share <= -1 ? `${-share} % less likely` : 'no more likely';
}
