import { describe, expect, it } from 'vitest';
import { parseCheckpoint, type SignedCheckpoint } from '../src/checkpoint.ts';
import { LogReader } from '../src/log-reader.ts';
import { MemoryWitnessStorage } from '../src/memory-witness-storage.ts';
import { formatSignatureLine } from '../src/note.ts';
import { type Policy, verifyCheckpoint } from '../src/policy.ts';
import { signNote } from '../src/signed-note.ts';
import { Witness } from '../src/witness.ts';
import { askWitnesses, type Post, WITNESS_ANSWER_LIMIT } from '../src/witness-client.ts';
import { bytes, entryAt, inTime, LOG_KEYS, madeLog, ORIGIN, PARTIES, POLICY, party } from './made-log.ts';

type Name = keyof typeof PARTIES;
const LOGS = new Map([[ORIGIN, LOG_KEYS]]);

/** The three parties' witnesses behind their addresses, and a log that grew. */
async function parties() {
  const witnesses = new Map(
    Object.entries(PARTIES).map(([name, { ed25519 }]) => [
      `https://${name}.example/add-checkpoint`,
      new Witness({ storage: new MemoryWitnessStorage(), cosigners: () => [ed25519], logs: LOGS }),
    ]),
  );
  const asked: string[] = [];
  const post: Post = async (url, body) => {
    asked.push(url);
    const answer = await witnesses.get(url)?.addCheckpoint(body);
    if (!answer) throw new Error('no such address');
    return { status: answer.status, contentType: answer.contentType, body: bytes(answer.body) };
  };
  return { post, asked };
}

async function headOf(size: number, entry = entryAt) {
  const { source } = await madeLog(size, entry);
  const parsed = parseCheckpoint((await source.read('checkpoint', 1e6)) as Uint8Array);
  if (!parsed.ok) throw new Error('no checkpoint');
  const signed: SignedCheckpoint = parsed.value;
  const reader = new LogReader({ source, ...signed.checkpoint });
  return { signed, consistencyProof: (old: number) => reader.consistencyProof(old) };
}

const never = () => new AbortController().signal;
const withOnly = (changed: Partial<Record<Name, Post>>, post: Post): Post => {
  return (url, body, options) => {
    const name = Object.keys(changed).find((one) => url.includes(one)) as Name | undefined;
    return (name ? (changed[name] as Post) : post)(url, body, options);
  };
};
const refusedOf = (outcome: Awaited<ReturnType<typeof askWitnesses>>) =>
  Object.fromEntries(outcome.refused.map(({ name, faults }) => [name, faults.map(({ rule }) => rule)]));

