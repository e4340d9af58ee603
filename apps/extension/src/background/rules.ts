import type { RulesNews } from '@aboveboard/capture/line/followed-rules';
import type { Agreement } from '@aboveboard/consent/agreement';
import { type AgreementStanding, makeLocalVerifier } from '@aboveboard/consent/agreement-verifier';
import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import type { Gate, GateDecision } from '@aboveboard/consent/gate';
import { parseLiteralList } from '@aboveboard/consent/literal-list';
import { makeLocalGate } from '@aboveboard/consent/local-gate';
import { en } from '@aboveboard/consent/messages/en';
import { makeProvedVerifier } from '@aboveboard/consent/proved-verifier';
import { makeVerifiedGate } from '@aboveboard/consent/verified-gate';
import { words } from '../messages/en.ts';
import type { Setup } from '../store/setup.ts';
import { byDigest } from './attachments.ts';

/**
 * What holds on this device now: the set-up, the agreement, and the gate that reads both. With an enrolment the
 * agreement is that of the replayed log and the gate is the verified one; without, only a demonstration records.
 */
export class Rules {
  #setup: Setup;
  #news: RulesNews | null = null;
  #standing: AgreementStanding | null = null;
  /** The agreement's lists of literals, by digest. */
  #lists = new Map<string, string[]>();
  readonly #build: string;
  readonly #local: Gate;
  readonly #verified: Gate;
  /** Milliseconds recorded in the session that runs now; kept by its owner. */
  sessionMilliseconds = 0;
  readonly gate: Gate = { decide: (context) => this.#gate().decide(context) };

  /** `build`: SHA-256 of what is installed, hex. */
  constructor(setup: Setup, build: string) {
    this.#setup = setup;
    this.#build = build;
    this.#local = makeLocalGate(() => ({
      on: this.#setup.on,
      installation: this.#setup.installation,
      agreement: this.#standing,
      consent: this.#setup.consents.findLast(({ withdrawnAt }) => withdrawnAt === null) ?? null,
      verifiedAt: this.#setup.verifiedAt,
      usage: this.#usage(),
    }));
    this.#verified = makeVerifiedGate(() => ({
      on: this.#setup.on,
      installation: this.#setup.installation,
      rules: this.#news?.rules ?? null,
      agreement: this.#standing,
      consents: this.#setup.consents,
      build: this.#build,
      usage: this.#usage(),
    }));
  }

  get setup(): Setup {
    return this.#setup;
  }

  get build(): string {
    return this.#build;
  }

  get news(): RulesNews | null {
    return this.#news;
  }

  /** The version adopted last, also while it is not in force: what was agreed on keeping and limits still binds. */
  get agreement(): Agreement | null {
    if (this.#setup.enrolment) return this.#news?.rules?.state.standing.version?.agreement ?? null;
    return this.#standing?.ok ? this.#standing.agreement : null;
  }

  /** Recipient of the guardian's half of every key, as the representative says in rules that were proved. */
  get halves(): string | null {
    return this.#news?.rules?.state.halves ?? null;
  }

  get standing(): AgreementStanding | null {
    return this.#standing;
  }

  async take(setup: Setup): Promise<void> {
    const changed = setup.agreement !== this.#setup.agreement || setup.enrolment !== this.#setup.enrolment;
    this.#setup = setup;
    if (setup.enrolment === null) this.#news = null;
    if (changed || this.#standing === null) await this.#judge();
  }

  /** What the log says now; the gate goes by it from the next question on. */
  async hear(news: RulesNews): Promise<void> {
    this.#news = news;
    await this.#judge();
  }

  async #judge(): Promise<void> {
    const given = this.#setup.agreement;
    let contents = new Map(given?.attachments ?? []);
    if (!this.#setup.enrolment) {
      this.#standing = given
        ? await makeLocalVerifier(crypto.subtle).verify({
            document: given.document,
            attachments: contents,
          })
        : null;
    } else {
      const rules = this.#news?.rules ?? null;
      const version = rules?.state.standing.version;
      // By content: those of an older version may have the same names.
      contents = version ? (await byDigest(version.agreement, given?.attachments ?? [])).here : new Map();
      this.#standing =
        rules && version
          ? await makeProvedVerifier(() => rules, crypto.subtle).verify({
              document: canonicalBytes(version.agreement),
              attachments: contents,
            })
          : null;
    }
    const lists = new Map<string, string[]>();
    for (const { kind, name, digest } of this.agreement?.attachments ?? []) {
      if (kind !== 'literals') continue;
      const list = parseLiteralList(contents.get(name) ?? new Uint8Array());
      if (list.ok) lists.set(digest, list.value);
    }
    this.#lists = lists;
  }

  #gate(): Gate {
    const { enrolment, installation } = this.#setup;
    if (!enrolment)
      return installation === 'demonstration' ? this.#local : refusing(en.deny['rules-unproved']);
    return this.#news?.fork ? refusing(words.rules.forkRefusal) : this.#verified;
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
    const given = this.#setup.consents.filter(({ withdrawnAt }) => withdrawnAt === null);
    const consented = new Set(given.flatMap(({ apps }) => apps.map(({ id }) => id)));
    return (this.agreement?.apps ?? []).filter((app) => consented.has(app.id)).flatMap((app) => app.origins);
  }

  #usage(): { session: number; today: number } {
    const { day, milliseconds } = this.#setup.usage;
    const today = (day === dayOf(Date.now()) ? milliseconds : 0) + this.sessionMilliseconds;
    return { session: this.sessionMilliseconds, today };
  }
}

function refusing(reason: string): Gate {
  const refusal: GateDecision = { allow: false, deny: 'rules-unproved', reason };
  return { decide: () => refusal };
}

export function dayOf(now: number): string {
  return new Date(now).toISOString().slice(0, 10);
}
