import type { Gate, GateContext, GateDecision } from '@aboveboard/consent/gate';

export type AskedSignal = GateContext['signal'];

/** An allow decision and the time that it covers, `from` inclusive, `until` exclusive (ms since the epoch). */
export type Permit = { rule: string; from: number; until: number };

/** Milliseconds before the end of a permit at which the gate is asked again. */
const ASK_AHEAD = 2000;

export type Refusal = Extract<GateDecision, { allow: false }>;

/**
 * The gate's decisions for one document (CAP10): which signals may be taken, and for which time. Nothing
 * is taken at a time that no decision covers: not before the first, not after `until` without asking anew.
 */
export class Permits {
  readonly #gate: Gate;
  readonly #mode: GateContext['mode'];
  readonly #target: GateContext['target'];
  readonly #permits = new Map<AskedSignal, Permit>();
  readonly #refusals = new Map<AskedSignal, Refusal>();

  constructor(gate: Gate, mode: GateContext['mode'], target: GateContext['target']) {
    this.#gate = gate;
    this.#mode = mode;
    this.#target = target;
  }

  get target(): GateContext['target'] {
    return this.#target;
  }

  /**
   * Asks for each of `signals` that has no permit, or one that is about to run out. True: which signals may
   * be taken has changed.
   */
  ask(signals: readonly AskedSignal[], now: number): boolean {
    let changed = false;
    for (const signal of signals) {
      const known = this.#permits.get(signal);
      if (known && now < known.until - ASK_AHEAD) continue;
      const decision = this.#gate.decide({ now, mode: this.#mode, signal, target: this.#target });
      if (decision.allow && decision.until > now) {
        // Two decisions that meet cover the time of both; where they don't, what lies between is nobody's.
        const from = known && now <= known.until ? known.from : now;
        this.#permits.set(signal, { rule: decision.rule, from, until: decision.until });
        this.#refusals.delete(signal);
        changed ||= known === undefined;
      } else {
        const refusal: Refusal = decision.allow
          ? {
              allow: false,
              deny: 'check-failed',
              reason: 'The rules gave a permission that had already ended.',
            }
          : decision;
        changed ||= known !== undefined || !this.#refusals.has(signal);
        this.#permits.delete(signal);
        this.#refusals.set(signal, refusal);
      }
    }
    return changed;
  }

  /**
   * The rules themselves changed: asks for each signal now, whatever was decided before. What was covered stays
   * covered where the answer is still yes. True: which signals may be taken has changed.
   */
  askAnew(signals: readonly AskedSignal[], now: number): boolean {
    const before = new Map(this.#permits);
    this.#permits.clear();
    this.#refusals.clear();
    this.ask(signals, now);
    for (const [signal, permit] of this.#permits) {
      const known = before.get(signal);
      if (known && now <= known.until) permit.from = known.from;
    }
    return signals.some((signal) => before.has(signal) !== this.#permits.has(signal));
  }

  covers(signal: AskedSignal, at: number): boolean {
    const permit = this.#permits.get(signal);
    return permit !== undefined && at >= permit.from && at < permit.until;
  }

  allowed(signal: AskedSignal): boolean {
    return this.#permits.has(signal);
  }

  refusal(signal: AskedSignal): Refusal | undefined {
    return this.#refusals.get(signal);
  }

  get any(): boolean {
    return this.#permits.size > 0;
  }

  /** For the checkpoint; `restore` takes it back after the worker was killed. */
  saved(): [AskedSignal, Permit][] {
    return [...this.#permits];
  }

  restore(permits: readonly [AskedSignal, Permit][]): void {
    for (const [signal, permit] of permits) this.#permits.set(signal, permit);
  }

  /** When the next permit runs out; Infinity when there is none. */
  get until(): number {
    return Math.min(Number.POSITIVE_INFINITY, ...[...this.#permits.values()].map((permit) => permit.until));
  }
}
