import { PARTY_ROLES, type PartyRole } from '@aboveboard/consent/agreement';
import { fingerprint } from '@aboveboard/consent/enrolment-file';
import { policyPart } from '@aboveboard/consent/followed-policy';
import type { PartyKeys } from '@aboveboard/consent/party-keys';
import { partyKeysOf } from '@aboveboard/consent/party-keys';
import { readRulesEntry } from '@aboveboard/consent/rules-entry';
import type { RulesTrust } from '@aboveboard/consent/rules-replay';
import { markOf, type RulesMark, type VerifiedRules, verifyRules } from '@aboveboard/consent/verified-rules';
import { openLog } from '@aboveboard/tlog/log-reader';
import { formatNote, NOTE_BYTES_LIMIT } from '@aboveboard/tlog/note';
import type { ServerLink } from '../relay/server-link.ts';
import type { GuardianStore } from '../store.ts';
import { type KnownLogs, LOG_NAMES } from '../witness/known-logs.ts';
import type { OwnPairs } from '../witness/witness-identity.ts';
import type { WitnessRows } from '../witness/witness-rows.ts';
import { ownPolicy } from './own-policy.ts';

/**
 * The rules as the guardian knows them itself (GRD65-GRD66): the whole log, under a checkpoint that it cosigned, replayed
 * with the parties' keys that it pinned when it first saw them. How old they are its own cosignature says. The server gives
 * the bytes and nothing else.
 */
export type GuardianRules = {
  /** The newest, proved now. Null: they could not be proved, and then nothing may rest on them (T14). */
  now(): Promise<VerifiedRules | null>;
  /** Id of the agreement that was pinned; null: none was seen yet. */
  agreement(): string | null;
  /** Whose keys it relies on, as recorders show them; empty: none was seen yet. */
  pinned(): Promise<PinnedParty[]>;
};
/** `fingerprint`: of both keys together, in groups of four. */
export type PinnedParty = { role: PartyRole; fingerprint: string };

type KeptTrust = { agreement: string; parties: [PartyRole, PartyKeys][] };

export function makeGuardianRules(parts: {
  store: GuardianStore;
  server: Pick<ServerLink, 'logFile'>;
  logs: KnownLogs;
  rows: Pick<WitnessRows, 'latest'>;
  own: OwnPairs;
  /** Seconds since 1970. */
  now: () => number;
}): GuardianRules {
  const { store, server, logs, rows, own } = parts;
  const read = store.prepare('select value from setting where name = ?');
  const pin = store.prepare('insert into setting (name, value) values (?, ?) on conflict do nothing');
  let known: { served: Uint8Array; rules: VerifiedRules } | null = null;
  let mark: RulesMark | null = null;

  function trust(): RulesTrust | null {
    const row = read.get('rules trust') as { value: Uint8Array } | undefined;
    if (!row) return null;
    const { agreement, parties } = JSON.parse(new TextDecoder().decode(row.value)) as KeptTrust;
    return { agreement, parties: new Map(parties) };
  }

  /** The keys of the first document are kept for good; the representative compares them on her page. */
  async function trusted(entries: readonly Uint8Array[]): Promise<RulesTrust | null> {
    const before = trust();
    if (before) return before;
    for (const bytes of entries) {
      const entry = await readRulesEntry(bytes, crypto.subtle);
      if (entry.kind !== 'document') continue;
      const keys = partyKeysOf(entry.agreement);
      const kept: KeptTrust = {
        agreement: entry.agreement.id,
        parties: PARTY_ROLES.flatMap((role) => {
          const own = keys.get(role);
          return own ? [[role, own] as [PartyRole, PartyKeys]] : [];
        }),
      };
      pin.run('rules trust', Buffer.from(JSON.stringify(kept)));
      return trust();
    }
    return null;
  }

  /** Both parties signed which keys are the logs', and this witness cosigned that it stands there (GRD95). */
  function followLogKeys({ state }: VerifiedRules): void {
    const text = state.policies.at(-1)?.to;
    for (const name of text === undefined ? [] : LOG_NAMES) {
      const log = logs.named(name);
      const part = log && policyPart(text ?? '', new Set([log.origin]));
      if (part && part.logs.length > 0)
        logs.follow(
          name,
          part.logs.map(({ key }) => key),
        );
    }
  }

  async function prove(): Promise<VerifiedRules | null> {
    if (!logs.named('rules')) await logs.learn();
    const log = logs.named('rules');
    if (!log) return null;
    const policy = ownPolicy(log.keys, own);
    const source = { read: (path: string, limit: number) => server.logFile('rules', path, limit) };
    const served = await source.read('checkpoint', NOTE_BYTES_LIMIT);
    if (!served) return null;
    // An older state than this witness cosigned may hide a revocation.
    const seen = await rows.latest(log.origin);
    const isBehind = (size: number) => !seen || seen.size > size;
    // The same note to the byte was proved before, and says itself how old it is.
    if (known && Buffer.from(known.served).equals(served))
      return isBehind(known.rules.state.size) ? null : known.rules;
    const { signed, reader } = await openLog(
      { read: async (path, limit) => (path === 'checkpoint' ? served : source.read(path, limit)) },
      policy,
    );
    if (isBehind(reader.size)) return null;
    const checkpoint = formatNote(signed.note);
    const entries: Uint8Array[] = [];
    for await (const { entry } of reader.entries()) entries.push(entry);
    const relied = await trusted(entries);
    if (!relied) return null;
    const verified = await verifyRules({
      entries,
      checkpoint,
      policy,
      isOwn: true,
      trust: relied,
      before: mark,
      now: parts.now() * 1000,
      subtle: crypto.subtle,
    });
    if (!verified.ok) return null;
    followLogKeys(verified.value);
    known = { served, rules: verified.value };
    mark = markOf(verified.value);
    return verified.value;
  }

  return {
    now: () => prove().catch(() => null),
    agreement: () => trust()?.agreement ?? null,
    pinned: () =>
      Promise.all(
        [...(trust()?.parties ?? [])].map(async ([role, { ed25519, mlDsa44 }]) => {
          const keys = new TextEncoder().encode(`${ed25519}\n${mlDsa44}\n`);
          return { role, fingerprint: await fingerprint(keys, crypto.subtle) };
        }),
      ),
  };
}
