import { describe, expect, it } from 'vitest';
import { encodeBase64 } from '../src/base64.ts';
import { formatCheckpointText, parseCheckpoint } from '../src/checkpoint.ts';
import { formatFork, parseFork, verifyFork } from '../src/fork-evidence.ts';
import { LogReader } from '../src/log-reader.ts';
import { MemoryWitnessStorage } from '../src/memory-witness-storage.ts';
import { EMPTY_ROOT, type Hash, leafHash } from '../src/merkle.ts';
import { formatNote, parseSignatureLines } from '../src/note.ts';
import { signNote, verifySignature, withSignatures } from '../src/signed-note.ts';
import { ADD_CHECKPOINT_BYTES_LIMIT, Witness, type WitnessStorage } from '../src/witness.ts';
import {
  bytes,
  entryAt,
  LOG_KEYS,
  LOG_SIGNERS,
  madeLog,
  NOW,
  ORIGIN,
  PARTIES,
  party,
  text,
} from './made-log.ts';
import { witnessStorageContract } from './witness-contract.ts';

witnessStorageContract('memory', async () => {
  const storage = new MemoryWitnessStorage();
  return { storage, again: async () => storage };
});

const { ed25519, mlDsa44 } = PARTIES.representative;
const LOGS = new Map([[ORIGIN, LOG_KEYS]]);
const makeWitness = (storage: WitnessStorage = new MemoryWitnessStorage()) =>
  new Witness({ storage, cosigners: () => [ed25519, mlDsa44], logs: LOGS });

async function signedHead(size: number, root: Hash, origin = ORIGIN): Promise<Uint8Array> {
  return formatNote(await signNote(formatCheckpointText({ origin, size, root }), LOG_SIGNERS.slice(0, 1)));
}

/** Bodies for a log that grows: from any of its sizes to any other. */
async function grown(size: number, entry = entryAt) {
  const { source } = await madeLog(size, entry);
  const root = async (at: number) =>
    at === 0 ? EMPTY_ROOT : await readerAt(size).then((reader) => reader.rootAt(at));
  const readerAt = async (at: number) => {
    const signed = parseCheckpoint((await source.read('checkpoint', 1e6)) as Uint8Array);
    if (!signed.ok) throw new Error('no checkpoint');
    const whole = new LogReader({ source, ...signed.value.checkpoint });
    return at === size ? whole : new LogReader({ source, size: at, root: await whole.rootAt(at) });
  };
  const body = async (old: number, to: number) => {
    const proof = old === 0 || to === 0 || old > to ? [] : await (await readerAt(to)).consistencyProof(old);
    return bodyOf(old, proof, await signedHead(to, await root(to)));
  };
  return { body, root };
}

function bodyOf(old: number | string, proof: readonly (Hash | string)[], note: Uint8Array): Uint8Array {
  const lines = proof.map((hash) => (typeof hash === 'string' ? hash : encodeBase64(hash)));
  return Uint8Array.of(...bytes([`old ${old}`, ...lines, '', ''].join('\n')), ...note);
}

