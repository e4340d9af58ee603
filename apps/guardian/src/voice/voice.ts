import { statementText } from '@aboveboard/consent/rules-statement';
import type { VoiceAbout, VoiceIssue } from '@aboveboard/protocol/voice';
import type { GuardianLimits } from '../limits.ts';
import type { GuardianStore } from '../store.ts';
import { type Counting, makeCounting } from './counting.ts';
import { type EnrolmentDesk, openEnrolmentDesk } from './enrolment-desk.ts';
import type { Issue } from './issue.ts';
import { type IssueDesk, openIssueDesk } from './issue-desk.ts';
import { makeSpending } from './spending.ts';
import { type SpokenTo, sha256Hex } from './spoken-body.ts';
import { VoiceRefused } from './voice-refused.ts';

/** Everyone's codes, tokens, objections and ballots in one place, one act at a time. */
export type Voice = {
  /** What every recorder is told. `words`: the representative's recipient. */
  about(words: string | null): Promise<VoiceAbout>;
  enrolment: EnrolmentDesk;
  desk: IssueDesk;
  counting: Counting;
  spend(spoken: SpokenTo): Promise<string>;
  /** Statements that the representative signs: of the codes (`agreement`: under which they are), tokens, and counts. */
  statements(agreement: string | null): { issue: string; at: number | null; statement: string }[];
  /** `work` after all that came before it and what is due. Refused when too many wait. */
  inTurn<T>(work: () => T | Promise<T>): Promise<T>;
};

export async function openVoice(
  store: GuardianStore,
  parts: { now: () => number; random: (length: number) => Uint8Array; limits: GuardianLimits },
): Promise<Voice> {
  const { now, random, limits } = parts;
  const enrolment = await openEnrolmentDesk(store, {
    random,
    mostEmployees: limits.employees,
    fewestJoining: limits.fewestJoining,
  });
  const desk = await openIssueDesk(store, {
    deals: () => enrolment.dealt()?.deals ?? 0,
    now,
    mostIssues: limits.issues,
  });
  const counting = makeCounting(store, now);
  const spending = makeSpending(store, now);
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  async function settle(): Promise<void> {
    desk.closeDue();
    for (const issue of desk.issues.values()) await counting.publishDue(issue);
  }

  async function inTurn<T>(work: () => T | Promise<T>): Promise<T> {
    if (waiting >= limits.voiceWaiting) throw new VoiceRefused('unavailable');
    waiting++;
    const turn = last.then(async () => {
      await settle();
      return work();
    });
    last = turn.catch(() => {}).finally(() => waiting--);
    return turn;
  }

  return {
    enrolment,
    desk,
    counting,
    inTurn,
    about: (words) =>
      inTurn(() => {
        const dealt = enrolment.dealt();
        return {
          employees: dealt?.employees ?? null,
          enrolment: dealt && { digest: dealt.digest, key: base64url(dealt.issuer.spki) },
          words,
          issues: [...desk.issues.values()].map(issueInWords),
        };
      }),
    async spend(spoken) {
      const issue = desk.issues.get(spoken.issue);
      if (!issue) throw new VoiceRefused('unknown-issue');
      return spending(issue, spoken);
    },
    statements(agreement) {
      const dealt = enrolment.dealt();
      const codes = dealt && agreement !== null ? [codesStatement(dealt, agreement)] : [];
      const tokens = [...desk.issues.values()].flatMap(({ digest, about, issuer }) => {
        if (about.kind !== 'objection') return [];
        const { id, version } = about.agreement;
        const { issued } = about.box;
        const key = sha256Hex(issuer.spki);
        const statement = statementText({ kind: 'tokens', id, version, digest, issued, key });
        return [{ issue: digest, at: null, statement }];
      });
      return [...codes, ...tokens, ...counting.statements()];
    },
  };
}

/** Server and recorders take tokens of the key that is named there, and of no other (ENR30). */
function codesStatement(dealt: NonNullable<ReturnType<EnrolmentDesk['dealt']>>, id: string) {
  const { digest, employees: issued, issuer } = dealt;
  const key = sha256Hex(issuer.spki);
  const statement = statementText({ kind: 'enrolment', id, issued, list: digest, key });
  return { issue: digest, at: null, statement };
}

function issueInWords(issue: Issue): VoiceIssue {
  const { digest, issuer, asksUntil, tokens, about } = issue;
  const head = { digest, key: base64url(issuer.spki), issued: tokens.tickets.size, asksUntil };
  if (about.kind === 'objection') {
    const { id, version, title } = about.agreement;
    const name = title['en'] ?? Object.values(title)[0] ?? id;
    const nextCount = issue.countedUntil + issue.countEvery;
    return { ...head, kind: 'objection', agreement: { id, version, title: name }, nextCount };
  }
  const { id, candidates, opens, closes } = about.box.election;
  return { ...head, kind: 'election', election: id, candidates, opens, closes };
}

const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
