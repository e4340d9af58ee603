import { describe, expect, it } from 'vitest';
import { type Agreement, PARTY_ROLES } from '../src/agreement.ts';
import { canonicalBytes } from '../src/canonical-json.ts';
import { replayRules } from '../src/rules-replay.ts';
import type { RulesState } from '../src/rules-state.ts';
import {
  aboutOf,
  both,
  keyedAgreement,
  noteOf,
  PARTIES,
  STRANGER,
  signedEntries,
  signersOf,
  TRUST,
} from './rules-fixture.ts';

const replay = (entries: Uint8Array[], trust = TRUST) => replayRules(entries, trust, crypto.subtle);
const agreed = async (change?: (agreement: Agreement) => void) => (await keyedAgreement(change)).agreement;

const first = await agreed();
const second = await agreed((one) => {
  one.version = 2;
  one.retention.vaultDays = 20;
});
const signedFirst = await signedEntries(first);
const signedSecond = await signedEntries(second);
const about = await aboutOf(first);
const LIST = '9a'.repeat(32);

const standing = ({ standing }: RulesState) =>
  standing.inForce ? `version ${standing.version.agreement.version}` : standing.refusal;
const ignored = ({ acts }: RulesState) => acts.flatMap((act) => (act.kind === 'ignored' ? [act.reason] : []));

