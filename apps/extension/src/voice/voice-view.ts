import type { Agreement } from '@aboveboard/consent/agreement';
import { type ElectionCount, electionCountFaults } from '@aboveboard/consent/election';
import { objectionListFaults, type PublishedObjections } from '@aboveboard/consent/objection-box';
import { electionOf } from '@aboveboard/consent/own-voice';
import type { RulesState } from '@aboveboard/consent/rules-state';
import { parseStatement, parseTarget } from '@aboveboard/consent/rules-statement';
import type { VoiceIssue } from '@aboveboard/protocol/voice';
import type { CountedView, VoiceIssueView, VoiceView } from '../wire/voice-message.ts';
import type { DeviceVoice, HeardCount, VoiceState } from './voice-state.ts';

/** What her page shows of everyone's voices and of hers. Null: no guardian has been heard yet. */
export async function voiceView(
  state: VoiceState,
  rules: RulesState | null,
  given: { periodSeconds: number; hasCode: boolean },
): Promise<VoiceView | null> {
  if (!state.about) return null;
  const issues = state.about.issues.toReversed();
  return {
    ...given,
    takesWords: state.about.words !== null,
    issues: (await Promise.all(issues.map((issue) => issueView(state, issue, rules)))).flatMap((one) =>
      one ? [one] : [],
    ),
  };
}

/** Null: of an agreement that this device has not proved nothing is said. */
async function issueView(
  state: VoiceState,
  issue: VoiceIssue,
  rules: RulesState | null,
): Promise<VoiceIssueView | null> {
  const own = state.voices.find((voice) => voice.issue === issue.digest) ?? null;
  const heard = state.counts.find((count) => count.issue === issue.digest) ?? null;
  const { digest, asksUntil, issued } = issue;
  const head = { digest, asksUntil, issued, own: own && ownView(own) };
  if (issue.kind === 'election') {
    const document = await electionOf(issue, crypto.subtle);
    if (!document) return null;
    const { election, candidates, opens, closes } = issue;
    const counted = await electionCounted(document, own, heard);
    return { ...head, kind: 'election', election, candidates, opens, closes, counted };
  }
  const version = rules?.versions.find((one) => one.digest === digest);
  if (!version) return null;
  return {
    ...head,
    kind: 'objection',
    version: version.agreement.version,
    title: titleOf(version.agreement),
    objectionPercent: version.agreement.objectionPercent,
    apps: [...version.agreement.apps, ...version.agreement.desktopApps].map(({ id, name, signals }) => ({
      id,
      name,
      signals,
    })),
    nextCount: issue.nextCount,
    counted: await objectionsCounted(own, heard, rules),
  };
}

function ownView({ signature, asked, said, nullifier, fault }: DeviceVoice): VoiceIssueView['own'] {
  return { asked, hasToken: signature !== null, says: said?.says ?? null, nullifier, fault };
}

/** Is her receipt in the published list, and does the log of rules count that list (OBJ18)? */
async function objectionsCounted(
  own: DeviceVoice | null,
  heard: HeardCount | null,
  rules: RulesState | null,
): Promise<CountedView | null> {
  const { count } = heard ?? {};
  if (!count) return null;
  const statement = parseStatement(count.statement ?? '');
  if (!statement.ok || statement.value.kind !== 'objections') return faulty(count.at);
  const target = parseTarget(own?.said?.says ?? '');
  const receipts = own?.nullifier && target ? [{ nullifier: own.nullifier, target }] : [];
  const list = count.list as PublishedObjections;
  const faults = await objectionListFaults(list, statement.value, [], crypto.subtle).catch(() => null);
  if (faults === null || faults.length > 0 || statement.value.digest !== heard?.issue)
    return faulty(count.at);
  const missing = await objectionListFaults(list, statement.value, receipts, crypto.subtle);
  const { list: digest, spent } = statement.value;
  const entry = entryOf(rules, digest);
  return {
    at: count.at,
    said: spent,
    entry,
    own: ownIn(receipts.length > 0, missing.length === 0),
    waits: (own?.countedFrom ?? 0) >= count.at,
    faulty: false,
  };
}

async function electionCounted(
  document: NonNullable<Awaited<ReturnType<typeof electionOf>>>,
  own: DeviceVoice | null,
  heard: HeardCount | null,
): Promise<CountedView | null> {
  const { count } = heard ?? {};
  if (!count) return null;
  if ((await electionCountFaults(count.list, document, [], crypto.subtle)).length > 0)
    return faulty(count.at);
  const list = count.list as ElectionCount;
  const mine = own?.nullifier && own.said ? [{ nullifier: own.nullifier, says: own.said.says }] : [];
  const missing = await electionCountFaults(list, document, mine, crypto.subtle);
  return {
    at: count.at,
    said: list.ballots.length,
    entry: null,
    own: ownIn(mine.length > 0, missing.length === 0),
    waits: false,
    faulty: false,
    elected: document.candidates.find(({ id }) => id === list.elected)?.name ?? null,
  };
}

function ownIn(hasReceipt: boolean, isThere: boolean): CountedView['own'] {
  if (!hasReceipt) return 'none';
  return isThere ? 'found' : 'missing';
}

/** The entry of the log of rules that counts this list. */
function entryOf(rules: RulesState | null, list: string): number | null {
  const act = rules?.acts.find(
    (one) => one.kind === 'statement' && one.statement.kind === 'objections' && one.statement.list === list,
  );
  return act?.index ?? null;
}

function faulty(at: number): CountedView {
  return { at, said: 0, entry: null, own: 'none', waits: false, faulty: true };
}

function titleOf({ title, languages }: Agreement): string {
  return title['en'] ?? title[languages[0] ?? ''] ?? '';
}
