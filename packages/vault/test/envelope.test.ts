import {
  Encrypter,
  generateHybridIdentity,
  generateX25519Identity,
  identityToRecipient,
} from 'age-encryption';
import { describe, expect, it } from 'vitest';
import { ENVELOPE_LIMIT, openEnvelope, recipientOf, sealEnvelope } from '../src/envelope.ts';
import { freshRecordingKey } from '../src/recording-key.ts';

const random = (n: number) => crypto.getRandomValues(new Uint8Array(n));

describe('envelopes', () => {
  it('[SEAL20] open for each of their recipients and for nobody else', async () => {
    const identities = [await generateHybridIdentity(), await generateHybridIdentity()] as const;
    const key = freshRecordingKey(random);
    const recipients = await Promise.all(identities.map(recipientOf));
    const envelope = await sealEnvelope('one', key, recipients);
    for (const identity of identities) expect(await openEnvelope('one', envelope, [identity])).toEqual(key);
    const stranger = await generateHybridIdentity();
    await expect(openEnvelope('one', envelope, [stranger])).rejects.toMatchObject({ code: 'cannot-open' });
    await expect(openEnvelope('one', envelope, [])).rejects.toMatchObject({ code: 'cannot-open' });
  });

  it('[SEAL21] have hybrid recipients only: classic, tagged, malformed ones and too many are refused', async () => {
    const key = freshRecordingKey(random);
    const hybrid = await recipientOf(await generateHybridIdentity());
    const classic = await identityToRecipient(await generateX25519Identity());
    const bad: string[][] = [
      [],
      [classic],
      [hybrid, classic],
      [classic, hybrid],
      ['age1pq1'],
      [`${hybrid}q`],
      ['age1tagpq1qqqq'],
      [''],
      [await generateHybridIdentity()],
      new Array<string>(65).fill(hybrid),
    ];
    for (const recipients of bad) {
      await expect(sealEnvelope('one', key, recipients)).rejects.toMatchObject({ code: 'bad-recipient' });
    }
    await expect(recipientOf(await generateX25519Identity())).rejects.toMatchObject({
      code: 'bad-recipient',
    });
  });

  it('[SEAL22] that others made with a mixture do not open, although the identity fits', async () => {
    const identity = await generateHybridIdentity();
    const key = freshRecordingKey(random);
    const content = Buffer.concat([Uint8Array.of(1), key, Buffer.from('one')]);
    const made = async (...recipients: string[]) => {
      const encrypter = new Encrypter();
      for (const recipient of recipients) encrypter.addRecipient(recipient);
      return encrypter.encrypt(new Uint8Array(content));
    };
    const hybrid = await recipientOf(identity);
    const classic = await identityToRecipient(await generateX25519Identity());
    expect(await openEnvelope('one', await made(hybrid), [identity])).toEqual(key);
    for (const mixed of [await made(hybrid, classic), await made(classic, hybrid)]) {
      await expect(openEnvelope('one', mixed, [identity])).rejects.toMatchObject({ code: 'cannot-open' });
    }
  });

  it('[SEAL23] belong to one recording and hold a whole key', async () => {
    const identity = await generateHybridIdentity();
    const recipient = await recipientOf(identity);
    const envelope = await sealEnvelope('one', freshRecordingKey(random), [recipient]);
    await expect(openEnvelope('two', envelope, [identity])).rejects.toMatchObject({ code: 'cannot-open' });
    const contents = [
      Buffer.alloc(0),
      Buffer.concat([Uint8Array.of(1), Buffer.alloc(31, 1)]),
      Buffer.concat([Uint8Array.of(2), Buffer.alloc(32, 1), Buffer.from('one')]),
    ];
    for (const content of contents) {
      const encrypter = new Encrypter();
      encrypter.addRecipient(recipient);
      const odd = await encrypter.encrypt(new Uint8Array(content));
      await expect(openEnvelope('one', odd, [identity])).rejects.toMatchObject({ code: 'cannot-open' });
    }
    await expect(sealEnvelope('../one', freshRecordingKey(random), [recipient])).rejects.toThrow();
  });

  it('[SEAL24] are bounded, and broken ones are refused', async () => {
    const identity = await generateHybridIdentity();
    const envelope = await sealEnvelope('one', freshRecordingKey(random), [await recipientOf(identity)]);
    const bent = new Uint8Array(envelope);
    bent[bent.length - 1] = (bent.at(-1) as number) ^ 1;
    const broken = [envelope.subarray(0, 40), bent, new Uint8Array(ENVELOPE_LIMIT + 1), new Uint8Array(0)];
    for (const bytes of broken) {
      await expect(openEnvelope('one', bytes, [identity])).rejects.toMatchObject({ code: 'cannot-open' });
    }
    const large = new Uint8Array(ENVELOPE_LIMIT + 1);
    await expect(openEnvelope('one', large, [identity])).rejects.toThrow(/too large/);
  });
});
