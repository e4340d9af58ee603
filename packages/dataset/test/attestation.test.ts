import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type AttestationKey,
  type AttestationSigner,
  attested,
  checkAttestation,
  type DigestedManifest,
  releaseStatement,
  statementDigest,
} from '../src/release/attestation.ts';
import { envelopeBytes, preAuthEncoding, readEnvelope } from '../src/release/dsse.ts';
import { checkRelease } from '../src/release/release-check.ts';
import { type Made, made, people } from './made-up-release.ts';

const subtle = crypto.subtle;
const GRANT = 'ab'.repeat(16);
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const utf8 = (said: string) => new TextEncoder().encode(said);
let whole: Made;
let of: DigestedManifest;
beforeAll(async () => {
  whole = await made(people(10), { pictures: true });
  of = {
    manifest: whole.built.manifest,
    digest: createHash('sha256').update(whole.built.bytes).digest('hex'),
  };
});

function keyPair(keyid: string): AttestationSigner & AttestationKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    keyid,
    sign: async (message) => new Uint8Array(sign(null, message, privateKey)),
    verify: (message, signature) => verify(null, message, publicKey, signature),
  };
}
const key = keyPair('uses+00000001');
const other = keyPair('uses+00000002');

const faultsOf = async (bytes: Uint8Array | null, keys: AttestationKey[] | null = [key]) =>
  (await checkAttestation(bytes, of, { keys, subtle })).faults.map(({ rule, at, message }) =>
    `${rule} ${at.replace('attestation.json', '')} ${message}`.replace('  ', ' '),
  );
/** Signed as it should be, of a statement that is changed. */
async function saying(change: (statement: Record<string, never>) => unknown): Promise<Uint8Array> {
  const statement = JSON.parse(text(releaseStatement(of, GRANT)));
  const changed = change(statement) ?? statement;
  return attested(utf8(JSON.stringify(sorted(changed))), [key]);
}
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, one]) => [name, sorted(one)]),
  );
}

describe('the envelope', () => {
  it('[REL70] signs what the protocol of DSSE gives as its example', () => {
    const encoded = preAuthEncoding('http://example.com/HelloWorld', utf8('hello world'));
    expect(text(encoded)).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world');
    // Lengths count bytes.
    expect(text(preAuthEncoding('ä', utf8('€')))).toBe('DSSEv1 2 ä 3 €');
    expect(text(preAuthEncoding('', utf8('')))).toBe('DSSEv1 0  0 ');
  });

  it('[REL70] no two types and payloads are signed as the same bytes', () => {
    // One text, cut at a space into type and payload at two places: without the lengths both would be the same.
    const words = fc.array(fc.constantFrom('', '0', '1', '2', 'a', '€'), { minLength: 3, maxLength: 8 });
    fc.assert(
      fc.property(words, fc.nat(), fc.nat(), (list, i, j) => {
        const cut = (at: number) => [list.slice(0, at).join(' '), list.slice(at).join(' ')] as const;
        const [at, other] = [1 + (i % (list.length - 1)), 1 + (j % (list.length - 1))];
        const encoded = ([type, payload]: readonly [string, string]) =>
          text(preAuthEncoding(type, utf8(payload)));
        expect(encoded(cut(at)) === encoded(cut(other))).toBe(at === other);
      }),
      { numRuns: 2000 },
    );
  });

  it('[REL70] reads back what it writes, and in no other spelling', () => {
    const envelope = { payloadType: 't', payload: utf8('ab'), signatures: [{ keyid: 'k', sig: utf8('c') }] };
    const bytes = envelopeBytes(envelope);
    expect(text(bytes)).toBe(
      '{"payload":"YWI=","payloadType":"t","signatures":[{"keyid":"k","sig":"Yw=="}]}',
    );
    expect(readEnvelope(bytes, 'REL70', 'x')).toEqual({ ok: true, value: envelope });
    for (const [from, to] of [
      ['YWI=', 'YWJ='],
      ['YWI=', 'YWI'],
      ['YWI=', 'YW I='],
      ['"t"', '3'],
      ['{"payload"', '{"payload":"YWI=","payload"'],
      ['{"payload"', '{"more":1,"payload"'],
      ['{"keyid"', '{"cert":"x","keyid"'],
      ['[{', '[{"keyid":"k","sig":"Yw=="},{'],
      ['"signatures":[{"keyid":"k","sig":"Yw=="}]', '"signatures":[]'],
      ['{"payload"', ' {"payload"'],
    ] as const) {
      const read = readEnvelope(utf8(text(bytes).replace(from, to)), 'REL70', 'x');
      expect(read.ok ? [] : read.faults.map(({ rule }) => rule), to).toContain('REL70');
    }
  });
});

