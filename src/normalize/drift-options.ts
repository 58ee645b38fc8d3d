import { createDetector, detectorFingerprint } from '../drift/create-detector.js';
import type { DetectorName, DetectorOptions } from '../drift/detector-options.js';
import { InvalidOptionError } from '../errors.js';
import type { RenormalizationPolicy } from './renormalization-policy.js';

/** What is done with what a method has learnt once its series has changed. */
export type OnDrift = 'reset' | 'shrink' | 'shadow' | 'blend' | { blend: number };

export interface DriftOptions {
  /** What watches the values, standardized by what came before in their epoch. @defaultValue `'joint'` */
  detector?: DetectorName | DetectorOptions;
  /**
   * `'reset'`: start afresh; `'shrink'`: learn again what came since the change; `'shadow'`: a second statistic, begun at the detector's
   * warning, takes over; `'blend'` or `{ blend: n }`: go over to a fresh one within 30 or n values.
   * @defaultValue `'shadow'`; `'reset'` for a window in event time
   */
  policy?: OnDrift;
}

/** Checked. */
export interface ResolvedDrift {
  detector: DetectorName | DetectorOptions;
  policy: RenormalizationPolicy;
  /** Says what the state means. */
  fingerprint: unknown;
}

const BLEND = 30;

/**
 * @param fallback the policy where none is given
 * @throws InvalidOptionError
 */
export function resolveDrift(drift: DriftOptions, fallback: OnDrift): ResolvedDrift {
  if (typeof drift !== 'object' || drift === null)
    throw new InvalidOptionError('drift', drift, 'an object of detector and policy');
  for (const option of Object.keys(drift))
    if (option !== 'detector' && option !== 'policy')
      throw new InvalidOptionError(
        `drift.${option}`,
        drift[option as keyof DriftOptions],
        'absent: there is no such option',
      );
  const { detector = 'joint', policy = fallback } = drift;
  // Once here, so that a fault is told at assembly.
  createDetector(detector);
  const resolved = resolvePolicy(policy);
  return { detector, policy: resolved, fingerprint: [detectorFingerprint(detector), resolved.kind] };
}

function resolvePolicy(policy: OnDrift): RenormalizationPolicy {
  if (policy === 'reset' || policy === 'shrink' || policy === 'shadow') return { kind: policy };
  const over = policy === 'blend' ? BLEND : typeof policy === 'object' && policy !== null ? policy.blend : undefined;
  if (over === undefined || (typeof policy === 'object' && Object.keys(policy).length !== 1))
    throw new InvalidOptionError('policy', policy, "'reset', 'shrink', 'shadow', 'blend' or { blend: values }");
  if (!(Number.isSafeInteger(over) && over >= 1 && over <= 1e6))
    throw new InvalidOptionError('policy.blend', over, 'an integer from 1 to 1000000');
  return { kind: 'blend', over };
}
