import { ed25519Key } from '@aboveboard/tlog/ed25519';
import { cosigner } from '@aboveboard/tlog/signer';
import { formatVerifierKey } from '@aboveboard/tlog/verifier-key';
import { describe, expect, it } from 'vitest';
import { type Agreement, PARTY_ROLES } from '../src/agreement.ts';
import { agreementStatement, signatureFaults, signStatement } from '../src/agreement-signing.ts';
import { canonicalBytes } from '../src/canonical-json.ts';
import { partyKeyFaults } from '../src/party-keys.ts';
import { readPartyNote } from '../src/party-note.ts';
import { makeProvedVerifier } from '../src/proved-verifier.ts';
import { rulesEntryFaults } from '../src/rules-admission.ts';
import { statementText } from '../src/rules-statement.ts';
import {
  aboutOf,
  both,
  keyedAgreement,
  noteOf,
  PARTIES,
  rulesOf,
  STRANGER,
  signedEntries,
  TRUST,
} from './rules-fixture.ts';

const given = await keyedAgreement();
const { agreement } = given;
const say = await agreementStatement(agreement, crypto.subtle);
const [document = new Uint8Array(), ...notes] = await signedEntries(agreement);
const faults = async (bytes: Uint8Array[], before = TRUST.parties) =>
  (await signatureFaults(agreement, bytes, before, crypto.subtle)).map(({ rule, at }) => `${rule} ${at}`);
const keyFaults = (change: (agreement: Agreement) => void) => {
  const copy = structuredClone(agreement);
  change(copy);
  return partyKeyFaults(copy).map(({ rule, at }) => `${rule} ${at}`);
};
const party = (one: Agreement, i: number) => {
  const found = one.parties[i];
  if (!found) throw new Error('no such party');
  return found;
};