describe('replay of the rules', () => {
  it('[RUL32] adopts a version with the entry that completes both signatures of every signer', async () => {
    for (let n = 0; n < signedFirst.length; n++) {
      expect(standing(await replay(signedFirst.slice(0, n)))).toBe('unsigned');
    }
    const state = await replay(signedFirst);
    expect(standing(state)).toBe('version 1');
    expect(state.versions).toMatchObject([{ entered: 0, adopted: 3, digest: about.digest }]);
    expect(state.acts.map((act) => act.kind)).toEqual(['document', 'signature', 'signature', 'signature']);
    expect(state.size).toBe(4);
  });

  it('[RUL32] takes signatures one at a time, in any order, and says which are missing', async () => {
    const { employer, representative } = PARTIES;
    const say = { kind: 'agreement' as const, ...about };
    const entries = [
      canonicalBytes(first),
      await noteOf(say, [representative.mlDsa44]),
      await noteOf(say, both(PARTIES['data-protection-officer'])),
      await noteOf(say, [employer.ed25519, representative.ed25519]),
    ];
    const state = await replay(entries);
    expect(standing(state)).toBe('unsigned');
    expect(state.pending).toMatchObject([{ version: 1, missing: ['employer'] }]);
    expect(standing(await replay([...entries, await noteOf(say, [employer.mlDsa44])]))).toBe('version 1');
  });

  it('[RUL12] seeded hole: one algorithm of a party does not sign for it', async () => {
    const say = { kind: 'agreement' as const, ...about };
    for (const kind of ['ed25519', 'mlDsa44'] as const) {
      const notes = PARTY_ROLES.map((role) => noteOf(say, [PARTIES[role][kind]]));
      expect(standing(await replay([canonicalBytes(first), ...(await Promise.all(notes))]))).toBe('unsigned');
    }
  });

  it('[RUL32] nobody puts others in the place of the parties', async () => {
    const impostors = {
      employer: PARTIES.employer,
      representative: signersOf('council.works.example', 40),
      'data-protection-officer': signersOf('officer.works.example', 41),
    };
    const name = (agreement: Agreement) => {
      for (const party of agreement.parties) party.keys = Object.values(impostors[party.role].keys);
    };
    const sign = async (agreement: Agreement, roles: typeof impostors) => {
      const say = { kind: 'agreement' as const, ...(await aboutOf(agreement)) };
      return Promise.all(PARTY_ROLES.map((role) => noteOf(say, both(roles[role]))));
    };
    const forged = await agreed(name);
    expect(standing(await replay([canonicalBytes(forged), ...(await sign(forged, impostors))]))).toBe(
      'unsigned',
    );
    const taken = await agreed((one) => {
      one.version = 2;
      name(one);
    });
    const entries = [...signedFirst, canonicalBytes(taken), ...(await sign(taken, impostors))];
    const state = await replay(entries);
    expect(standing(state)).toBe('version 1');
    expect(state.pending).toMatchObject([{ missing: ['representative', 'data-protection-officer'] }]);
    // With the signatures of those whose place is taken it is a change of keys.
    expect(standing(await replay([...entries, ...(await sign(taken, { ...PARTIES }))]))).toBe('version 2');
  });

  it('[RUL32] of the version before it, the signers sign: a party that signed nothing can revoke, and is not asked', async () => {
    const pair = (one: Agreement) => {
      one.class = 'demonstration';
      one.signers = ['employer', 'representative'];
    };
    const trust = { ...TRUST, parties: new Map([...TRUST.parties].slice(0, 2)) };
    const one = await agreed(pair);
    const two = await agreed((agreement) => {
      pair(agreement);
      agreement.version = 2;
    });
    const without = (entries: Uint8Array[]) => entries.slice(0, 3);
    const entries = [...without(await signedEntries(one)), ...without(await signedEntries(two))];
    expect(standing(await replay(entries, trust))).toBe('version 2');
    const officer = PARTIES['data-protection-officer'].ed25519;
    const revocation = await noteOf({ kind: 'revocation', ...(await aboutOf(two)) }, [officer]);
    expect(standing(await replay([...entries, revocation], trust))).toBe('revoked');
  });

  it('[RUL33] adopts no version that is not higher, and none whose keys have a fault', async () => {
    const other = await agreed((one) => {
      one.retention.vaultDays = 29;
    });
    const state = await replay([...signedFirst, ...(await signedEntries(other))]);
    expect(standing(state)).toBe('version 1');
    expect(state.versions).toHaveLength(1);
    expect(ignored(state)).toContain('can-not-come');
    const shared = await agreed((one) => {
      for (const party of one.parties) party.keys = Object.values(PARTIES.employer.keys);
    });
    expect(standing(await replay(await signedEntries(shared)))).toBe('unsigned');
  });

  it('[RUL34] does not let an older version come back', async () => {
    const both2 = [...signedFirst, ...signedSecond];
    expect(standing(await replay(both2))).toBe('version 2');
    const revoked = await noteOf({ kind: 'revocation', ...(await aboutOf(second)) }, [
      PARTIES.representative.ed25519,
    ]);
    expect(standing(await replay([...both2, revoked]))).toBe('revoked');
    const again = await signedEntries(first);
    expect(standing(await replay([...both2, revoked, ...again]))).toBe('revoked');
  });

  it('[RUL35] falls when any party revokes, alone and with either key; a copy of the signatures changes nothing', async () => {
    for (const role of PARTY_ROLES) {
      for (const signer of both(PARTIES[role])) {
        const state = await replay([
          ...signedFirst,
          await noteOf({ kind: 'revocation', ...about }, [signer]),
          ...signedFirst,
        ]);
        expect(standing(state)).toBe('revoked');
        expect(state.versions[0]?.revoked).toEqual([{ role, index: 4 }]);
      }
    }
    const stranger = await noteOf({ kind: 'revocation', ...about }, both(STRANGER));
    expect(standing(await replay([...signedFirst, stranger]))).toBe('version 1');
  });

  it('[RUL33] a party that revokes a version before it is signed keeps it from coming', async () => {
    const revoked = await noteOf({ kind: 'revocation', ...about }, [PARTIES.employer.ed25519]);
    const [document, ...signatures] = signedFirst as [Uint8Array, ...Uint8Array[]];
    expect(standing(await replay([document, revoked, ...signatures]))).toBe('unsigned');
    expect(standing(await replay([document, revoked, ...signatures, ...signedSecond]))).toBe('version 2');
  });

  it('[RUL36] a notice of restructuring stops until the parties sign a version that is entered after it', async () => {
    const notice = {
      kind: 'suspension' as const,
      ...about,
      reason: 'restructuring' as const,
      at: 1_795_000_000,
    };
    const suspended = await noteOf(notice, [PARTIES.representative.mlDsa44]);
    expect(standing(await replay([...signedFirst, suspended]))).toBe('suspended');
    expect(standing(await replay([...signedFirst, suspended, ...signedSecond]))).toBe('version 2');
    const [document, ...signatures] = signedSecond as [Uint8Array, ...Uint8Array[]];
    expect(standing(await replay([...signedFirst, document, suspended, ...signatures]))).toBe('suspended');
    // After the new version, a copy of the notice and another one under the old version say nothing about it.
    const other = await noteOf({ ...notice, at: 1_795_000_009 }, [PARTIES.representative.mlDsa44]);
    const copied = await replay([...signedFirst, suspended, ...signedSecond, suspended, other]);
    expect(standing(copied)).toBe('version 2');
    expect(ignored(copied)).toEqual(['said-before', 'can-not-come']);
  });

  it('[RUL37] what a party signed and is not understood stops; what others signed does not', async () => {
    const text = `aboveboard halting v2\n${about.id}\nall of it\n`;
    const state = await replay([...signedFirst, await noteOf(text, [PARTIES.employer.ed25519])]);
    expect(standing(state)).toBe('suspended');
    expect(state.versions[0]?.suspended).toMatchObject([{ reason: 'not-understood', role: 'employer' }]);
    expect(standing(await replay([...signedFirst, await noteOf(text, both(STRANGER))]))).toBe('version 1');
    const elsewhere = await noteOf(text.replace(about.id, 'another'), [PARTIES.employer.ed25519]);
    expect(standing(await replay([...signedFirst, elsewhere]))).toBe('version 1');
  });

  it('[RUL40] records with the builds of the version and those listed, without those withdrawn', async () => {
    const digest = 'cd'.repeat(32);
    const build = { kind: 'build' as const, id: about.id, name: 'extension', version: '0.2.0', digest };
    const { representative, employer } = PARTIES;
    const listed = await noteOf({ ...build, state: 'listed' }, both(representative));
    const withdrawn = await noteOf({ ...build, state: 'withdrawn' }, [employer.ed25519]);
    const digests = async (...more: Uint8Array[]) =>
      (await replay([...signedFirst, ...more])).builds.map((one) => one.digest);
    const agreedBuild = first.recorders[0]?.digest;
    expect(await digests()).toEqual([agreedBuild]);
    expect(await digests(listed)).toEqual([agreedBuild, digest]);
    expect(await digests(listed, withdrawn)).toEqual([agreedBuild]);
    expect(await digests(withdrawn, listed)).toEqual([agreedBuild]);
    expect(ignored(await replay([...signedFirst, withdrawn, listed]))).toEqual(['takes-back']);
    // Seeded holes: the employer alone, or half of the representative, list nothing.
    expect(await digests(await noteOf({ ...build, state: 'listed' }, both(employer)))).toEqual([agreedBuild]);
    expect(await digests(await noteOf({ ...build, state: 'listed' }, [representative.ed25519]))).toEqual([
      agreedBuild,
    ]);
  });

  it('[RUL38, RUL39] objections stop at the agreed share, and counts never go down', async () => {
    const count = (spent: number, issued = 100, target = { kind: 'agreement' as const }) =>
      noteOf(
        {
          kind: 'objections',
          ...about,
          issued,
          spent,
          list: LIST,
          targets: spent ? [{ target, count: spent }] : [],
        },
        [PARTIES.representative.ed25519],
      );
    expect(first.objectionPercent).toBe(20);
    expect(standing(await replay([...signedFirst, await count(19)]))).toBe('version 1');
    expect(standing(await replay([...signedFirst, await count(20)]))).toBe('objected');
    const lowered = await replay([...signedFirst, await count(20), await count(3), await count(20, 1000)]);
    expect(standing(lowered)).toBe('objected');
    expect(ignored(lowered)).toEqual(['takes-back', 'takes-back']);
    const employers = await noteOf(
      {
        kind: 'objections',
        ...about,
        issued: 1,
        spent: 1,
        list: LIST,
        targets: [{ target: { kind: 'agreement' }, count: 1 }],
      },
      both(PARTIES.employer),
    );
    const state = await replay([...signedFirst, employers]);
    expect([standing(state), ignored(state)]).toEqual(['version 1', ['not-for-this-party']]);
  });

  it('[RUL39] the first word on the tokens of a version stands, and counts agree with it', async () => {
    const { representative, employer } = PARTIES;
    const tokens = (issued: number, key: string, by = representative) =>
      noteOf({ kind: 'tokens', ...about, issued, key: key.repeat(32) }, [by.ed25519]);
    const count = await noteOf(
      { kind: 'objections', ...about, issued: 1000, spent: 0, list: LIST, targets: [] },
      [representative.ed25519],
    );
    const state = await replay([
      ...signedFirst,
      await tokens(50, 'a1', employer),
      await tokens(100, 'b2'),
      await tokens(100, 'c3'),
      count,
    ]);
    expect(state.tokens).toEqual([{ digest: about.digest, issued: 100, key: 'b2'.repeat(32) }]);
    expect(ignored(state)).toEqual(['not-for-this-party', 'takes-back', 'takes-back']);
    expect(state.objections).toEqual([]);
  });

  it('[RUL43] the last word on enrolment stands; under one list the key stays and no code is taken back', async () => {
    const { representative, employer } = PARTIES;
    const said = (issued: number, list: string, key: string, keys = both(representative)) =>
      noteOf({ kind: 'enrolment', id: about.id, issued, list: list.repeat(32), key: key.repeat(32) }, keys);
    const state = await replay([
      ...signedFirst,
      await said(10, 'aa', '01', both(employer)),
      await said(10, 'aa', '01', [representative.ed25519]),
      await said(10, 'aa', '01'),
      await said(10, 'aa', '02'),
      await said(9, 'aa', '01'),
      await said(15, 'aa', '01'),
    ]);
    expect(state.enrolment).toEqual({ issued: 15, list: 'aa'.repeat(32), key: '01'.repeat(32) });
    expect(ignored(state)).toEqual(['not-for-this-party', 'not-for-this-party', 'takes-back', 'takes-back']);
    const anew = await replay([...signedFirst, await said(10, 'aa', '01'), await said(3, 'bb', '02')]);
    expect(anew.enrolment).toEqual({ issued: 3, list: 'bb'.repeat(32), key: '02'.repeat(32) });
    expect((await replay(signedFirst)).enrolment).toBe(null);
  });

  it('[RUL41] a party is heard once for one text', async () => {
    const breach = { kind: 'breach' as const, id: about.id, at: 1_795_000_000, digest: 'ef'.repeat(32) };
    const officer = await noteOf(breach, [PARTIES['data-protection-officer'].ed25519]);
    const employer = await noteOf(breach, both(PARTIES.employer));
    const state = await replay([...signedFirst, officer, officer, employer]);
    expect(state.breaches.map((one) => one.role)).toEqual(['data-protection-officer', 'employer']);
    expect(ignored(state)).toEqual(['said-before']);
    expect(standing(state)).toBe('version 1');
  });

  it('[RUL31] entries of strangers change nothing, wherever they stand, and each has its reason', async () => {
    const junk = [
      new Uint8Array(),
      new TextEncoder().encode('{"format":"aboveboard-agreement"}'),
      new TextEncoder().encode('anything'),
      await noteOf({ kind: 'agreement', ...about, digest: '0'.repeat(64) }, both(PARTIES.employer)),
      await noteOf({ kind: 'agreement', ...about, id: 'another' }, both(PARTIES.employer)),
      canonicalBytes(await agreed((one) => (one.id = 'another'))),
      await noteOf({ kind: 'breach', id: about.id, at: 1, digest: 'ef'.repeat(32) }, both(STRANGER)),
    ];
    const state = await replay([...junk, ...signedFirst.flatMap((entry) => [entry, ...junk])]);
    expect(standing(state)).toBe('version 1');
    expect(ignored(state).slice(0, 7)).toEqual([
      'malformed',
      'faulty-document',
      'malformed',
      'unknown-document',
      'another-agreement',
      'another-agreement',
      'signed-by-no-party',
    ]);
  });

  it('[RUL12] seeded hole: signatures that were moved to another text, or made up, are none', async () => {
    const [document = new Uint8Array()] = signedSecond;
    const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);
    const say = { kind: 'agreement' as const, ...(await aboutOf(second)) };
    const moved = signedFirst.slice(1).map((note, i) => {
      const [, lines = ''] = text(note).split('\n\n');
      const [head = ''] = text(signedSecond[i + 1]).split('\n\n');
      return new TextEncoder().encode(`${head}\n\n${lines}`);
    });
    expect(standing(await replay([...signedFirst, document, ...moved]))).toBe('version 1');
    // A stranger who writes the names and ids of the parties beside his own signatures.
    const forged = await Promise.all(
      PARTY_ROLES.map((role) => {
        const { ed25519, mlDsa44 } = PARTIES[role];
        return noteOf(say, [
          { ...STRANGER.ed25519, key: ed25519.key },
          { ...STRANGER.mlDsa44, key: mlDsa44.key },
        ]);
      }),
    );
    const state = await replay([...signedFirst, document, ...forged]);
    expect(standing(state)).toBe('version 1');
    expect(ignored(state)).toEqual(['signed-by-no-party', 'signed-by-no-party', 'signed-by-no-party']);
  });

  it('[RUL31] a signature that fails beside those that hold spoils nothing', async () => {
    const note = await noteOf({ kind: 'revocation', ...about }, both(PARTIES.representative));
    const text = new TextDecoder().decode(note);
    const forged = new TextEncoder().encode(text.replace(/(council\.works\.example .{10})./, '$1A'));
    expect(standing(await replay([...signedFirst, forged]))).toBe('revoked');
  });

  it('[RUL42] documents that nobody signs do not fill the memory, nor keep a signed one out for good', async () => {
    const flood = await Promise.all(
      Array.from({ length: 70 }, (_, i) => agreed((one) => (one.version = 10 + i))),
    );
    const state = await replay([...flood.map((one) => canonicalBytes(one))]);
    expect(state.pending).toHaveLength(64);
    expect(ignored(state)).toEqual(Array.from({ length: 6 }, () => 'too-many-wait'));
  });

  it('[RUL30] comes to the same state again, which can not be changed', async () => {
    const entries = [...signedFirst, ...signedSecond];
    const state = await replay(entries);
    expect(await replay(entries)).toEqual(state);
    expect(() => {
      (state.standing as { inForce: boolean }).inForce = false;
    }).toThrow(TypeError);
  });
});
