import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCheckpoint, type SignedCheckpoint } from '../src/checkpoint.ts';
import { ed25519Key } from '../src/ed25519.ts';
import { cosignedBy, freshness, type Policy, quorumTime, verifyCheckpoint } from '../src/policy.ts';
import { formatPolicy, POLICY_BYTES_LIMIT, parsePolicy } from '../src/policy-file.ts';
import { signNote, withSignatures } from '../src/signed-note.ts';
import { cosigner, type NoteSigner, textSigner } from '../src/signer.ts';
import { formatVerifierKey } from '../src/verifier-key.ts';
import {
  bytes,
  inTime,
  LOG_KEYS,
  LOG_ONLY,
  LOG_SIGNERS,
  madeLog,
  NOW,
  PARTIES,
  POLICY,
  party,
  rulesOf,
} from './made-log.ts';

const vkey = (signer: NoteSigner) => formatVerifierKey(signer.key);
const w = (byte: number) =>
  vkey(cosigner(`w${byte}.example`, ed25519Key(new Uint8Array(32).fill(byte)), () => NOW));
const LOG_LINE = `log ${formatVerifierKey(LOG_KEYS[0] as never)}`;
const parsed = (text: string) => parsePolicy(bytes(text));

async function checkpoint(by: readonly NoteSigner[]): Promise<SignedCheckpoint> {
  const { source } = await madeLog(5);
  const signed = parseCheckpoint((await source.read('checkpoint', 1e6)) as Uint8Array);
  if (!signed.ok) throw new Error('no checkpoint');
  const note = await signNote(signed.value.note.text, by);
  return { checkpoint: signed.value.checkpoint, note: withSignatures(signed.value.note, note.signatures) };
}

describe('policy files', () => {
  it('[LOG100] reads ours, and writes it as it was', () => {
    const text = [
      LOG_LINE,
      `log ${formatVerifierKey(LOG_KEYS[1] as never)} https://log.example/rules/`,
      ...Object.entries(PARTIES).map(
        ([name, { ed25519 }]) => `witness ${name} ${vkey(ed25519)} https://${name}.example/`,
      ),
      'group parties all representative dpo employer',
      'quorum parties\n',
    ].join('\n');
    const policy = parsed(text);
    if (!policy.ok) throw new Error(JSON.stringify(policy.faults));
    expect(policy.value.logs.map(({ url }) => url)).toEqual([null, 'https://log.example/rules/']);
    expect(policy.value.groups).toEqual([
      { name: 'parties', threshold: 3, members: ['representative', 'dpo', 'employer'] },
    ]);
    expect(formatPolicy(policy.value)).toBe(text);
  });

  it('[LOG100, LOG107] takes tabs, spaces around, comments and empty lines; any, all and a number', () => {
    const policy = parsed(
      `# who\n\n \twitness\ta ${w(50)}\n  # b\nwitness b ${w(51)}\nwitness c ${w(52)} u\ngroup x 2 a b\ngroup y any x c\nquorum y\n`,
    );
    expect(policy.ok && policy.value.groups.map(({ threshold }) => threshold)).toEqual([2, 1]);
    expect(policy.ok && policy.value.witnesses[2]?.url).toBe('u');
    expect(parsed('quorum none\n')).toMatchObject({ ok: true, value: { quorum: null } });
  });

  it('[LOG101, LOG102, LOG107-LOG110] refuses what is none: all the faults, each with its line', () => {
    const both = `witness a ${w(50)}\nwitness b ${w(51)}\n`;
    const wrong: [string, string[]][] = [
      ['', ['LOG107', 'LOG102']],
      ['quorum none', ['LOG107']],
      ['quorum none\nquorum none\n', ['LOG102']],
      ['quorum a\n', ['LOG102', 'LOG102']],
      ['quorum\n', ['LOG107', 'LOG102']],
      ['Quorum none\n', ['LOG107', 'LOG102']],
      ['quorum none\r\n', ['LOG107', 'LOG102']],
      [`${both}group g 0 a\nquorum none\n`, ['LOG101']],
      [`${both}group g 01 a\nquorum none\n`, ['LOG101']],
      [`${both}group g 3 a b\nquorum none\n`, ['LOG101']],
      [`${both}group g all\nquorum none\n`, ['LOG107']],
      [`${both}group g all a a\nquorum none\n`, ['LOG101']],
      [`${both}group g any a\ngroup h any a\nquorum none\n`, ['LOG101']],
      [`${both}group g any none\nquorum none\n`, ['LOG101']],
      [`${both}group none any a\nquorum none\n`, ['LOG101']],
      [`${both}group a any b\nquorum none\n`, ['LOG101']],
      [`${both}group g any h\ngroup h any a\nquorum g\n`, ['LOG101']],
      [`${both}group g any g\nquorum none\n`, ['LOG101']],
      [`quorum a\n${both}`, ['LOG102', 'LOG102']],
      [`witness a ${w(50)}\nwitness a ${w(51)}\nquorum none\n`, ['LOG101']],
      [`witness a ${w(50)}\nwitness b ${w(50)}\nquorum none\n`, ['LOG109']],
      [`${LOG_LINE}\n${LOG_LINE}\nquorum none\n`, ['LOG109']],
      [`witness a ${formatVerifierKey(LOG_KEYS[0] as never)}\nquorum none\n`, ['LOG108']],
      [`log ${w(50)}\nquorum none\n`, ['LOG108']],
      [`log nonsense\nwitness x\nlog\nquorum none\n`, ['LOG50', 'LOG107', 'LOG107']],
      [
        `${Array.from({ length: 65 }, (_, i) => `witness w${i} ${w(60 + i)}\n`).join('')}quorum none\n`,
        ['LOG110'],
      ],
    ];
    for (const [text, rules] of wrong) expect(rulesOf(parsed(text)), text.slice(0, 80)).toEqual(rules);
    expect(rulesOf(parsePolicy(new Uint8Array(POLICY_BYTES_LIMIT + 1)))).toEqual(['LOG110']);
    expect(rulesOf(parsePolicy(Uint8Array.of(0x23, 0xff, 0x0a)))).toEqual(['LOG107']);
    const placed = parsed('nonsense\n\nmore\nquorum none\n');
    expect(!placed.ok && placed.faults.map(({ at }) => at)).toEqual(['line 1', 'line 3']);
  });
});