describe('signing an agreement', () => {
  it('[AGR60] signs four lines that name it', async () => {
    const { digest } = await aboutOf(agreement);
    expect(statementText(say)).toBe(`aboveboard agreement v1\ndemonstration\n1\nsha256 ${digest}\n`);
    const note = new TextDecoder().decode(await signStatement(say, both(PARTIES.employer)));
    expect(note.startsWith(`${statementText(say)}\n\u2014 employer.works.example `)).toBe(true);
    expect(note.split('\n')).toHaveLength(8);
  });

  it('[AGR61] takes one key of each algorithm for each party that signs, well formed', () => {
    const { ed25519, mlDsa44 } = PARTIES.employer.keys;
    expect(keyFaults(() => {})).toEqual([]);
    expect(keyFaults((one) => (party(one, 0).keys = [mlDsa44, ed25519]))).toEqual([]);
    expect(keyFaults((one) => (party(one, 0).keys = [ed25519]))).toEqual(['AGR61 parties[0].keys']);
    expect(keyFaults((one) => (party(one, 0).keys = [ed25519, ed25519]))).toContain('AGR61 parties[0].keys');
    expect(keyFaults((one) => party(one, 0).keys.push(STRANGER.keys.ed25519))).toContain(
      'AGR61 parties[0].keys',
    );
    const renamed = ed25519.replace('employer', 'someone');
    expect(keyFaults((one) => (party(one, 0).keys = [renamed, mlDsa44]))).toContain(
      'AGR61 parties[0].keys[0]',
    );
  });

  it('[AGR62] seeded hole: a key, or the name of one, that two parties have', () => {
    expect(keyFaults((one) => (party(one, 1).keys = [...party(one, 0).keys]))).toContain(
      'AGR62 parties[1].keys[0]',
    );
  });

  it('[AGR63] seeded hole: one holder as two parties', () => {
    expect(
      keyFaults((one) => {
        party(one, 2).name = party(one, 0).name.toUpperCase();
        party(one, 2).contact = `${party(one, 1).contact}`;
      }),
    ).toEqual(['AGR63 parties[2].name', 'AGR63 parties[2].contact']);
  });

  it('[AGR64] reports all that is missing or does not verify, at once', async () => {
    expect(await faults(notes)).toEqual([]);
    expect(await faults([])).toEqual(PARTY_ROLES.flatMap((role) => [`AGR64 ${role}`, `AGR64 ${role}`]));
    const other = await noteOf({ ...say, version: 2 }, both(PARTIES.employer));
    const strangers = await noteOf(say, both(STRANGER));
    expect(await faults([other, strangers, new Uint8Array(3), ...notes.slice(1)])).toEqual([
      'AGR64 notes[0]',
      'AGR64 notes[1]',
      'AGR64 notes[2]',
      'AGR64 employer',
      'AGR64 employer',
    ]);
  });

  it('[AGR66] takes the signatures of those whose keys it replaces', async () => {
    const before = new Map(TRUST.parties).set('representative', STRANGER.keys);
    expect(await faults(notes, before)).toEqual(['AGR66 representative', 'AGR66 representative']);
    expect(await faults([...notes, await noteOf(say, both(STRANGER))], before)).toEqual([]);
  });

  it('[AGR64] seeded hole: a note that was judged once is judged anew when a byte of it has changed', () => {
    const bytes = (notes[0] ?? document).slice();
    const { ed25519, mlDsa44 } = PARTIES.employer.keys;
    const signedBy = () => [...(readPartyNote(bytes, [ed25519, mlDsa44])?.signedBy ?? [])];
    expect(signedBy()).toEqual([ed25519, mlDsa44]);
    const version = bytes.indexOf('1'.charCodeAt(0), 'aboveboard agreement v1\n'.length);
    bytes[version] = '2'.charCodeAt(0);
    expect(signedBy()).toEqual([]);
    bytes[version] = '1'.charCodeAt(0);
    expect(signedBy()).toEqual([ed25519, mlDsa44]);
  });

  it('[AGR65] a revocation needs nobody else', async () => {
    const revocation = await noteOf({ ...say, kind: 'revocation' }, [PARTIES.representative.mlDsa44]);
    const admitted = await rulesEntryFaults([document, ...notes], revocation, TRUST, crypto.subtle);
    expect(admitted).toEqual([]);
  });

  it('[AGR44] the proved verifier takes the version in force with its attachments and nothing else', async () => {
    const rules = await rulesOf([document, ...notes]);
    const verifier = makeProvedVerifier(() => rules, crypto.subtle);
    const standing = await verifier.verify(given);
    expect(standing).toMatchObject({ ok: true });
    if (standing.ok) expect(standing.checks.every((one) => one.result === 'checked')).toBe(true);
    const another = { ...given, document: canonicalBytes({ ...agreement, staleHours: 1 }) };
    expect(await verifier.verify(another)).toMatchObject({ ok: false, faults: [{ rule: 'AGR44' }] });
    const none = makeProvedVerifier(() => null, crypto.subtle);
    expect(await none.verify(given)).toMatchObject({ ok: false, faults: [{ rule: 'AGR44' }] });
    const revocation = await noteOf({ ...say, kind: 'revocation' }, [PARTIES.employer.ed25519]);
    const revoked = await rulesOf([document, ...notes, revocation]);
    const late = makeProvedVerifier(() => revoked, crypto.subtle);
    expect(await late.verify(given)).toMatchObject({ ok: false, faults: [{ rule: 'AGR44' }] });
    const failing = makeProvedVerifier(() => {
      throw new Error('seeded');
    }, crypto.subtle);
    expect(await failing.verify(given)).toMatchObject({ ok: false, faults: [{ rule: 'AGR40' }] });
  });

  it('[RUL31] whoever keeps the log is told what is wrong with an entry before it is in', async () => {
    const admit = async (entry: Uint8Array) =>
      (await rulesEntryFaults([document, ...notes], entry, TRUST, crypto.subtle)).map((fault) => fault.rule);
    expect(await admit(document)).toEqual(['RUL41']);
    expect(await admit(notes[0] ?? document)).toEqual(['RUL41']);
    expect(await admit(await noteOf(say, both(STRANGER)))).toEqual(['RUL31']);
    expect(await admit(new TextEncoder().encode('{}'))).not.toEqual([]);
    const unclear = await noteOf('aboveboard halting v7\ndemonstration\n', both(PARTIES.employer));
    expect(await admit(unclear)).toEqual(['RUL10']);
  });

  it('[RUL3] an agreement that the log could not hold is told so before anyone signs', async () => {
    const long = await keyedAgreement((one) => {
      one.apps = Array.from({ length: 50 }, (_, i) => ({
        id: `app-${i}`,
        name: `Application ${i}`,
        origins: [`https://app-${i}.works.example`],
        signals: ['pointer'],
        modes: ['task'],
        masks: {
          open: Array.from({ length: 60 }, (__, j) => `.selector-${j}-of-a-part`),
          closed: [],
          literals: 'none',
        },
      }));
    });
    expect(long.document.length).toBeGreaterThan(65_535);
    const all = await signatureFaults(long.agreement, [], null, crypto.subtle);
    expect(all.map((fault) => fault.rule)).toContain('RUL3');
    expect((await rulesEntryFaults([], long.document, TRUST, crypto.subtle)).map((one) => one.rule)).toEqual([
      'RUL1',
    ]);
  });

  it('[RUL5] seeded hole: a key that cosigns checkpoints signs no agreement, with the same bytes or others', async () => {
    const key = ed25519Key(new Uint8Array(32).fill(1));
    const witness = cosigner('employer.works.example', key, () => 1_795_000_000);
    const keys = [formatVerifierKey(witness.key), PARTIES.employer.keys.mlDsa44];
    expect(keyFaults((one) => (party(one, 0).keys = keys))).toContain('AGR61 parties[0].keys[0]');
    // The party's own signature under the id of its other key counts for neither.
    const note = new TextDecoder().decode(notes[0]);
    const lines = note.split('\n');
    const moved = note.replace(lines[5] ?? '', (lines[6] ?? '').slice(0, 200));
    expect(await faults([new TextEncoder().encode(moved), ...notes.slice(1)])).toContain('AGR64 employer');
  });
});