describe('asking witnesses', () => {
  it('[LOG140, LOG142] collects the quorum, as the log grows, with one request each', async () => {
    const { post, asked } = await parties();
    const sizes = new Map<string, number>();
    for (const size of [5, 6, 300]) {
      asked.length = 0;
      const outcome = await askWitnesses({
        ...(await headOf(size)),
        policy: POLICY,
        post,
        signal: never(),
        sizes,
      });
      expect(outcome).toMatchObject({ quorum: true, refused: [] });
      expect(verifyCheckpoint(outcome.signed, POLICY).ok).toBe(true);
      expect(asked).toHaveLength(3);
      expect([...sizes.values()]).toEqual([size, size, size]);
    }
  });

  it('[LOG143] asks again from the size that a witness names', async () => {
    const { post, asked } = await parties();
    await askWitnesses({ ...(await headOf(5)), policy: POLICY, post, signal: never(), sizes: new Map() });
    asked.length = 0;
    for (const sizes of [
      new Map(),
      new Map([
        ['dpo', 3],
        ['employer', 900],
      ]),
    ]) {
      const outcome = await askWitnesses({
        ...(await headOf(9)),
        policy: POLICY,
        post,
        signal: never(),
        sizes,
      });
      expect(outcome.quorum).toBe(true);
    }
    expect(asked.length).toBeGreaterThan(6);
  });

  it('[LOG140] asks nobody who has cosigned already', async () => {
    const { post, asked } = await parties();
    const head = await headOf(5);
    const note = await signNote(head.signed.note.text, inTime.slice(0, 2));
    const signed = {
      ...head.signed,
      note: { ...head.signed.note, signatures: [...head.signed.note.signatures, ...note.signatures] },
    };
    const outcome = await askWitnesses({
      ...head,
      signed,
      policy: POLICY,
      post,
      signal: never(),
      sizes: new Map(),
    });
    expect(outcome.quorum).toBe(true);
    expect(asked).toEqual(['https://employer.example/add-checkpoint']);
  });

  it('[LOG140, LOG144] stops when the quorum holds, whoever has not answered', async () => {
    const { post } = await parties();
    const two: Policy = {
      ...POLICY,
      groups: [{ name: 'parties', threshold: 2, members: ['representative', 'dpo', 'employer'] }],
    };
    let aborted = false;
    const silent: Post = (_, __, { signal }) => {
      signal.addEventListener('abort', () => {
        aborted = true;
      });
      return new Promise(() => {});
    };
    const outcome = await askWitnesses({
      ...(await headOf(5)),
      policy: two,
      post: withOnly({ employer: silent }, post),
      signal: never(),
      sizes: new Map(),
    });
    expect(outcome.quorum).toBe(true);
    expect(aborted).toBe(true);
    expect(refusedOf(outcome)).toEqual({ employer: ['LOG144'] });
  });

  it('[LOG144] a witness that never answers, or throws, costs the caller\u2019s time and no more', async () => {
    const { post } = await parties();
    const wait = new AbortController();
    const asking = askWitnesses({
      ...(await headOf(5)),
      policy: POLICY,
      post: withOnly(
        { employer: () => new Promise(() => {}), dpo: async () => Promise.reject(new Error('no route')) },
        post,
      ),
      signal: wait.signal,
      sizes: new Map(),
    });
    setTimeout(() => wait.abort(), 100);
    const outcome = await asking;
    expect(outcome.quorum).toBe(false);
    expect(refusedOf(outcome)).toEqual({ employer: ['LOG144'], dpo: ['LOG144'] });
    expect(outcome.signed.note.signatures.some(({ name }) => name === 'representative.example')).toBe(true);
  });

  const answers: [
    string,
    string,
    (head: SignedCheckpoint) => Promise<{ status: number; body: Uint8Array }>,
    string,
  ][] = [
    ['LOG142', 'nothing', async () => ({ status: 200, body: bytes('') }), 'LOG42'],
    ['LOG142', 'no signature line', async () => ({ status: 200, body: bytes('thank you\n') }), 'LOG43'],
    [
      'LOG142',
      'the cosignature of another',
      async ({ note }) => {
        const { signatures } = await signNote(note.text, [party('stranger', 60).ed25519]);
        return { status: 200, body: bytes(signatures.map(formatSignatureLine).join('')) };
      },
      'LOG142',
    ],
    [
      'LOG142',
      'its cosignature of another checkpoint',
      async () => {
        const { signatures } = await signNote((await headOf(4)).signed.note.text, [PARTIES.dpo.ed25519]);
        return { status: 200, body: bytes(signatures.map(formatSignatureLine).join('')) };
      },
      'LOG45',
    ],
    ['LOG143', 'a refusal', async () => ({ status: 403, body: bytes('no\n') }), 'LOG143'],
    [
      'LOG143',
      'a refusal with a size that is none',
      async () => ({ status: 409, body: bytes('05\n') }),
      'LOG143',
    ],
    ['LOG143', 'a larger size', async () => ({ status: 409, body: bytes('6\n') }), 'LOG143'],
    ['LOG143', 'the size that was asked from', async () => ({ status: 409, body: bytes('0\n') }), 'LOG143'],
    [
      'LOG145',
      'more than an answer has',
      async () => ({ status: 200, body: new Uint8Array(WITNESS_ANSWER_LIMIT + 1) }),
      'LOG145',
    ],
  ];
  it.each(answers)(
    '[LOG142, LOG143, LOG145] (%s) one that answers with %s is not counted',
    async (_, __, answer, rule) => {
      const { post } = await parties();
      const head = await headOf(5);
      const strange: Post = async () => ({ contentType: null, ...(await answer(head.signed)) });
      const outcome = await askWitnesses({
        ...head,
        policy: POLICY,
        post: withOnly({ dpo: strange }, post),
        signal: never(),
        sizes: new Map(),
      });
      expect(outcome.quorum).toBe(false);
      expect(refusedOf(outcome)).toEqual({ dpo: [rule] });
      expect(outcome.signed.note.signatures).toHaveLength(3);
    },
  );

  it('[LOG143] one that names another size each time is asked twice', async () => {
    const { post } = await parties();
    let size = 0;
    const wandering: Post = async () => ({ status: 409, contentType: null, body: bytes(`${++size}\n`) });
    const outcome = await askWitnesses({
      ...(await headOf(9)),
      policy: POLICY,
      post: withOnly({ dpo: wandering }, post),
      signal: never(),
      sizes: new Map(),
    });
    expect(refusedOf(outcome)).toEqual({ dpo: ['LOG143'] });
    expect(size).toBe(2);
  });

  it('[LOG143] a forked log gets no second quorum', async () => {
    const { post } = await parties();
    await askWitnesses({ ...(await headOf(9)), policy: POLICY, post, signal: never(), sizes: new Map() });
    const fork = await headOf(9, (i) => entryAt(i === 1 ? 77 : i));
    const outcome = await askWitnesses({ ...fork, policy: POLICY, post, signal: never(), sizes: new Map() });
    expect(outcome.quorum).toBe(false);
    expect(refusedOf(outcome)).toEqual({ representative: ['LOG143'], dpo: ['LOG143'], employer: ['LOG143'] });
  });

  it('[LOG141] asks nobody without an address; asks all where the policy wants no quorum', async () => {
    const { post } = await parties();
    const nowhere = { ...POLICY, witnesses: POLICY.witnesses.map((one) => ({ ...one, url: null })) };
    const outcome = await askWitnesses({
      ...(await headOf(5)),
      policy: nowhere,
      post,
      signal: never(),
      sizes: new Map(),
    });
    expect(refusedOf(outcome)).toEqual({ representative: ['LOG141'], dpo: ['LOG141'], employer: ['LOG141'] });
    const open = { ...POLICY, quorum: null };
    const all = await askWitnesses({
      ...(await headOf(5)),
      policy: open,
      post,
      signal: never(),
      sizes: new Map(),
    });
    expect(all).toMatchObject({ quorum: true, refused: [] });
    expect(all.signed.note.signatures).toHaveLength(4);
  });
});