describe('the statement', () => {
  it('[REL71] [REL72] is of the manifest, says what it says, and under which grant', () => {
    const said = JSON.parse(text(releaseStatement(of, GRANT)));
    const { name, version, level, purpose, software, agreements, cohort, risk, leftOut } = of.manifest;
    expect(said).toEqual({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'release.json', digest: { sha256: of.digest } }],
      predicateType: 'urn:aboveboard:release:v1',
      predicate: {
        ...{ name, version, level, purpose, software, agreements, cohort, risk, grant: GRANT },
        rules: { applied: expect.arrayContaining(['REL10', 'REL15', 'MASK39']), leftOut },
      },
    });
  });

  it('[REL72] has no task, no recording and no time', () => {
    const said = text(releaseStatement(of, GRANT));
    const { tasks } = whole.plan;
    expect(tasks.length).toBeGreaterThan(0);
    for (const { id, recording } of tasks) {
      expect(said).not.toContain(id);
      expect(said).not.toContain(recording);
    }
    expect(said).not.toMatch(/receipt|"at"|time|\d{4}-\d\d-\d\d/);
  });

  it('[REL75] is the same bytes however many tasks are made at once, and is in no digest of the release', async () => {
    const bytes = await attested(releaseStatement(of, GRANT), [key]);
    const again = await made(people(10), { pictures: true, atOnce: 4 });
    const digest = createHash('sha256').update(again.built.bytes).digest('hex');
    const statement = releaseStatement({ manifest: again.built.manifest, digest }, GRANT);
    expect(text(await attested(statement, [key]))).toBe(text(bytes));
    const there = new Map(whole.store.files).set('attestation.json', bytes);
    const store = {
      list: async () => [...there.keys()],
      read: async (name: string) => there.get(name) ?? null,
    };
    expect((await checkRelease(store, { subtle })).faults).toEqual([]);
  });
});

