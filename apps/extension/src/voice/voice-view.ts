import type { DeviceVoice, HeardCount, VoiceState } from '@aboveboard/capture/line/voice-state';
import type { Agreement } from '@aboveboard/consent/agreement';
import { type Election, type ElectionCount, electionCountFaults } from '@aboveboard/consent/election';
import { objectionListFaults, type PublishedObjections } from '@aboveboard/consent/objection-box';
import { electionOf } from '@aboveboard/consent/own-voice';
import type { RulesState } from '@aboveboard/consent/rules-state';
import { parseStatement, type RulesStatement } from '@aboveboard/consent/rules-statement';
import type { VoiceCount, VoiceIssue } from '@aboveboard/protocol/voice';
import type { CountedView, VoiceIssueView, VoiceView } from '../wire/voice-message.ts';

type Objections = RulesStatement & { kind: 'objections' };

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
  const statement = await once(count, () => statementOf(count));
  if (!statement || statement.digest !== heard?.issue) return faulty(count.at);
  const { spent } = count.list as PublishedObjections;
  const isThere = spent.some((one) => one.nullifier === own?.nullifier && one.target === own.said?.says);
  return {
    at: count.at,
    said: statement.spent,
    entry: entryOf(rules, statement.list),
    own: ownIn(own, isThere),
    waits: (own?.countedFrom ?? 0) >= count.at,
    faulty: false,
  };
}

/** What the representative signs of a list; null where the list is not the one that it counts. */
async function statementOf({ list, statement }: VoiceCount): Promise<Objections | null> {
  const parsed = parseStatement(statement ?? '');
  if (!parsed.ok || parsed.value.kind !== 'objections') return null;
  const faults = await objectionListFaults(list as PublishedObjections, parsed.value, [], crypto.subtle);
  return faults.length === 0 ? parsed.value : null;
}

async function electionCounted(
  document: Election,
  own: DeviceVoice | null,
  heard: HeardCount | null,
): Promise<CountedView | null> {
  const { count } = heard ?? {};
  if (!count) return null;
  const list = await once(count, async () => {
    const faults = await electionCountFaults(count.list, document, [], crypto.subtle);
    return faults.length === 0 ? (count.list as ElectionCount) : null;
  });
  if (!list) return faulty(count.at);
  const isThere = list.ballots.some((one) => one.nullifier === own?.nullifier && one.says === own.said?.says);
  return {
    at: count.at,
    said: list.ballots.length,
    entry: null,
    own: ownIn(own, isThere),
    waits: false,
    faulty: false,
    elected: document.candidates.find(({ id }) => id === list.elected)?.name ?? null,
  };
}

/** A list of thousands is checked once, however often the page is shown; null where it does not hold. */
async function once<T>(count: VoiceCount, check: () => Promise<T | null>): Promise<T | null> {
  const before = checked.get(count) as Promise<T | null> | undefined;
  const now = before ?? check().catch(() => null);
  checked.set(count, now);
  return now;
}
const checked = new WeakMap<VoiceCount, Promise<unknown>>();

function ownIn(own: DeviceVoice | null, isThere: boolean): CountedView['own'] {
  if (!own?.nullifier || !own.said) return 'none';
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
