import { generateHybridIdentity } from 'age-encryption';
import { beforeAll, describe, expect, it } from 'vitest';
import { openEnvelope, recipientOf, sealEnvelope } from '../src/envelope.ts';
import { openVaultHalf, sealHalves, sealVaultHalf } from '../src/half-envelope.ts';
import { asKeyHalf } from '../src/key-half.ts';
import { freshRecordingKey } from '../src/recording-key.ts';
import { type HeldIdentities, opensWith, reseal } from '../src/resealing.ts';

const random = (n: number) => crypto.getRandomValues(new Uint8Array(n));
const half = asKeyHalf(random(32));
const key = freshRecordingKey(random);
let held: HeldIdentities;
let [older, oldRecipient, stranger] = ['', '', ''];
beforeAll(async () => {
  const newest = await generateHybridIdentity();
  older = await generateHybridIdentity();
  oldRecipient = await recipientOf(older);
  stranger = await recipientOf(await generateHybridIdentity());
  held = { newest, recipient: await recipientOf(newest), older: [await generateHybridIdentity(), older] };
});
const closed = (isForAnother: boolean) =>
  expect.objectContaining({ code: 'cannot-open', isForAnother }) as Error;

describe('sealing anew', () => {
  it('[VLT103] keeps what is in it and whose it is, for the newest identity alone; again there is nothing to do', async () => {
    const before = await sealVaultHalf('one', half, oldRecipient);
    const { id, fresh } = await reseal('half', before, held);
    expect(id).toBe('one');
    expect(await openVaultHalf('one', fresh as Uint8Array, held.newest)).toEqual(half);
    await expect(openVaultHalf('one', fresh as Uint8Array, older)).rejects.toEqual(closed(true));
    expect(await reseal('half', fresh as Uint8Array, held)).toEqual({ id: 'one', fresh: null });
  });

  it('[VLT110] and so of a whole key', async () => {
    const { id, fresh } = await reseal('key', await sealEnvelope('two', key, [oldRecipient]), held);
    expect(id).toBe('two');
    expect(await openEnvelope('two', fresh as Uint8Array, [held.newest])).toEqual(key);
    expect(await reseal('key', fresh as Uint8Array, held)).toEqual({ id: 'two', fresh: null });
  });

  it('[VLT102] [VLT107] opens with whichever fits; what is for none, and what is none, are told apart', async () => {
    const ours = await sealVaultHalf('one', half, oldRecipient);
    expect(await openVaultHalf('one', ours, [held.newest, ...held.older])).toEqual(half);
    const theirs = await sealVaultHalf('one', half, stranger);
    await expect(reseal('half', theirs, held)).rejects.toEqual(closed(true));
    const broken = ours.slice();
    broken[broken.length - 1] = (broken.at(-1) as number) ^ 1;
    await expect(reseal('half', broken, held)).rejects.toEqual(closed(false));
    await expect(reseal('half', random(900), held)).rejects.toEqual(closed(false));
  });

  it('[VLT103] takes no other kind of envelope for a half, nor a key for one', async () => {
    const to = { vault: stranger, guardian: oldRecipient };
    const { guardian } = await sealHalves('one', { vault: half, guardian: asKeyHalf(random(32)) }, to, {
      week: '2026-W47',
      card: null,
    });
    const whole = await sealEnvelope('one', key, [oldRecipient]);
    for (const other of [guardian, whole])
      await expect(reseal('half', other, held)).rejects.toEqual(closed(false));
    const one = await sealVaultHalf('one', half, oldRecipient);
    await expect(reseal('key', one, held)).rejects.toEqual(closed(false));
  });

  it('[VLT105] whether it opens is tried; what nobody can read is never a yes', async () => {
    const one = await sealVaultHalf('one', half, oldRecipient);
    expect(await opensWith('half', one, [older])).toBe(true);
    expect(await opensWith('half', one, [held.newest])).toBe(false);
    await expect(opensWith('half', random(900), [older])).rejects.toEqual(closed(false));
  });
});