describe('verifying', () => {
  it('[REL77] holds by each key that is trusted, and passes over the others', async () => {
    const bytes = await attested(releaseStatement(of, GRANT), [key, other]);
    for (const [keys, by] of [
      [[key], [key.keyid]],
      [[other], [other.keyid]],
      [
        [key, other],
        [key.keyid, other.keyid],
      ],
    ] as const) {
      const { faults, signedBy, digest } = await checkAttestation(bytes, of, { keys, subtle });
      expect({ faults, signedBy }).toEqual({ faults: [], signedBy: by });
      expect(digest).toBe(await statementDigest(releaseStatement(of, GRANT), subtle));
    }
    expect(await faultsOf(bytes, [keyPair('uses+00000003')])).toEqual([
      'REL77 .signatures has none that holds of a key that is trusted here',
    ]);
  });

  it('[REL77] any byte that is changed, cut off or put in is found', async () => {
    const bytes = await attested(releaseStatement(of, GRANT), [key]);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(bytes.length - 1),
        fc.integer({ min: 1, max: 255 }),
        fc.constantFrom('change', 'cut', 'insert'),
        async (at, by, how) => {
          const changed =
            how === 'change'
              ? bytes.map((byte, i) => (i === at ? byte ^ by : byte))
              : how === 'cut'
                ? bytes.slice(0, at)
                : Uint8Array.of(...bytes.slice(0, at), by, ...bytes.slice(at));
          expect(await faultsOf(changed)).not.toEqual([]);
        },
      ),
      { numRuns: 600 },
    );
  });

  it('[REL77] a signature of a trusted key that does not hold is a fault beside one that does', async () => {
    const statement = releaseStatement(of, GRANT);
    const liar = { ...other, sign: key.sign };
    expect(await faultsOf(await attested(statement, [key, liar]), [key, other])).toEqual([
      'REL77 .signatures[1] does not hold',
    ]);
    // Over the statement itself, without what DSSE puts before it.
    const bare = { ...key, sign: async () => key.sign(statement) };
    expect(await faultsOf(await attested(statement, [bare]))).toEqual([
      'REL77 .signatures[0] does not hold',
      'REL77 .signatures has none that holds of a key that is trusted here',
    ]);
  });

  it('[REL77] [REL79] is missing only for who trusts a key', async () => {
    expect(await faultsOf(null)).toEqual(['REL77 is missing']);
    expect(await faultsOf(null, null)).toEqual([]);
  });

  it('[REL76] what it says otherwise than the manifest is named, each, also without a key', async () => {
    const lies = await saying((said: Record<string, unknown>) => ({
      ...said,
      subject: [{ name: 'release.json', digest: { sha256: 'f'.repeat(64) } }],
      predicate: {
        ...(said['predicate'] as object),
        ...{ purpose: 'anything', level: 'vault', recordings: ['x'], agreements: [] },
      },
    }));
    const expected = [
      'REL71 : statement.subject is not what the manifest says',
      'REL72 : statement.predicate.agreements is not what the manifest says',
      'REL72 : statement.predicate.level is not what the manifest says',
      'REL72 : statement.predicate.purpose is not what the manifest says',
      'REL72 : statement.predicate has a field more',
    ];
    expect((await faultsOf(lies)).sort()).toEqual([...expected].sort());
    expect((await faultsOf(lies, null)).sort()).toEqual([...expected].sort());
  });

  it('[REL72] [REL76] its grant is an id or null, its rules are rules', async () => {
    const predicate = (more: object) =>
      saying((said: Record<string, unknown>) => ({
        ...said,
        predicate: { ...(said['predicate'] as object), ...more },
      }));
    expect(await faultsOf(await predicate({ grant: null }))).toEqual([]);
    for (const grant of ['x', 3, {}, undefined])
      expect(await faultsOf(await predicate({ grant }))).toContain(
        'REL72 : statement.predicate.grant is no grant',
      );
    const { leftOut } = of.manifest;
    for (const applied of [[], ['x'], 'REL10', Array.from({ length: 101 }, () => 'REL10')])
      expect(await faultsOf(await predicate({ rules: { applied, leftOut } }))).toEqual([
        'REL72 : statement.predicate.rules is not what the manifest says',
      ]);
    // Built by software that had a rule more.
    expect(await faultsOf(await predicate({ rules: { applied: ['REL10', 'REL199'], leftOut } }))).toEqual([]);
  });

  it('[REL70] is of another type, no statement, or in another spelling', async () => {
    const statement = releaseStatement(of, GRANT);
    const enveloped = async (payloadType: string, payload: Uint8Array) => {
      const sig = await key.sign(preAuthEncoding(payloadType, payload));
      return envelopeBytes({ payloadType, payload, signatures: [{ keyid: key.keyid, sig }] });
    };
    expect(await faultsOf(await enveloped('text/plain', statement))).toEqual([
      'REL70 .payloadType is another',
    ]);
    const type = 'application/vnd.in-toto+json';
    expect(await faultsOf(await enveloped(type, utf8(`${text(statement)}\n`)))).toEqual([
      'REL70 : statement is no JSON object in canonical form',
    ]);
    for (const payload of ['', '[]', '{"_type":', '{"_type":"a","_type":"a"}', '['.repeat(200_000), '{}'])
      expect((await faultsOf(await enveloped(type, utf8(payload)))).join()).toMatch(/REL7[01] : statement/);
  });
});
