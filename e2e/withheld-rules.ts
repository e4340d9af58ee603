import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Agreement } from '@aboveboard/consent/agreement';
import type { AgreementStanding } from '@aboveboard/consent/agreement-verifier';
import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import { type ConsentRecord, giveConsent } from '@aboveboard/consent/consent';
import { partyKeysOf } from '@aboveboard/consent/party-keys';
import { makeProvedVerifier } from '@aboveboard/consent/proved-verifier';
import { makeVerifiedGate } from '@aboveboard/consent/verified-gate';
import { type VerifiedRules, verifyRules } from '@aboveboard/consent/verified-rules';
import { openLog } from '@aboveboard/tlog/log-reader';
import { formatNote } from '@aboveboard/tlog/note';
import { parsePolicy } from '@aboveboard/tlog/policy-file';
import { logSource } from '../apps/cli/src/log-source.ts';
import type { RunningInstallation } from './installation.ts';

const HOUR = 3_600_000;

/** A device that was given the log once, and whose clock goes on while nothing newer comes. */
export class WithheldRules {
  readonly #rules: VerifiedRules;
  readonly #agreement: AgreementStanding;
  readonly #consent: ConsentRecord;
  readonly #origin: string;

  private constructor(
    rules: VerifiedRules,
    agreement: AgreementStanding,
    consent: ConsentRecord,
    origin: string,
  ) {
    this.#rules = rules;
    this.#agreement = agreement;
    this.#consent = consent;
    this.#origin = origin;
  }

  static async of(installation: RunningInstallation, agreement: Agreement, origin: string) {
    const { subtle } = crypto;
    const text = await (await fetch(`${installation.url}/api/logs/policy`)).bytes();
    const policy = parsePolicy(text);
    if (!policy.ok) throw new Error('the server tells no policy');
    const { signed, reader } = await openLog(logSource(`${installation.url}/log/rules`), policy.value);
    const entries: Uint8Array[] = [];
    for await (const { entry } of reader.entries()) entries.push(entry);
    const verified = await verifyRules({
      entries,
      checkpoint: formatNote(signed.note),
      policy: policy.value,
      trust: { agreement: agreement.id, parties: partyKeysOf(agreement) },
      before: null,
      now: Date.now(),
      subtle,
    });
    if (!verified.ok) throw new Error(JSON.stringify(verified.faults));
    const folder = join(installation.data, 'agreement', 'attachments');
    const attachments = new Map<string, Uint8Array>();
    for (const name of await readdir(folder)) attachments.set(name, await readFile(join(folder, name)));
    const standing = await makeProvedVerifier(() => verified.value, subtle).verify({
      document: canonicalBytes(agreement),
      attachments,
    });
    if (!standing.ok) throw new Error(JSON.stringify(standing.faults));
    const consent = giveConsent({
      agreement,
      digest: standing.digest,
      choice: {
        purposes: agreement.purposes,
        apps: agreement.apps.map(({ id, signals, modes }) => ({ id, signals, modes })),
        notice: { language: 'en', words: 1, digest: '0'.repeat(64) },
      },
      now: Date.now(),
      random: (length) => crypto.getRandomValues(new Uint8Array(length)),
    });
    return new WithheldRules(verified.value, standing, consent, origin);
  }

  /** May the first application be recorded so many hours after the witnesses saw these rules? */
  asked(hours: number): string {
    const gate = makeVerifiedGate(() => ({
      on: true,
      installation: 'demonstration',
      rules: this.#rules,
      agreement: this.#agreement,
      consents: [this.#consent],
      build: '0'.repeat(64),
      usage: { session: 0, today: 0 },
    }));
    const decision = gate.decide({
      now: Math.max(this.#rules.checkpointTime + hours * HOUR, this.#rules.verifiedAt),
      mode: 'task',
      signal: 'pointer',
      target: { kind: 'browser', top: this.#origin, frame: this.#origin, private: false, window: 'normal' },
    });
    return decision.allow ? 'allowed' : decision.deny;
  }
}
