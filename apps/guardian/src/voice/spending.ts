import { putBallot } from '@aboveboard/consent/election';
import { objectionScope, putObjection } from '@aboveboard/consent/objection-box';
import type { GuardianStore } from '../store.ts';
import { type Issue, NOTHING } from './issue.ts';
import type { SpokenTo } from './spoken-body.ts';
import { VoiceRefused } from './voice-refused.ts';

/**
 * Takes what is said with a token (GRD17-GRD19): on disk before the nullifier is answered, once. Calls come
 * one at a time; the row's key refuses a second all the same. Throws VoiceRefused.
 */
export type Spending = (issue: Issue, spoken: SpokenTo) => Promise<string>;

export function makeSpending(store: GuardianStore, now: () => number): Spending {
  const insert = store.prepare(
    'insert into spent (issue, nullifier, says, sealed, spoken_by) values (?, ?, ?, ?, ?)',
  );

  async function object(issue: Issue & { about: { kind: 'objection' } }, given: SpokenTo): Promise<string> {
    const { box, agreement } = issue.about;
    const spoken = { ...given, scope: objectionScope(box.about) };
    const put = await putObjection(box, spoken, agreement, issue.issuer.publicKey, crypto.subtle);
    if (!put.ok) throw new VoiceRefused(put.refusal);
    if (put.box === box) return put.nullifier;
    const by = spoken.signature.join();
    insert.run(issue.digest, put.nullifier, spoken.says, spoken.sealed, by);
    const spent = new Map(put.box.spent).set(put.nullifier, { target: spoken.says, sealed: NOTHING, by });
    issue.about.box = { ...box, spent };
    return put.nullifier;
  }

  async function vote(issue: Issue & { about: { kind: 'election' } }, given: SpokenTo): Promise<string> {
    const { box, counted } = issue.about;
    // A clock that was set back does not open again what was counted.
    if (counted) throw new VoiceRefused('closed');
    const put = await putBallot(
      box,
      { ...given, scope: box.scope },
      now(),
      issue.issuer.publicKey,
      crypto.subtle,
    );
    if (!put.ok)
      throw new VoiceRefused(put.refusal === 'more-than-tickets' ? 'more-than-issued' : put.refusal);
    if (put.box === box) return put.nullifier;
    // What is sealed with a ballot is filler, so that it looks like an objection on the wire.
    insert.run(issue.digest, put.nullifier, given.says, NOTHING, '');
    issue.about.box = put.box;
    return put.nullifier;
  }

  return async (issue, spoken) =>
    isObjection(issue)
      ? object(issue, spoken)
      : vote(issue as Issue & { about: { kind: 'election' } }, spoken);
}

function isObjection(issue: Issue): issue is Issue & { about: { kind: 'objection' } } {
  return issue.about.kind === 'objection';
}
