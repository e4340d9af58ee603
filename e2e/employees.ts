import { setTimeout as wait } from 'node:timers/promises';
import type { Agreement } from '@aboveboard/consent/agreement';
import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import type { VoiceCount, VoiceIssue } from '@aboveboard/protocol/voice';
import {
  type GuardianClient,
  makeGuardianClient,
  voiceAbout,
  voiceCount,
} from '../apps/guardian/pages/guardian-client.ts';
import {
  askVoice,
  beginVoice,
  decideVoice,
  type OwnVoice,
  sendVoice,
} from '../apps/guardian/pages/own-voice.ts';
import { representative } from '../apps/guardian/test/running-guardian.ts';
import type { RunningInstallation } from './installation.ts';

/** Seconds in which everyone asks, and between two counts: a story does not wait for days. */
const ASKING = 4;
const COUNTING = 3;
/** A recorder has to have followed the log to the statement of the tokens first, at its rhythm. */
const ASKING_RECORDERS = 30;

/** All employees of a story with the codes that the representative dealt, and her desk at the guardian. */
export class Employees {
  readonly #everyone: GuardianClient;
  readonly #her: GuardianClient;
  readonly codes: readonly string[];

  private constructor(everyone: GuardianClient, her: GuardianClient, codes: readonly string[]) {
    this.#everyone = everyone;
    this.#her = her;
    this.codes = codes;
  }

  static async of({ guardian }: RunningInstallation, employees: number): Promise<Employees> {
    const her = await representative(guardian.url, guardian.setupLink);
    const { codes } = await her.send<{ codes: string[] }>('/representative/codes', { employees });
    return new Employees(makeGuardianClient(guardian.url), her, codes);
  }

  /** The statement of the tokens is the first; those of the counts follow. */
  async statements(issue: string): Promise<string[]> {
    type Desk = { desk: { statements: { issue: string; statement: string }[] } };
    const { desk } = await this.#her.get<Desk>('/representative');
    return desk.statements.filter((one) => one.issue === issue).map(({ statement }) => statement);
  }

  /**
   * `count` of them object to `says` on the guardian's page, and one more in her recorder while they do; gives the
   * voices of the pages, with the nullifiers that they keep.
   */
  async object(
    agreement: Agreement,
    says: string,
    count: number,
    opened: (issue: string) => Promise<void>,
    inRecorder: () => Promise<void>,
  ): Promise<{ issue: string; voices: OwnVoice[]; count: VoiceCount }> {
    const { digest } = await this.#her.send<{ digest: string }>('/representative/issues', {
      document: new TextDecoder().decode(canonicalBytes(agreement)),
      asksUntil: seconds() + ASKING_RECORDERS,
      countEvery: COUNTING,
    });
    await opened(digest);
    const issue = await this.#issue(digest);
    const { words } = await voiceAbout(this.#everyone);
    const onPages = async () => {
      const voices: OwnVoice[] = [];
      for (const own of await this.#ask(issue, count)) {
        const decided = await decideVoice(own, issue, says, 'Not this one.', words);
        voices.push(await sendVoice(decided, this.#everyone));
      }
      return voices;
    };
    const [voices] = await Promise.all([onPages(), inRecorder()]);
    return { issue: digest, voices, count: await this.#counted(digest, voices.length + 1) };
  }

  /** Each ballot is a line; the first employee casts the first. */
  async elect(
    candidates: { id: string; name: string }[],
    ballots: readonly string[],
  ): Promise<{ document: unknown; voices: OwnVoice[]; count: VoiceCount }> {
    const opens = seconds() + ASKING;
    const given = { id: 'council', candidates, opens, closes: opens + COUNTING * 3 };
    const { digest } = await this.#her.send<{ digest: string }>('/representative/elections', given);
    const issue = await this.#issue(digest);
    const voices: OwnVoice[] = [];
    for (const [i, own] of (await this.#ask(issue, ballots.length)).entries()) {
      const decided = await decideVoice(own, issue, ballots[i] as string, '', null);
      voices.push(await sendVoice(decided, this.#everyone));
    }
    const document = await this.#everyone.get(`/voice/documents/${digest}`);
    return { document, voices, count: await this.#counted(digest, voices.length) };
  }

  /** Asks with the codes in order, waits until all are answered at once, and collects the tokens. */
  async #ask(issue: VoiceIssue, count: number): Promise<OwnVoice[]> {
    const asked: OwnVoice[] = [];
    for (const code of this.codes.slice(0, count)) {
      const own = await beginVoice(issue, code);
      if (!own) throw new Error('a code was misread');
      asked.push(await askVoice(own, issue, this.#everyone));
    }
    await wait(Math.max(0, issue.asksUntil * 1000 + 1_100 - Date.now()));
    return Promise.all(asked.map((own) => askVoice(own, issue, this.#everyone)));
  }

  async #issue(digest: string): Promise<VoiceIssue> {
    const issue = (await voiceAbout(this.#everyone)).issues.find((one) => one.digest === digest);
    if (!issue) throw new Error('the guardian has no such issue');
    return issue;
  }

  /** The first count with all of them in it. */
  async #counted(digest: string, voices: number): Promise<VoiceCount> {
    for (let tries = 0; tries < 60; tries++) {
      const count = await voiceCount(this.#everyone, digest);
      const { spent, ballots } = (count?.list ?? {}) as { spent?: unknown[]; ballots?: unknown[] };
      if (count && (spent ?? ballots)?.length === voices) return count;
      await wait(500);
    }
    throw new Error('nothing was counted within thirty seconds');
  }
}

function seconds(): number {
  return Math.floor(Date.now() / 1000);
}
