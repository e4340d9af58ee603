import { readFileSync } from 'node:fs';
import {
  Encrypter,
  generateHybridIdentity,
  generateX25519Identity,
  identityToRecipient,
} from 'age-encryption';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openEnvelope, recipientOf, sealEnvelope } from '../src/envelope.ts';
import { openGuardianHalf, openVaultHalf, sealHalves } from '../src/half-envelope.ts';
import { makeHalfRing } from '../src/half-ring.ts';
import { openJobHalves, sealJobHalves } from '../src/job-halves.ts';
import { asKeyHalf, joinHalves, splitKey } from '../src/key-half.ts';
import { makeMemoryKeyStore } from '../src/memory-keyring.ts';
import { asRecordingKey, freshRecordingKey } from '../src/recording-key.ts';

const random = (n: number) => crypto.getRandomValues(new Uint8Array(n));
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
const LABEL = { week: '2026-W47', card: { id: 'expense-single', version: 2 } };
const party = async () => {
  const identity = await generateHybridIdentity();
  return { identity, recipient: await recipientOf(identity) };
};
const bare = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));

describe('halves of a key', () => {
  it('[VLT40] make the key together, whatever both are', () => {
    fc.assert(
      fc.property(bytes32, bytes32, (key, drawn) => {
        fc.pre(drawn.some((byte) => byte !== 0));
        const halves = splitKey(asRecordingKey(key), () => drawn);
        expect(joinHalves(halves)).toEqual(asRecordingKey(key));
        expect(halves.guardian).toEqual(asKeyHalf(drawn));
      }),
    );
  });

  it('[VLT40] each alone fits every key equally: for any other key there is the other half', () => {
    fc.assert(
      fc.property(bytes32, bytes32, bytes32, (key, drawn, other) => {
        fc.pre(drawn.some((byte) => byte !== 0));
        const { vault, guardian } = splitKey(asRecordingKey(key), () => drawn);
        const forOther = asKeyHalf(other.map((byte, i) => byte ^ (vault[i] as number)));
        expect(joinHalves({ vault, guardian: forOther })).toEqual(asRecordingKey(other));
        const vaultForOther = asKeyHalf(other.map((byte, i) => byte ^ (guardian[i] as number)));
        expect(joinHalves({ vault: vaultForOther, guardian })).toEqual(asRecordingKey(other));
      }),
    );
  });

  it('[VLT40] a source that gives zeros, or too few bytes, splits nothing', () => {
    const key = freshRecordingKey(random);
    for (const source of [() => new Uint8Array(32), () => new Uint8Array(31).fill(1)])
      expect(() => splitKey(key, source)).toThrow(expect.objectContaining({ code: 'storage' }));
  });

  it('[VLT43] the vectors split and join so', () => {
    const vectors = JSON.parse(
      readFileSync(new URL('../../../vectors/vault/halves.json', import.meta.url), 'utf8'),
    ) as {
      valid: { key: string; vault: string; guardian: string }[];
      invalid: { why: string; half: string }[];
    };
    for (const { key, vault, guardian } of vectors.valid) {
      expect(splitKey(asRecordingKey(bare(key)), () => bare(guardian))).toEqual({
        vault: asKeyHalf(bare(vault)),
        guardian: asKeyHalf(bare(guardian)),
      });
      expect(joinHalves({ vault: asKeyHalf(bare(vault)), guardian: asKeyHalf(bare(guardian)) })).toEqual(
        asRecordingKey(bare(key)),
      );
    }
    for (const { why, half } of vectors.invalid)
      expect(() => asKeyHalf(bare(half)), why).toThrow(expect.objectContaining({ code: 'cannot-open' }));
  });
});

