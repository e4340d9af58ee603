import type { Agreement } from '@aboveboard/consent/agreement';
import { type AgreementStanding, makeLocalVerifier } from '@aboveboard/consent/agreement-verifier';
import type { Gate } from '@aboveboard/consent/gate';
import { parseLiteralList } from '@aboveboard/consent/literal-list';
import { makeLocalGate } from '@aboveboard/consent/local-gate';
import type { Setup } from '../store/setup.ts';

/** What holds on this device now: the set-up, the agreement as it was verified, and the gate that reads both. */
export class Rules {
  #setup: Setup;
  #standing: AgreementStanding | null = null;
  /** The agreement's lists of literals, by digest. */
  #lists = new Map<string, string[]>();
  /** Milliseconds recorded in the session that runs now; kept by its owner. */
  sessionMilliseconds = 0;
  readonly gate: Gate;

  constructor(setup: Setup) {
    this.#setup = setup;
    this.gate = makeLocalGate(() => ({
      on: this.#setup.on,
      installation: this.#setup.installation,
      agreement: this.#standing,
      consent: this.#setup.consent,
      verifiedAt: this.#setup.verifiedAt,
      usage: { session: this.sessionMilliseconds, today: this.#today() },
    }));
  }

  get setup(): Setup {
    return this.#setup;
  }

  get agreement(): Agreement | null {
    return this.#standing?.ok ? this.#standing.agreement : null;
  }

  get standing(): AgreementStanding | null {
    return this.#standing;
  }

  async take(setup: Setup): Promise<void> {
    const given = setup.agreement;
    const changed = given !== this.#setup.agreement || this.#standing === null;
    this.#setup = setup;
    if (changed) this.#lists = new Map();
    if (given === null) this.#standing = null;
    else if (changed) {
      const attachments = new Map(given.attachments);
      this.#standing = await makeLocalVerifier(crypto.subtle).verify({
        document: given.document,
        attachments,
      });
      for (const { kind, name, digest } of this.agreement?.attachments ?? []) {
        if (kind !== 'literals') continue;
        const list = parseLiteralList(attachments.get(name) ?? new Uint8Array());
        if (list.ok) this.#lists.set(digest, list.value);
      }
    }
  }

  /** Of the agreement's application that this origin belongs to. */
  app(origin: string): Agreement['apps'][number] | undefined {
    return this.agreement?.apps.find((app) => app.origins.includes(origin));
  }

  /** What the agreement itself lists of that application's words; empty where it lists none. */
  listed(origin: string): string[] {
    const list = this.app(origin)?.masks.list;
    return (list && this.#lists.get(list)) || [];
  }

  /** Origins that the agreement and her own yes both name. */
  origins(): string[] {
    const consented = this.#setup.consent?.apps.map((app) => app.id) ?? [];
    return (this.agreement?.apps ?? [])
      .filter((app) => consented.includes(app.id))
      .flatMap((app) => app.origins);
  }

  #today(): number {
    const { day, milliseconds } = this.#setup.usage;
    return (day === dayOf(Date.now()) ? milliseconds : 0) + this.sessionMilliseconds;
  }
}

export function dayOf(now: number): string {
  return new Date(now).toISOString().slice(0, 10);
}
