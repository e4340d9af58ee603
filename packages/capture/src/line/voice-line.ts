import {
  askOf,
  base64urlBytes,
  beginVoice,
  fillerOf,
  receiptOf,
  spentOf,
  withToken,
} from '@aboveboard/consent/own-voice';
import { parseVoiceAbout } from '@aboveboard/consent/voice-about';
import {
  VOICE_REFUSALS,
  type VoiceCount,
  type VoiceIssue,
  type VoiceRefusalCode,
  voiceText,
} from '@aboveboard/protocol/voice';
import { LineGivenUp } from './correspondence.ts';
import type { DeviceMeans } from './device-means.ts';
import {
  type DeviceVoice,
  type HeardCount,
  issueOf,
  type VoiceAct,
  type VoiceFault,
  type VoiceState,
  type VoiceStorage,
  withVoice,
} from './voice-state.ts';

/** JSON of what came, refusals too; null: no answer. Neither rejects. */
export type VoiceCalls = {
  get(path: string): Promise<unknown>;
  post(path: string, body: string): Promise<unknown>;
};

/**
 * What this recorder says to the guardian beside its cells (RLY40-RLY44; T2, T23): in each period it hears once
 * and speaks once, as every installation does. What is said is an ask, an objection, a ballot, or filler; on the
 * wire they are of one size and at one rhythm.
 */
export class VoiceLine {
  readonly #storage: VoiceStorage;
  readonly #guardian: VoiceCalls;
  readonly #now: () => number;
  readonly #isAgreed: (issue: VoiceIssue) => Promise<boolean>;
  readonly #ticket: () => Promise<string | null>;
  readonly #means: DeviceMeans;
  readonly #waiting = new Map<string, Waiter[]>();
  /** Nothing came when it was last asked. */
  isSilent = false;
  #abandoned = false;

  constructor(parts: {
    storage: VoiceStorage;
    guardian: VoiceCalls;
    /** Seconds since 1970. */
    now: () => number;
    /** Does what this device proved name the key of this issue (OBJ3)? */
    isAgreed: (issue: VoiceIssue) => Promise<boolean>;
    /** Second secret of the code that she enrolled with, base64url (ENR3); null: she did not, or not here. */
    ticket?: () => Promise<string | null>;
    means: DeviceMeans;
  }) {
    this.#storage = parts.storage;
    this.#guardian = parts.guardian;
    this.#now = parts.now;
    this.#isAgreed = parts.isAgreed;
    this.#ticket = parts.ticket ?? (async () => null);
    this.#means = parts.means;
  }

  /**
   * Another act with her code, in the place of filler (RLY41). Resolves when it was answered, in this period or a
   * later one; never for a worker that ended, whose next asks the same under the same key.
   */
  async act({ key, path, body }: VoiceAct): Promise<unknown> {
    if (this.#abandoned) throw new LineGivenUp(CLOSED);
    const answered = new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(key, [...(this.#waiting.get(key) ?? []), { resolve, reject }]);
    });
    const { answers } = await this.#storage.change((now) =>
      key in now.answers || now.acts.some((one) => one.key === key)
        ? now
        : { ...now, acts: [...now.acts, { key, path, body }] },
    );
    return key in answers ? answers[key] : answered;
  }

  /** The line is given up: whoever waits here is told so, and what waits for its turn stays. */
  abandon(): void {
    this.#abandoned = true;
    const waiting = [...this.#waiting.values()].flat();
    this.#waiting.clear();
    for (const { reject } of waiting) reject(new LineGivenUp(CLOSED));
  }

  /** Nothing of this act is said again, and what was answered is not kept. */
  async close(key: string): Promise<void> {
    await this.#storage.change((now) => {
      const { [key]: _, ...answers } = now.answers;
      return { ...now, answers, acts: now.acts.filter((one) => one.key !== key) };
    });
  }