describe('envelopes of halves', () => {
  it('[SEAL25] [SEAL26] [VLT41] each goes to its one recipient and to nobody else', async () => {
    const [vault, guardian] = [await party(), await party()];
    const halves = splitKey(freshRecordingKey(random), random);
    const sealed = await sealHalves(
      'one',
      halves,
      { vault: vault.recipient, guardian: guardian.recipient },
      LABEL,
    );
    expect(await openVaultHalf('one', sealed.vault, vault.identity)).toEqual(halves.vault);
    expect(await openGuardianHalf('one', sealed.guardian, guardian.identity)).toEqual({
      half: halves.guardian,
      label: LABEL,
    });
    const closed = { code: 'cannot-open' };
    await expect(openVaultHalf('one', sealed.vault, guardian.identity)).rejects.toMatchObject(closed);
    await expect(openGuardianHalf('one', sealed.guardian, vault.identity)).rejects.toMatchObject(closed);
  });

  it('[SEAL25] neither for another recording, nor one in the place of the other, nor a whole key', async () => {
    const { identity, recipient } = await party();
    const other = await party();
    const halves = splitKey(freshRecordingKey(random), random);
    const closed = { code: 'cannot-open' };
    const ours = await sealHalves('one', halves, { vault: recipient, guardian: other.recipient }, LABEL);
    const swapped = await sealHalves('one', halves, { vault: other.recipient, guardian: recipient }, LABEL);
    const whole = await sealEnvelope('one', freshRecordingKey(random), [recipient]);
    await expect(openVaultHalf('two', ours.vault, identity)).rejects.toMatchObject(closed);
    await expect(openGuardianHalf('two', swapped.guardian, identity)).rejects.toMatchObject(closed);
    await expect(openVaultHalf('one', swapped.guardian, identity)).rejects.toMatchObject(closed);
    await expect(openGuardianHalf('one', ours.vault, identity)).rejects.toMatchObject(closed);
    await expect(openVaultHalf('one', whole, identity)).rejects.toMatchObject(closed);
    await expect(openEnvelope('one', ours.vault, [identity])).rejects.toMatchObject(closed);
  });

  it('[SEAL27] hybrid recipients only, one each, and not the same for both', async () => {
    const { identity, recipient } = await party();
    const classic = await identityToRecipient(await generateX25519Identity());
    const halves = splitKey(freshRecordingKey(random), random);
    for (const to of [
      { vault: recipient, guardian: recipient },
      { vault: classic, guardian: recipient },
      { vault: recipient, guardian: classic },
      { vault: '', guardian: recipient },
    ]) {
      await expect(sealHalves('one', halves, to, LABEL)).rejects.toMatchObject({ code: 'bad-recipient' });
    }
    // Others' envelopes with a second reader, or a classic one, are closed although the identity fits.
    const content = Buffer.concat([Uint8Array.of(2), halves.vault, Buffer.from('one')]);
    const made = async (...recipients: string[]) => {
      const encrypter = new Encrypter();
      for (const one of recipients) encrypter.addRecipient(one);
      return encrypter.encrypt(new Uint8Array(content));
    };
    expect(await openVaultHalf('one', await made(recipient), identity)).toEqual(halves.vault);
    const second = (await party()).recipient;
    await expect(openVaultHalf('one', await made(recipient, second), identity)).rejects.toMatchObject({
      code: 'cannot-open',
    });
  });

  it('[SEAL26] a label is a week and at most a task card, in one spelling', async () => {
    const [vault, guardian] = [await party(), await party()];
    const to = { vault: vault.recipient, guardian: guardian.recipient };
    const halves = splitKey(freshRecordingKey(random), random);
    const free = await sealHalves('one', halves, to, { week: '2026-W01', card: null });
    expect((await openGuardianHalf('one', free.guardian, guardian.identity)).label).toEqual({
      week: '2026-W01',
      card: null,
    });
    for (const label of [
      { week: '2026-W54', card: null },
      { week: '2026-W01\nevil', card: null },
      { week: '2026-W01', card: { id: 'A card', version: 1 } },
      { week: '2026-W01', card: { id: 'card', version: 0 } },
    ])
      await expect(sealHalves('one', halves, to, label)).rejects.toThrow(RangeError);
  });
});

