export type Phase = 'starting' | 'restoring' | 'running' | 'draining' | 'stopped' | 'failed';

/** Why a run is not ready. */
export interface HealthReason {
  readonly id: string;
  /** A sentence for the operator. */
  readonly text: string;
  /** Epoch ms at which it began. */
  readonly since: number;
  /** Whose it is, where several processes are shown as one. */
  readonly worker?: string;
}

/** Plain JSON, to be sent to another process or shown. */
export interface HealthReport {
  readonly worker?: string;
  readonly phase: Phase;
  /** False: it will not come to life by itself; restart it. */
  readonly live: boolean;
  /** Whether it does its work. */
  readonly ready: boolean;
  readonly reasons: readonly HealthReason[];
}

const PHASE_TEXTS: Readonly<Record<Phase, string>> = {
  starting: 'starting: not connected yet',
  restoring: 'restoring state',
  running: 'running',
  draining: 'draining: told to stop, finishing what was read',
  stopped: 'stopped',
  failed: 'failed',
};

/**
 * How a run is doing: its phase and its troubles. It is ready when it runs and has no trouble; it is live until it has stopped or failed,
 * whatever its troubles: most pass by themselves, and a restart would only add a restore to them.
 */
export class Health {
  readonly #now: () => number;
  readonly #troubles = new Map<string, HealthReason>();
  #phase: Phase = 'starting';
  #phaseSince: number;
  #phaseText: string | undefined;

  /** @param now answers epoch ms */
  constructor(now: () => number = Date.now) {
    this.#now = now;
    this.#phaseSince = now();
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** Enters a phase; `text` says more, as `restoring 3 of 4 partitions`, and may be renewed without the phase's beginning anew. */
  enter(phase: Phase, text?: string): void {
    if (phase !== this.#phase) this.#phaseSince = this.#now();
    this.#phase = phase;
    this.#phaseText = text;
  }

  /** Something is wrong, until it is cleared: `id` names it, `text` says it. Said again, it keeps its beginning. */
  trouble(id: string, text: string): void {
    this.#troubles.set(id, { id, text, since: this.#troubles.get(id)?.since ?? this.#now() });
  }

  clear(id: string): void {
    this.#troubles.delete(id);
  }

  get live(): boolean {
    return this.#phase !== 'stopped' && this.#phase !== 'failed';
  }

  get ready(): boolean {
    return this.#phase === 'running' && this.#troubles.size === 0;
  }

  /** The phase first, unless it is `running`, then every trouble, oldest first. */
  get reasons(): HealthReason[] {
    const phase = this.#phase;
    const text = this.#phaseText ?? PHASE_TEXTS[phase];
    const own = phase === 'running' ? [] : [{ id: 'phase', text, since: this.#phaseSince }];
    return [...own, ...this.#troubles.values()];
  }

  report(worker?: string): HealthReport {
    const { phase, live, ready, reasons } = this;
    return { ...(worker !== undefined && { worker }), phase, live, ready, reasons };
  }
}
