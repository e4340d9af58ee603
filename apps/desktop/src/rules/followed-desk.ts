import { createHash } from 'node:crypto';
import { LineGivenUp } from '@aboveboard/capture/line/correspondence';
import type { DeviceMeans } from '@aboveboard/capture/line/device-means';
import { beginEnrolment } from '@aboveboard/capture/line/enrolling';
import type { RulesNews } from '@aboveboard/capture/line/followed-rules';
import { type KeptUses, USES_LOG } from '@aboveboard/capture/line/followed-uses';
import { type KeptReceipt, RECEIPTS } from '@aboveboard/capture/line/kept-receipt';
import type { KeepValue, Kept } from '@aboveboard/capture/line/kept-value';
import { OwnReceipts } from '@aboveboard/capture/line/own-receipts';
import type { SealedEnrolment } from '@aboveboard/capture/line/sealed-enrolment';
import { ServerClient, ServerFault } from '@aboveboard/capture/line/server-client';
import type { Agreement } from '@aboveboard/consent/agreement';
import type { AgreementStanding } from '@aboveboard/consent/agreement-verifier';
import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import type { ConsentRecord } from '@aboveboard/consent/consent';
import { type Enrolment, enrolmentBytes } from '@aboveboard/consent/enrolment-file';
import type { Gate } from '@aboveboard/consent/gate';
import { makeProvedVerifier } from '@aboveboard/consent/proved-verifier';
import { makeVerifiedGate } from '@aboveboard/consent/verified-gate';
import { ed25519Key } from '@aboveboard/tlog/ed25519';
import type { ReleaseWay } from '../release/releases.ts';
import { InstallationLine } from './installation-line.ts';
import { join, renew } from './joining.ts';
import type { Membership } from './membership.ts';
import type { OwnState, RulesDesk, RulesView } from './rules-desk.ts';
import { viewOf } from './rules-view.ts';
import { EnrolmentFault } from './taking-enrolment.ts';

export type FollowedOptions = {
  enrolment: Enrolment;
  /** SHA-256 of what runs, hex (GATE24). */
  build: string;
  keep: KeepValue;
  /** Every act of consent that stands or stood; kept by its owner. */
  consents: () => readonly ConsentRecord[];
  now: () => number;
  means: DeviceMeans;
};

const ATTACHMENTS = 'attachments';
const COMMIT = 'commit';

/**
 * The rules that the parties signed, as this computer proves them itself: it replays the log whole, holds both signatures and the
 * witnesses' against its enrolment, and denies where any of that is missing, withdrawn or old (DSK80; T5-T7, T14).
 */
export class FollowedDesk implements RulesDesk {
  readonly recordingClass = 'own';
  readonly #options: FollowedOptions;
  readonly #membership: Kept<Membership>;
  readonly #sealed: Kept<SealedEnrolment>;
  readonly #installation: InstallationLine;
  readonly #receipts: OwnReceipts;
  #member: Membership;
  #news: RulesNews = { rules: null, fork: null, faults: [] };
  #standing: AgreementStanding | null = null;
  #changed: () => void = () => undefined;
  #running: Promise<void> | null = null;
  #again = false;
  #closed = false;

