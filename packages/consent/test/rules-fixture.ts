import { formatCheckpointText } from '@aboveboard/tlog/checkpoint';
import { ed25519Key } from '@aboveboard/tlog/ed25519';
import { leafHash, rootOf } from '@aboveboard/tlog/merkle';
import { mlDsa44Key } from '@aboveboard/tlog/ml-dsa-44';
import { formatNote } from '@aboveboard/tlog/note';
import type { Policy } from '@aboveboard/tlog/policy';
import { signNote } from '@aboveboard/tlog/signed-note';
import { cosigner, logSigners, type NoteSigner, textSigner } from '@aboveboard/tlog/signer';
import { formatVerifierKey } from '@aboveboard/tlog/verifier-key';
import { type Agreement, PARTY_ROLES, type PartyRole } from '../src/agreement.ts';
import { canonicalBytes, canonicalDigest } from '../src/canonical-json.ts';
import type { PartyKeys } from '../src/party-keys.ts';
import type { RulesTrust } from '../src/rules-replay.ts';
import { type AboutVersion, type RulesStatement, statementText } from '../src/rules-statement.ts';
import { type RulesMark, verifyRules } from '../src/verified-rules.ts';
import { exampleAgreement, makeProduction, NOW } from './example-agreement.ts';

/** Both signers of a party; `seed` tells parties apart. Made-up keys, the same in every run. */
export type Signers = { ed25519: NoteSigner; mlDsa44: NoteSigner; keys: PartyKeys };

export function signersOf(name: string, seed: number): Signers {
  const ed25519 = textSigner(name, ed25519Key(new Uint8Array(32).fill(seed)));
  const mlDsa44 = textSigner(name, mlDsa44Key(new Uint8Array(32).fill(seed)));
  const keys = { ed25519: formatVerifierKey(ed25519.key), mlDsa44: formatVerifierKey(mlDsa44.key) };
  return { ed25519, mlDsa44, keys };
}

export const PARTIES: Readonly<Record<PartyRole, Signers>> = {
  employer: signersOf('employer.works.example', 1),
  representative: signersOf('council.works.example', 2),
  'data-protection-officer': signersOf('officer.works.example', 3),
};
export const STRANGER = signersOf('stranger.works.example', 9);

export const TRUST: RulesTrust = {
  agreement: 'demonstration',
  parties: new Map(PARTY_ROLES.map((role) => [role, PARTIES[role].keys])),
};

/** A production agreement with the keys of the parties; changed as the test wants. */
export async function keyedAgreement(change: (agreement: Agreement) => void = () => {}) {
  return await exampleAgreement((agreement) => {
    makeProduction(agreement);
    for (const party of agreement.parties) party.keys = Object.values(PARTIES[party.role].keys);
    change(agreement);
  });
}

export async function aboutOf(agreement: Agreement): Promise<AboutVersion> {
  const digest = await canonicalDigest(agreement, crypto.subtle);
  return { id: agreement.id, version: agreement.version, digest };
}

export async function noteOf(
  statement: RulesStatement | string,
  signers: readonly NoteSigner[],
): Promise<Uint8Array> {
  const text = typeof statement === 'string' ? statement : statementText(statement);
  return formatNote(await signNote(text, signers));
}

export const both = ({ ed25519, mlDsa44 }: Signers): NoteSigner[] => [ed25519, mlDsa44];

/** The document and a signature of each party, as entries. */
export async function signedEntries(agreement: Agreement): Promise<Uint8Array[]> {
  const about = await aboutOf(agreement);
  const notes = PARTY_ROLES.map((role) => noteOf({ kind: 'agreement', ...about }, both(PARTIES[role])));
  return [canonicalBytes(agreement), ...(await Promise.all(notes))];
}

const LOG_ORIGIN = 'log.works.example/rules';
const LOG_KEYS = {
  ed25519: ed25519Key(new Uint8Array(32).fill(20)),
  mlDsa44: mlDsa44Key(new Uint8Array(32).fill(20)),
};
const WITNESSES = ['representative', 'dpo', 'employer'].map((name, i) => ({
  name,
  key: ed25519Key(new Uint8Array(32).fill(30 + i)),
}));
const witnessOf = (i: number, now: () => number) => {
  const witness = WITNESSES[i];
  if (!witness) throw new Error('no such witness');
  return cosigner(`${witness.name}.works.example/witness`, witness.key, now);
};

export const POLICY: Policy = {
  logs: logSigners(LOG_ORIGIN, LOG_KEYS, () => 0).map(({ key }) => ({ key, url: null })),
  witnesses: WITNESSES.map(({ name }, i) => ({ name, key: witnessOf(i, () => 0).key, url: null })),
  groups: [{ name: 'parties', threshold: 3, members: WITNESSES.map(({ name }) => name) }],
  quorum: 'parties',
};

/** A checkpoint of these entries that the log signed and the witnesses cosigned at these times, in milliseconds. */
export async function checkpointOf(
  entries: readonly Uint8Array[],
  times: readonly number[] = [NOW, NOW, NOW],
): Promise<Uint8Array> {
  const text = formatCheckpointText({
    origin: LOG_ORIGIN,
    size: entries.length,
    root: rootOf(entries.map(leafHash)),
  });
  const log = logSigners(LOG_ORIGIN, LOG_KEYS, () => Math.floor((times[0] ?? NOW) / 1000));
  const witnesses = times.map((time, i) => witnessOf(i, () => Math.floor(time / 1000)));
  return formatNote(await signNote(text, [...log, ...witnesses]));
}

/** Rules verified over these entries; throws if they do not verify. */
export async function rulesOf(
  entries: readonly Uint8Array[],
  options: { time?: number; now?: number; before?: RulesMark | null } = {},
) {
  const { time = NOW, now = time, before = null } = options;
  const checked = await verifyRules({
    entries,
    checkpoint: await checkpointOf(entries, [time, time, time]),
    policy: POLICY,
    trust: TRUST,
    before,
    now,
    subtle: crypto.subtle,
  });
  if (!checked.ok) throw new Error(JSON.stringify(checked.faults));
  return checked.value;
}