describe('what a policy accepts', () => {
  it('[LOG103, LOG104] a checkpoint of its log that the quorum cosigned, and one witness less is none', async () => {
    expect(verifyCheckpoint(await checkpoint(inTime), POLICY)).toEqual({
      ok: true,
      value: {
        witnesses: ['representative', 'dpo', 'employer'].map((name) => ({ name, time: NOW })),
        time: NOW,
      },
    });
    for (const missing of inTime) {
      const two = await checkpoint(inTime.filter((one) => one !== missing));
      expect(rulesOf(verifyCheckpoint(two, POLICY))).toEqual(['LOG104']);
    }
    expect(verifyCheckpoint(await checkpoint([]), LOG_ONLY)).toEqual({
      ok: true,
      value: { witnesses: [], time: null },
    });
  });

  it('[LOG103] none of another log, none without the log, and none that a witness alone signed', async () => {
    const signed = await checkpoint(inTime);
    expect(rulesOf(verifyCheckpoint(signed, { ...POLICY, logs: [] }))).toEqual(['LOG103']);
    const unsigned = { ...signed, note: { ...signed.note, signatures: signed.note.signatures.slice(1) } };
    expect(rulesOf(verifyCheckpoint(unsigned, POLICY))).toEqual(['LOG45']);
    const impostor = cosigner('example.com/rules', ed25519Key(new Uint8Array(32).fill(66)), () => NOW);
    expect(
      rulesOf(
        verifyCheckpoint(await checkpoint(inTime), { ...POLICY, logs: [{ key: impostor.key, url: null }] }),
      ),
    ).toEqual(['LOG45']);
  });

  it('[LOG103] none that another log of the policy signed: a log speaks for its own origin alone', async () => {
    const signed = await checkpoint(inTime);
    const other = textSigner('example.com/other', ed25519Key(new Uint8Array(32).fill(67)));
    const policy = { ...POLICY, logs: [...POLICY.logs, { key: other.key, url: null }] };
    const note = await signNote(signed.note.text, [other, ...inTime]);
    expect(verifyCheckpoint(signed, policy).ok).toBe(true);
    expect(rulesOf(verifyCheckpoint({ checkpoint: signed.checkpoint, note }, policy))).toEqual(['LOG45']);
  });

  it('[LOG104] none with a cosignature that does not hold, also beyond the quorum; strangers are ignored', async () => {
    const signed = await checkpoint([...inTime, party('stranger', 90).ed25519]);
    const one = { ...POLICY, groups: [], quorum: 'dpo' };
    expect(verifyCheckpoint(signed, one).ok).toBe(true);
    const signatures = signed.note.signatures.map((line) =>
      line.name === 'employer.example'
        ? { ...line, signature: line.signature.map((byte, i) => (i === 20 ? byte ^ 1 : byte)) }
        : line,
    );
    const broken = { ...signed, note: { ...signed.note, signatures } };
    expect(rulesOf(verifyCheckpoint(broken, one))).toEqual(['LOG45']);
    expect(cosignedBy(broken, one).ok).toBe(false);
  });

  it('[LOG104] the key of one witness under the name of another is no cosignature of that other', async () => {
    const posing = cosigner('dpo.example', ed25519Key(new Uint8Array(32).fill(10)), () => NOW);
    const signed = await checkpoint([PARTIES.representative.ed25519, posing, PARTIES.employer.ed25519]);
    expect(rulesOf(verifyCheckpoint(signed, POLICY))).toEqual(['LOG104']);
  });

  it('[LOG105] the time of a quorum is that of its oldest member, and of a group of k its k-th newest', () => {
    const witnesses = ['a', 'b', 'c'].map((name, i) => ({ name, key: inTime[i]?.key as never, url: null }));
    const times = [
      { name: 'a', time: 300 },
      { name: 'b', time: 100 },
      { name: 'c', time: 200 },
    ];
    const of = (threshold: number): Policy => ({
      logs: [],
      witnesses,
      groups: [{ name: 'g', threshold, members: ['a', 'b', 'c'] }],
      quorum: 'g',
    });
    expect([1, 2, 3].map((k) => quorumTime(of(k), times))).toEqual([300, 200, 100]);
    expect(quorumTime(of(3), times.slice(1))).toBeNull();
    const nested: Policy = {
      ...of(2),
      groups: [
        { name: 'inner', threshold: 2, members: ['a', 'b'] },
        { name: 'g', threshold: 1, members: ['inner', 'c'] },
      ],
    };
    expect(quorumTime(nested, times)).toBe(200);
  });

  it('[LOG105] is the latest moment of which a quorum speaks: as if every set of witnesses were tried', () => {
    const names = ['a', 'b', 'c', 'd'];
    const given = fc.record({
      inner: fc.integer({ min: 1, max: 2 }),
      outer: fc.integer({ min: 1, max: 3 }),
      times: fc.array(fc.option(fc.nat(50)), { minLength: 4, maxLength: 4 }),
    });
    fc.assert(
      fc.property(given, ({ inner, outer, times }) => {
        const policy: Policy = {
          logs: [],
          witnesses: [],
          groups: [
            { name: 'inner', threshold: inner, members: ['a', 'b'] },
            { name: 'outer', threshold: outer, members: ['inner', 'c', 'd'] },
          ],
          quorum: 'outer',
        };
        const signed = names.flatMap((name, i) =>
          times[i] === null ? [] : [{ name, time: times[i] as number }],
        );
        const satisfied = (set: typeof signed) => {
          const has = (name: string) => set.some((one) => one.name === name);
          const innerMet = ['a', 'b'].filter(has).length >= inner;
          return Number(innerMet) + ['c', 'd'].filter(has).length >= outer;
        };
        const best = signed
          .map(({ time }) => time)
          .filter((at) => satisfied(signed.filter(({ time }) => time >= at)));
        expect(quorumTime(policy, signed)).toBe(best.length === 0 ? null : Math.max(...best));
      }),
    );
  });

  it('[LOG106] is stale after the age that is allowed, and of no use when a clock is years off', () => {
    const clock = { now: NOW, maxAge: 86_400, ahead: 300 };
    expect(freshness(NOW, clock)).toBe('fresh');
    expect(freshness(NOW - 86_400, clock)).toBe('fresh');
    expect(freshness(NOW - 86_401, clock)).toBe('stale');
    expect(freshness(NOW + 300, clock)).toBe('fresh');
    expect(freshness(NOW + 301, clock)).toBe('ahead');
    expect(freshness(NOW + 5 * 365 * 86_400, clock)).toBe('ahead');
    expect(freshness(0, clock)).toBe('stale');
    expect(freshness(Number.NaN, clock)).toBe('stale');
    expect(freshness(NOW, { ...clock, now: Number.NaN })).toBe('stale');
  });

  it('[LOG103] either signature of the log suffices, as tlog-policy has it', async () => {
    const { source } = await madeLog(1);
    const signed = parseCheckpoint((await source.read('checkpoint', 1e6)) as Uint8Array);
    if (!signed.ok) throw new Error('no checkpoint');
    const { text } = signed.value.note;
    for (const signer of LOG_SIGNERS) {
      const note = await signNote(text, [signer]);
      expect(verifyCheckpoint({ checkpoint: signed.value.checkpoint, note }, LOG_ONLY).ok).toBe(true);
    }
  });
});