  private constructor(options: FollowedOptions, membership: Kept<Membership>, member: Membership) {
    const { keep, enrolment, means, now } = options;
    this.#options = options;
    this.#membership = membership;
    this.#member = member;
    this.#sealed = keep<SealedEnrolment>('sealed-enrolment');
    this.#installation = new InstallationLine({
      enrolment,
      keep,
      means,
      now,
      rules: () => this.#news.rules?.state ?? null,
      ticket: async () => (await this.#sealed.get())?.secrets?.ticket ?? null,
      onRules: (news) => this.#heard(news),
      onHeard: () => this.#goOn(),
    });
    this.#receipts = new OwnReceipts({
      kept: keep<KeptReceipt[]>(RECEIPTS),
      uses: keep<KeptUses>(USES_LOG),
      signer: async () => ed25519Key(await deviceSeed(keep, means)),
      now: () => ({
        consents: options.consents(),
        enrolment,
        contributor: this.#member.contributor,
        versions: this.#news.rules?.state.versions ?? [],
        commit: this.#member.token === null ? null : (commitments) => this.#commit(commitments),
      }),
      means,
    });
  }

  /** EnrolmentFault where this folder is of another installation. */
  static async open(options: FollowedOptions): Promise<FollowedDesk> {
    const membership = options.keep<Membership>('membership');
    const enrolment = new TextDecoder().decode(enrolmentBytes(options.enrolment.file));
    const known = await membership.get();
    if (known && known.enrolment !== enrolment) {
      throw new EnrolmentFault('This folder is of another installation. Use another one for this enrolment.');
    }
    const member = known ?? { ...NOBODY, enrolment, attachments: new Map() };
    if (!known) await membership.put(member);
    const desk = new FollowedDesk(options, membership, member);
    await desk.#installation.begin();
    desk.#goOn();
    return desk;
  }

  get current(): { agreement: Agreement; digest: string } | null {
    const standing = this.#standing;
    return standing?.ok ? { agreement: standing.agreement, digest: standing.digest } : null;
  }

  gate(own: () => OwnState): Gate {
    return makeVerifiedGate(() => {
      const { consents, usage } = own();
      return {
        on: consents.some(({ withdrawnAt }) => withdrawnAt === null),
        installation: this.#options.enrolment.file.class,
        // After a second history nothing of the log is relied on (LOG13).
        rules: this.#news.fork ? null : this.#news.rules,
        agreement: this.#standing,
        consents,
        build: this.#options.build,
        usage,
      };
    });
  }

  onChange(call: () => void): void {
    this.#changed = call;
  }

  way(): ReleaseWay | null {
    const { token, uploadRecipient: joinedWith } = this.#member;
    // The guardian's is what the representative said in the rules that this computer proved.
    const guardian = this.#news.rules?.state.halves ?? null;
    if (token === null || !joinedWith || !guardian) return null;
    return {
      // Without the token: nothing was announced yet, and who asks is nobody's to know.
      recipients: async (matter) => {
        const { uploadRecipient } = await new ServerClient(this.#installation.post(matter), null).about();
        return { vault: uploadRecipient, guardian };
      },
      client: (matter) => new ServerClient(this.#installation.post(matter), token),
      close: (matter) => this.#installation.close(matter),
    };
  }

  acted(): void {
    this.#goOn();
  }

  async view(): Promise<RulesView> {
    const eraseCode = (await this.#sealed.get())?.eraseCode ?? null;
    const { joining } = this.#member;
    return viewOf({
      news: this.#news,
      joining,
      eraseCode: joining === 'done' ? eraseCode : null,
      now: this.#options.now(),
    });
  }

  async giveCode(typed: string): Promise<string | null> {
    const { joining } = this.#member;
    if (joining === 'done' || joining === 'under-way') return 'A code was given here already.';
    if (!(await beginEnrolment(this.#sealed, typed, this.#options.means))) {
      return 'That is not a code: a letter of it is wrong or missing.';
    }
    await this.#change({ joining: 'under-way' });
    this.#goOn();
    return null;
  }

  async eraseCodeKept(): Promise<void> {
    const own = await this.#sealed.get();
    if (own) await this.#sealed.put({ ...own, eraseCode: null });
  }

  async receipts(): Promise<KeptReceipt[]> {
    return (await this.#options.keep<KeptReceipt[]>(RECEIPTS).get()) ?? [];
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#installation.stop();
    await this.#running?.catch(() => undefined);
  }

  async #heard(news: RulesNews): Promise<void> {
    this.#news = news;
    await this.#judge();
    this.#goOn();
    this.#changed();
  }

  async #judge(): Promise<void> {
    const { rules, fork } = this.#news;
    const version = rules?.state.standing.version;
    if (!rules || fork || !version) {
      this.#standing = null;
      return;
    }
    const attachments = new Map<string, Uint8Array>();
    for (const { name, digest } of version.agreement.attachments) {
      const content = this.#member.attachments.get(digest);
      if (content) attachments.set(name, content);
    }
    const verifier = makeProvedVerifier(() => rules, this.#options.means.subtle);
    this.#standing = await verifier.verify({ document: canonicalBytes(version.agreement), attachments });
  }

  /** All that takes several periods; begun anew after every answer, and what is done is not done again. */
  #goOn(): void {
    this.#again = true;
    this.#running ??= this.#rounds().finally(() => {
      this.#running = null;
    });
    void this.#running.catch(() => undefined);
  }

  async #rounds(): Promise<void> {
    while (this.#again && !this.#closed) {
      this.#again = false;
      await this.#round();
    }
  }

  async #round(): Promise<void> {
    const { means } = this.#options;
    const parts = { kept: this.#sealed, installation: this.#installation, means };
    if (this.#member.joining === 'under-way') {
      const issue = this.#news.rules?.state.enrolment ?? null;
      const joined = await join({ ...parts, issue, kind: this.#options.enrolment.file.class });
      if (typeof joined === 'string') await this.#change({ joining: joined });
      else if (joined) await this.#change({ ...joined, joining: 'done' });
    }
    const { token, sessionEnds } = this.#member;
    const renewed = await renew(parts, { token, sessionEnds, now: this.#options.now() / 1000 });
    if (renewed === 'erased') await this.#change({ token: null, joining: 'erased' });
    else if (renewed !== null) await this.#change({ sessionEnds: renewed });
    try {
      await this.#fetchAttachments();
      await this.#receipts.keep();
    } catch (error) {
      if (!(error instanceof LineGivenUp || error instanceof ServerFault)) throw error;
    }
  }

  /** Nothing begins before every attachment of the version in force is on this device (GATE23). */
  async #fetchAttachments(): Promise<void> {
    const version = this.#news.rules?.state.standing.version;
    const lacking = (version?.agreement.attachments ?? []).filter(
      ({ digest }) => !this.#member.attachments.has(digest),
    );
    if (lacking.length === 0) return;
    const client = new ServerClient(this.#installation.post(ATTACHMENTS), this.#member.token);
    try {
      const came = await Promise.all(
        lacking.map(async ({ digest }) => [digest, await client.attachment(digest)] as const),
      );
      const sound = came.filter(([digest, content]) => digestOf(content) === digest);
      await this.#change({ attachments: new Map([...this.#member.attachments, ...sound]) });
    } finally {
      if (!this.#closed) await this.#installation.close(ATTACHMENTS);
    }
    await this.#judge();
    this.#changed();
  }

  async #commit(commitments: readonly string[]): Promise<void> {
    await new ServerClient(this.#installation.post(COMMIT), this.#member.token).commit(commitments);
    await this.#installation.close(COMMIT);
  }

  async #change(change: Partial<Membership>): Promise<void> {
    const member = { ...this.#member, ...change };
    await this.#membership.put(member);
    this.#member = member;
  }
}

const NOBODY: Omit<Membership, 'enrolment' | 'attachments'> = {
  joining: 'no',
  contributor: null,
  token: null,
  sessionEnds: null,
  uploadRecipient: null,
};

/** Made once; it signs receipts. */
async function deviceSeed(keep: KeepValue, { random }: DeviceMeans): Promise<Uint8Array> {
  const kept = keep<Uint8Array>('device-signer');
  const known = await kept.get();
  if (known) return known;
  const seed = new Uint8Array(random(32));
  await kept.put(seed);
  return seed;
}

function digestOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