describe('witness', () => {
  it('[LOG130, LOG137] cosigns a log as it grows, by both algorithms, with the time', async () => {
    const log = await grown(300);
    const witness = makeWitness();
    for (const [old, to] of [
      [0, 7],
      [7, 7],
      [7, 256],
      [256, 300],
    ] as const) {
      const answer = await witness.addCheckpoint(await log.body(old, to));
      expect(answer).toMatchObject({ status: 200, evidence: null });
      const lines = parseSignatureLines(answer.body);
      const note = formatCheckpointText({ origin: ORIGIN, size: to, root: await log.root(to) });
      if (!lines.ok) throw new Error('no lines');
      const times = [ed25519, mlDsa44].map(({ key }, i) => {
        const verified = verifySignature(key, note, lines.value[i]?.signature as Uint8Array);
        return verified.ok && verified.value.time;
      });
      expect(times).toEqual([NOW, NOW]);
    }
  });

  it('[LOG137] cosigns an empty log, and what grows from it', async () => {
    const log = await grown(3);
    const witness = makeWitness();
    for (const [old, to] of [
      [0, 0],
      [0, 0],
      [0, 3],
    ] as const) {
      expect((await witness.addCheckpoint(await log.body(old, to))).status).toBe(200);
    }
    const wrong = bodyOf(0, [], await signedHead(0, leafHash(bytes('x'))));
    expect((await makeWitness().addCheckpoint(wrong)).status).toBe(422);
  });

  it('[LOG131] answers 400 for what is no request', async () => {
    const note = await signedHead(1, leafHash(bytes('a')));
    const hash = encodeBase64(EMPTY_ROOT);
    const wrong = [
      bytes(''),
      bytes('old 0\n'),
      note,
      bodyOf('00', [], note),
      bodyOf('-1', [], note),
      bodyOf('9007199254740992', [], note),
      bodyOf('0 ', [], note),
      bodyOf(0, ['AAAA'], note),
      bodyOf(
        0,
        Array.from({ length: 64 }, () => hash),
        note,
      ),
      bodyOf(0, [], bytes('a\n1\n')),
      bodyOf(0, [], note.subarray(0, -1)),
      new Uint8Array(ADD_CHECKPOINT_BYTES_LIMIT + 1).fill(10),
    ];
    for (const body of wrong)
      expect((await makeWitness().addCheckpoint(body)).status, text(body.subarray(0, 40))).toBe(400);
  });

  it('[LOG132, LOG133] answers 404 for a log that it does not know, 403 for one that did not sign', async () => {
    const witness = makeWitness();
    const other = bodyOf(0, [], await signedHead(1, EMPTY_ROOT, 'example.com/other'));
    expect((await witness.addCheckpoint(other)).status).toBe(404);
    const note = formatCheckpointText({ origin: ORIGIN, size: 1, root: leafHash(bytes('a')) });
    const stranger = formatNote(await signNote(note, [party('stranger', 60).ed25519]));
    expect((await witness.addCheckpoint(bodyOf(0, [], stranger))).status).toBe(403);
    const signed = await signNote(note, LOG_SIGNERS);
    const [first, second] = signed.signatures;
    if (!first || !second) throw new Error('two signatures');
    const broken = withSignatures(signed, [
      { ...second, signature: second.signature.map((byte, i) => (i === 99 ? byte ^ 1 : byte)) },
    ]);
    expect((await witness.addCheckpoint(bodyOf(0, [], formatNote(broken)))).status).toBe(403);
    expect((await witness.addCheckpoint(bodyOf(0, [], formatNote(signed)))).status).toBe(200);
  });

  it('[LOG134, LOG135] answers 400 for an old size above the new, and 409 with the size that it knows', async () => {
    const log = await grown(20);
    const witness = makeWitness();
    expect((await witness.addCheckpoint(bodyOf(9, [], await signedHead(8, await log.root(8))))).status).toBe(
      400,
    );
    const conflict = (size: number) => ({ status: 409, contentType: 'text/x.tlog.size', body: `${size}\n` });
    expect(await witness.addCheckpoint(await log.body(5, 10))).toMatchObject(conflict(0));
    await witness.addCheckpoint(await log.body(0, 10));
    expect(await witness.addCheckpoint(await log.body(0, 20))).toMatchObject(conflict(10));
    // A replay of an old checkpoint, which would take the witness back.
    expect(await witness.addCheckpoint(await log.body(0, 5))).toMatchObject(conflict(10));
    expect(await witness.addCheckpoint(await log.body(5, 9))).toMatchObject(conflict(10));
    expect((await witness.addCheckpoint(await log.body(10, 20))).status).toBe(200);
  });

  it('[LOG136] answers 422 for a proof that does not hold, and cosigns nothing', async () => {
    const [log, fork] = [await grown(20), await grown(20, (i) => entryAt(i === 2 ? 99 : i))];
    const witness = makeWitness();
    expect(
      (await witness.addCheckpoint(bodyOf(0, [EMPTY_ROOT], await signedHead(5, await log.root(5))))).status,
    ).toBe(422);
    await witness.addCheckpoint(await log.body(0, 10));
    expect((await witness.addCheckpoint(await fork.body(10, 20))).status).toBe(422);
    expect(
      (await witness.addCheckpoint(bodyOf(10, [], await signedHead(20, await log.root(20))))).status,
    ).toBe(422);
    expect(
      (await witness.addCheckpoint(bodyOf(10, [EMPTY_ROOT], await signedHead(10, await log.root(10)))))
        .status,
    ).toBe(422);
    expect((await witness.addCheckpoint(await log.body(10, 20))).status).toBe(200);
  });

  it('[LOG135, LOG139, LOG150] catches a log that signed two roots of one size, and keeps what shows it', async () => {
    const [log, fork] = [await grown(10), await grown(10, (i) => entryAt(i === 2 ? 99 : i))];
    const witness = makeWitness();
    await witness.addCheckpoint(await log.body(0, 10));
    for (const old of [10, 0]) {
      const answer = await witness.addCheckpoint(bodyOf(old, [], await signedHead(10, await fork.root(10))));
      expect(answer).toMatchObject({ status: 409, body: '10\n' });
      if (!answer.evidence) throw new Error('no evidence');
      const read = parseFork(formatFork(answer.evidence));
      expect(read.ok && verifyFork(read.value, LOG_KEYS)).toEqual({ ok: true, value: true });
    }
  });

  it('[LOG139] keeps the log\u2019s own signatures, and not what others added', async () => {
    const log = await grown(2);
    const storage = new MemoryWitnessStorage();
    const signed = await signNote(
      formatCheckpointText({ origin: ORIGIN, size: 2, root: await log.root(2) }),
      [...LOG_SIGNERS, party('stranger', 60).mlDsa44],
    );
    await makeWitness(storage).addCheckpoint(bodyOf(0, [], formatNote(signed)));
    const kept = parseCheckpoint((await storage.latest(ORIGIN))?.checkpoint as Uint8Array);
    expect(kept.ok && kept.value.note.signatures.map(({ name }) => name)).toEqual([ORIGIN, ORIGIN]);
  });

  it('[LOG137] of requests at one time one is cosigned, also across processes, and the size never goes back', async () => {
    const log = await grown(40);
    const inner = new MemoryWitnessStorage();
    const slow: WitnessStorage = {
      latest: async (origin) => {
        const latest = await inner.latest(origin);
        await new Promise((resolve) => setImmediate(resolve));
        return latest;
      },
      replace: (origin, from, next) => inner.replace(origin, from, next),
    };
    const processes = [makeWitness(slow), makeWitness(slow)];
    const bodies = await Promise.all(Array.from({ length: 12 }, (_, i) => log.body(0, 20 + i)));
    const answers = await Promise.all(
      bodies.map((body, i) => (processes[i % 2] as Witness).addCheckpoint(body)),
    );
    const cosigned = answers.flatMap(({ status }, i) => (status === 200 ? [20 + i] : []));
    expect(cosigned).toHaveLength(1);
    expect((await inner.latest(ORIGIN))?.size).toBe(cosigned[0]);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(11);
  });

  it('[LOG137] seeded hole: a store that does not compare lets two processes cosign what it then forgets', async () => {
    const log = await grown(40);
    const inner = new MemoryWitnessStorage();
    const hole: WitnessStorage = {
      latest: async (origin) => {
        const latest = await inner.latest(origin);
        await new Promise((resolve) => setImmediate(resolve));
        return latest;
      },
      replace: async (origin, _, next) =>
        inner.replace(origin, (await inner.latest(origin))?.size ?? null, next),
    };
    const [one, two] = [makeWitness(hole), makeWitness(hole)];
    const answers = await Promise.all([
      one.addCheckpoint(await log.body(0, 30)),
      two.addCheckpoint(await log.body(0, 20)),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  });

  it('[LOG138] gives no cosignature when its store fails, before or after it wrote; the next request is answered', async () => {
    const log = await grown(9);
    for (const persisted of [true, false]) {
      const inner = new MemoryWitnessStorage();
      let broken = true;
      const failing: WitnessStorage = {
        latest: (origin) => inner.latest(origin),
        replace: async (origin, from, next) => {
          if (broken && !persisted) throw new Error('disk full');
          const done = await inner.replace(origin, from, next);
          if (broken) throw new Error('the answer was lost');
          return done;
        },
      };
      const witness = makeWitness(failing);
      await expect(witness.addCheckpoint(await log.body(0, 5))).rejects.toThrow();
      broken = false;
      // Whoever asks again is told where it stands, and goes on from there.
      const answer = await witness.addCheckpoint(await log.body(0, 5));
      expect(answer.status).toBe(persisted ? 409 : 200);
      expect((await witness.addCheckpoint(await log.body(5, 9))).status).toBe(200);
    }
  });

  it('[LOG138] gives none over a store that holds what can not be', async () => {
    const log = await grown(9);
    const bad: WitnessStorage = {
      latest: async () => ({ size: 5, checkpoint: await signedHead(4, await log.root(4)) }),
      replace: async () => true,
    };
    await expect(makeWitness(bad).addCheckpoint(await log.body(5, 9))).rejects.toMatchObject({
      code: 'storage',
    });
  });
});
