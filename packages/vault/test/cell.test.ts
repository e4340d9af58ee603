import {
  Encrypter,
  generateHybridIdentity,
  generateX25519Identity,
  identityToRecipient,
} from 'age-encryption';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  ANSWER_BYTES,
  CELL_BYTES,
  CELL_CONTENT,
  makeCellOpener,
  openAnswer,
  sealAnswer,
  sealCell,
} from '../src/cell.ts';

const random = (n: number) => crypto.getRandomValues(new Uint8Array(n));
const subtle = crypto.subtle;
const cannotOpen = { code: 'cannot-open' };

describe('cells', () => {
  let identity: string;
  let recipient: string;
  beforeAll(async () => {
    identity = await generateHybridIdentity();
    recipient = await identityToRecipient(identity);
  });

  it('[RLY1] weigh the same whatever they carry, and so do their answers', async () => {
    expect([CELL_BYTES, ANSWER_BYTES]).toEqual([63_136, 61_461]);
    const open = makeCellOpener(identity);
    for (const length of [0, 1, 777, CELL_CONTENT]) {
      const content = random(Math.min(length, 65_536)).map((byte) => byte | 1);
      const { cell, answerKey } = await sealCell(content, recipient, random);
      expect(cell.length).toBe(CELL_BYTES);
      const opened = await open(cell);
      expect(Buffer.from(opened.content).equals(content)).toBe(true);
      const answer = await sealAnswer(content, opened.answerKey, subtle);
      expect(answer.length).toBe(ANSWER_BYTES);
      expect(Buffer.from(await openAnswer(answer, answerKey, subtle)).equals(content)).toBe(true);
    }
    await expect(sealCell(new Uint8Array(CELL_CONTENT + 1), recipient, random)).rejects.toMatchObject({
      code: 'too-long',
    });
    await expect(open(new Uint8Array(CELL_BYTES - 1))).rejects.toMatchObject(cannotOpen);
  });

  it('[RLY2] carry a fresh key for the answer, even with nothing to say', async () => {
    const one = await sealCell(new Uint8Array(0), recipient, random);
    const two = await sealCell(new Uint8Array(0), recipient, random);
    expect(one.answerKey).not.toEqual(two.answerKey);
    expect(Buffer.from(one.cell).equals(two.cell)).toBe(false);
  });

  it('[RLY3] an answer opens under its own key only, and not after a bit of it changed', async () => {
    const key = random(32);
    const answer = await sealAnswer(Uint8Array.of(7), key, subtle);
    await expect(openAnswer(answer, random(32), subtle)).rejects.toMatchObject(cannotOpen);
    const bent = answer.slice();
    bent[100] = (bent[100] ?? 0) ^ 1;
    await expect(openAnswer(bent, key, subtle)).rejects.toMatchObject(cannotOpen);
    await expect(openAnswer(answer.slice(1), key, subtle)).rejects.toMatchObject(cannotOpen);
  });

  it('[RLY4] do not open with another recipient, fill that is not zero, a length beyond them, or another version', async () => {
    const open = makeCellOpener(identity);
    const plain = (change: (bytes: Uint8Array) => void) => {
      const bytes = new Uint8Array(37 + CELL_CONTENT);
      bytes[0] = 1;
      change(bytes);
      return bytes;
    };
    const sealed = async (bytes: Uint8Array, ...recipients: string[]) => {
      const encrypter = new Encrypter();
      for (const each of recipients) encrypter.addRecipient(each);
      return encrypter.encrypt(bytes);
    };
    // The untouched form opens: what is refused below is refused for what was changed.
    expect(
      (
        await open(
          await sealed(
            plain(() => {}),
            recipient,
          ),
        )
      ).content.length,
    ).toBe(0);
    const changes: ((bytes: Uint8Array) => void)[] = [
      (bytes) => (bytes[bytes.length - 1] = 1),
      (bytes) => (bytes[33] = 1),
      (bytes) => (bytes[0] = 2),
    ];
    for (const change of changes)
      await expect(open(await sealed(plain(change), recipient))).rejects.toMatchObject(cannotOpen);
    const stranger = await identityToRecipient(await generateHybridIdentity());
    await expect(
      open(
        await sealed(
          plain(() => {}),
          stranger,
        ),
      ),
    ).rejects.toMatchObject(cannotOpen);
    // A second reader takes room that the content then lacks: the size alone shows it.
    const both = await sealed(new Uint8Array(0), recipient, stranger);
    const filled = await sealed(new Uint8Array(CELL_BYTES - both.length), recipient, stranger);
    expect(filled.length).toBe(CELL_BYTES);
    await expect(open(filled)).rejects.toMatchObject(cannotOpen);
    const classic = await identityToRecipient(await generateX25519Identity());
    for (const bad of [classic, '', 'age1pq1', identity])
      await expect(sealCell(new Uint8Array(0), bad, random)).rejects.toMatchObject({ code: 'bad-recipient' });
  });
});