  /** What everyone is told, and the lists that were published since. Which are fetched follows from that alone. */
  async hear(): Promise<void> {
    const about = parseVoiceAbout(await this.#guardian.get('/voice'));
    this.isSilent = about === null;
    if (!about) return;
    const { counts } = await this.#storage.get();
    const heard: HeardCount[] = [];
    for (const { digest, mark } of about.issues.flatMap((issue) => this.#published(issue, counts))) {
      const answer = await this.#guardian.get(`/voice/counts/${digest}`);
      const count = countOf(answer);
      // An answer that there is none yet is one too.
      if (count || refusalOf(answer) === 'unknown-issue') heard.push({ issue: digest, mark, count });
    }
    const state = await this.#storage.change((now) => ({
      ...now,
      about,
      counts: [...now.counts.filter((old) => !heard.some(({ issue }) => issue === old.issue)), ...heard],
    }));
    for (const issue of about.issues) await this.#begin(issue, state);
  }

  /** One act: what is next of what she has to say, or what looks like it. */
  async speak(): Promise<void> {
    const state = await this.#storage.get();
    const [act] = state.acts;
    const own = act ? null : nextOf(state, this.#now());
    const { path, body } =
      act ?? (own ? saidBy(own) : { path: '/voice/spent', body: fillerOf(this.#means.random) });
    const answer = await this.#guardian.post(path, voiceText(path, body));
    this.isSilent = answer === null;
    if (answer === null) return;
    if (act) await this.#heardOf(act, answer);
    const after = own && (await answered(own, issueOf(state, own.issue), answer, this.#means.subtle));
    if (after) await this.#storage.change((now) => withVoice(now, after));
  }

  async #heardOf({ key }: VoiceAct, answer: unknown): Promise<void> {
    const refusal = refusalOf(answer);
    if (refusal !== null && AGAIN.has(refusal)) return;
    await this.#storage.change((now) => ({
      ...now,
      acts: now.acts.filter((one) => one.key !== key),
      answers: { ...now.answers, [key]: answer },
    }));
    for (const { resolve } of this.#waiting.get(key) ?? []) resolve(answer);
    this.#waiting.delete(key);
  }

  /** A list is looked for when its time has come, on this device as on every other. */
  #published(issue: VoiceIssue, counts: readonly HeardCount[]): { digest: string; mark: number }[] {
    const { digest } = issue;
    const mark = issue.kind === 'objection' ? issue.nextCount : issue.closes;
    if (issue.kind === 'election' && this.#now() < mark) return [];
    const known = counts.find((count) => count.issue === digest);
    const isKnown = known?.mark === mark && (issue.kind === 'objection' || known.count !== null);
    return isKnown ? [] : [{ digest, mark }];
  }

  /** A token is asked for in every issue, whether or not there is anything to say with it. */
  async #begin(issue: VoiceIssue, state: VoiceState): Promise<void> {
    const { voices } = state;
    const ticket = state.ticket ?? (await this.#ticket());
    if (ticket === null || voices.some((voice) => voice.issue === issue.digest)) return;
    if (this.#now() >= issue.asksUntil || !(await this.#isAgreed(issue))) return;
    const { random, subtle } = this.#means;
    const begun = await beginVoice(issue, base64urlBytes(ticket), random, subtle);
    await this.#storage.change((now) =>
      now.voices.some((voice) => voice.issue === issue.digest)
        ? now
        : withVoice(now, { ...begun, asked: false, fault: null, countedFrom: null }),
    );
  }
}

function saidBy(own: DeviceVoice): { path: string; body: unknown } {
  return own.signature === null
    ? { path: '/voice/asks', body: askOf(own) }
    : { path: '/voice/spent', body: spentOf(own) };
}

/** What was decided goes before what is asked for. */
function nextOf(state: VoiceState, now: number): DeviceVoice | null {
  const open = state.voices.filter(({ fault }) => fault === null);
  const isOpen = ({ issue }: DeviceVoice) => {
    const known = issueOf(state, issue);
    return known?.kind !== 'election' || now >= known.opens;
  };
  const saying = open.find((own) => own.said && own.nullifier === null && isOpen(own));
  const asking = open.find(({ signature, asked, issue }) => {
    const known = issueOf(state, issue);
    return signature === null && known !== undefined && (!asked || now >= known.asksUntil);
  });
  return saying ?? asking ?? null;
}

/** Null: nothing changed, and the same is said again. */
async function answered(
  own: DeviceVoice,
  issue: VoiceIssue | undefined,
  answer: unknown,
  subtle: SubtleCrypto,
): Promise<DeviceVoice | null> {
  const refusal = refusalOf(answer);
  if (refusal !== null) return AGAIN.has(refusal) ? null : { ...own, fault: refusal };
  const { signature, nullifier } = answer as { signature?: unknown; nullifier?: unknown };
  const faulty = (fault: VoiceFault): DeviceVoice => ({ ...own, fault });
  if (own.signature === null) {
    if (signature === null) return { ...own, asked: true };
    if (typeof signature !== 'string' || !issue) return null;
    const token = await withToken(own, issue, signature, subtle).catch(() => null);
    return token ? { ...own, ...token, asked: true } : faulty('no-token');
  }
  if (typeof nullifier !== 'string') return null;
  return nullifier === (await receiptOf(own, subtle))
    ? { ...own, nullifier, countedFrom: issue?.kind === 'objection' ? issue.nextCount : 0 }
    : faulty('another-answer');
}

const CLOSED = 'The way to the guardian was closed.';

type Waiter = { resolve: (answer: unknown) => void; reject: (why: LineGivenUp) => void };

const AGAIN: ReadonlySet<string> = new Set<VoiceRefusalCode>(['unavailable', 'not-open']);

export function refusalOf(answer: unknown): VoiceRefusalCode | null {
  const { error } = (answer ?? {}) as { error?: { code?: unknown } };
  if (!error) return null;
  const { code } = error;
  return typeof code === 'string' && code in VOICE_REFUSALS ? (code as VoiceRefusalCode) : 'unavailable';
}

function countOf(answer: unknown): VoiceCount | null {
  const { at, list, statement } = (answer ?? {}) as Partial<VoiceCount>;
  const isSound =
    Number.isSafeInteger(at) &&
    typeof list === 'object' &&
    list !== null &&
    (statement === null || typeof statement === 'string');
  return isSound ? (answer as VoiceCount) : null;
}