describe('what a guardian gives a job', () => {
  it('[SEAL30] [SEAL31] opens for the job alone, for the access that it was given for', async () => {
    const [job, stranger] = [await party(), await party()];
    const halves = new Map(
      ['one', 'two', 'a-longer_one'].map((id) => [id, splitKey(freshRecordingKey(random), random).guardian]),
    );
    const access = random(32);
    const envelope = await sealJobHalves(access, halves, job.recipient);
    expect(await openJobHalves(access, envelope, job.identity)).toEqual(halves);
    const closed = { code: 'cannot-open' };
    await expect(openJobHalves(random(32), envelope, job.identity)).rejects.toMatchObject(closed);
    await expect(openJobHalves(access, envelope, stranger.identity)).rejects.toMatchObject(closed);
    expect(
      await openJobHalves(access, await sealJobHalves(access, new Map(), job.recipient), job.identity),
    ).toEqual(new Map());
  });

  it('[SEAL32] whatever else is sealed to the job is refused', async () => {
    const { identity, recipient } = await party();
    const access = random(32);
    const sealed = async (content: Uint8Array) => {
      const encrypter = new Encrypter();
      encrypter.addRecipient(recipient);
      return encrypter.encrypt(new Uint8Array(content));
    };
    const one = [1, 0x61, ...new Uint8Array(32).fill(7)];
    const whole = (count: number, ...rest: number[]) => Uint8Array.of(4, ...access, 0, count, ...rest);
    expect((await openJobHalves(access, await sealed(whole(1, ...one)), identity)).size).toBe(1);
    for (const content of [
      Uint8Array.of(4),
      Uint8Array.of(3, ...access, 0, 0),
      whole(1),
      whole(2, ...one),
      whole(1, ...one.slice(0, -1)),
      whole(1, ...one, 0),
      whole(2, ...one, ...one),
      whole(1, 0, ...new Uint8Array(32)),
    ]) {
      await expect(openJobHalves(access, await sealed(content), identity)).rejects.toMatchObject({
        code: 'cannot-open',
      });
    }
  });
});

describe("the vault's halves", () => {
  const setUp = async () => {
    const [vault, guardian] = [await party(), await party()];
    const store = makeMemoryKeyStore();
    const to = { vault: vault.recipient, guardian: guardian.recipient };
    const ring = makeHalfRing({ store, identity: vault.identity });
    const seal = async (id: string) => {
      const halves = splitKey(freshRecordingKey(random), random);
      return { halves, envelope: (await sealHalves(id, halves, to, LABEL)).vault };
    };
    return { ring, store, seal, again: () => makeHalfRing({ store, identity: vault.identity }) };
  };

  it('[VLT44] [VLT45] are kept once, given as copies, and outlast a restart', async () => {
    const { ring, seal, again } = await setUp();
    const { halves, envelope } = await seal('one');
    await ring.keep('one', envelope);
    await ring.keep('one', envelope);
    (await ring.open('one')).fill(0);
    expect(await ring.open('one')).toEqual(halves.vault);
    expect(await again().open('one')).toEqual(halves.vault);
    await expect(ring.keep('one', (await seal('one')).envelope)).rejects.toMatchObject({ code: 'exists' });
    await expect(ring.keep('two', envelope)).rejects.toMatchObject({ code: 'cannot-open' });
    await expect(ring.open('two')).rejects.toMatchObject({ code: 'unknown' });
    await expect(ring.open('../one')).rejects.toMatchObject({ code: 'unknown' });
  });

  it('[VLT46] once destroyed do not come back, also when they were never there', async () => {
    const { ring, store, seal, again } = await setUp();
    const { halves, envelope } = await seal('one');
    await ring.keep('one', envelope);
    await ring.destroy('one');
    for (const one of [ring, again()]) {
      await expect(one.open('one')).rejects.toMatchObject({ code: 'destroyed' });
      await expect(one.keep('one', envelope)).rejects.toMatchObject({ code: 'destroyed' });
    }
    expect((await store.get('one'))?.length).toBe(1);
    await ring.destroy('later');
    await expect(ring.keep('later', (await seal('later')).envelope)).rejects.toMatchObject({
      code: 'destroyed',
    });
    expect(halves.vault).toHaveLength(32);
  });

  it('[VLT47] the store alone is useless: the half is not in it', async () => {
    const { ring, store, seal } = await setUp();
    const { halves, envelope } = await seal('one');
    await ring.keep('one', envelope);
    const stored = Buffer.from((await store.get('one')) ?? []);
    expect(stored.includes(Buffer.from(halves.vault))).toBe(false);
  });
});
