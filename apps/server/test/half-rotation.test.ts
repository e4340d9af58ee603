import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recipientOf, sealEnvelope } from '@aboveboard/vault/envelope';
import { sealVaultHalf } from '@aboveboard/vault/half-envelope';
import { makeHalfRing } from '@aboveboard/vault/half-ring';
import { asKeyHalf, type KeyHalf } from '@aboveboard/vault/key-half';
import { asRecordingKey } from '@aboveboard/vault/recording-key';
import { generateHybridIdentity } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diskLayer, type FileLayer } from '../src/blobs/file-layer.ts';
import { ageIdentity } from '../src/keys/age-identity.ts';
import { writeDurably } from '../src/keys/durable-file.ts';
import { formatIdentityFile, identityName, parseIdentityFile } from '../src/keys/identity-file.ts';
import { openKeyFiles } from '../src/keys/key-files.ts';
import { openGivenJournal } from '../src/vault/given-journal.ts';
import {
  identitiesAt,
  makeIdentity,
  type RotationPlace,
  resealAll,
  retireOlder,
} from '../src/vault/identity-rotation.ts';
import { takeRotationFolder } from '../src/vault/rotation-folder.ts';
import { halfStore, serverStores } from '../src/vault/sealed-stores.ts';
import { ForgetfulDisk, seeded } from './forgetful-disk.ts';

const root = mkdtempSync(join(tmpdir(), 'aboveboard-rotation-'));
afterAll(() => rmSync(root, { recursive: true }));

const NOW = Date.parse('2026-11-23T12:00:00.000Z');
const FILE = 'vault.age-identity';
const nameOf = (id: string) => createHash('sha256').update(id).digest('hex');
const marked = (mark: number, envelope: Uint8Array) => Uint8Array.of(mark, ...envelope);
const random = () => new Uint8Array(randomBytes(32));

/** Halves of made-up recordings, sealed to one made-up vault; its first identity in a file as earlier versions wrote it. */
const halves = new Map<string, KeyHalf>(['one', 'two'].map((id) => [id, asKeyHalf(random())]));
const GONE = 'gone';
const sealed = new Map<string, Uint8Array>();
let first: { identity: string; recipient: string };
let firstFile: string;
beforeAll(async () => {
  const identity = await generateHybridIdentity();
  first = { identity, recipient: await recipientOf(identity) };
  firstFile = `# Aboveboard vault identity\n# recipient: ${first.recipient}\n${identity}\n`;
  for (const [id, half] of halves) sealed.set(id, marked(2, await sealVaultHalf(id, half, first.recipient)));
});

let folders = 0;
/** A vault's folder on this layer, as it stands before anything is changed. */
async function vault(files: FileLayer = diskLayer): Promise<RotationPlace> {
  const folder = join(root, `vault-${folders++}`);
  await files.makeFolder(folder);
  await files.makeFolder(join(folder, 'halves'));
  await writeDurably(join(folder, FILE), Buffer.from(firstFile), files);
  const put = (id: string, value: Uint8Array) =>
    writeDurably(join(folder, 'halves', nameOf(id)), value, files);
  for (const [id, value] of sealed) await put(id, value);
  await put(GONE, Uint8Array.of(0));
  return { folder, stores: [halfStore(folder)], now: () => NOW, files };
}

async function ringOf({ folder, files = diskLayer }: RotationPlace) {
  const { identity, older } = await ageIdentity('vault', folder, undefined, files);
  const store = await openKeyFiles(join(folder, 'halves'), { owner: true, files });
  return makeHalfRing({ store, identity: [identity, ...older] });
}

/** What of the recordings does not open as it did, or opens that was destroyed; empty: nothing. */
async function faultsOf(place: RotationPlace): Promise<string[]> {
  const ring = await ringOf(place);
  const faults: string[] = [];
  for (const [id, half] of halves) {
    const is = await ring.open(id).catch((error: Error) => error.message);
    if (typeof is === 'string') faults.push(`${id}: ${is}`);
    else if (is.some((byte, i) => byte !== half[i])) faults.push(`${id}: another half`);
  }
  const gone = await ring.open(GONE).catch((error: { code: string }) => error.code);
  if (gone !== 'destroyed') faults.push(`${GONE} is ${typeof gone === 'string' ? gone : 'back'}`);
  return faults;
}

describe('another identity of the vault', () => {
  it('[VLT100] a file of before is read as it was, and written back to the byte', async () => {
    const file = await parseIdentityFile(firstFile);
    expect(file).toMatchObject({
      of: nameOf(first.recipient).slice(0, 32),
      held: [{ ...first, since: null, until: null }],
      retired: [],
    });
    expect(file && formatIdentityFile(file)).toBe(firstFile);
    expect(await parseIdentityFile('# nothing\n')).toBe(null);
  });

  it('[VLT101] [VLT102] is made beside the old one: what was sealed to either opens, and is taken', async () => {
    const place = await vault();
    const { recipient, name } = await makeIdentity(place);
    expect(name).toBe(identityName(recipient));
    const { held } = await identitiesAt(place);
    expect(held).toMatchObject([
      { recipient, since: '2026-11-23T12:00:00.000Z', until: null },
      { recipient: first.recipient, since: null, until: '2026-11-23T12:00:00.000Z' },
    ]);
    expect(await faultsOf(place)).toEqual([]);
    const ring = await ringOf(place);
    const [late, next] = [asKeyHalf(random()), asKeyHalf(random())];
    await ring.keep('late', await sealVaultHalf('late', late, first.recipient));
    await ring.keep('next', await sealVaultHalf('next', next, recipient));
    expect([await ring.open('late'), await ring.open('next')]).toEqual([late, next]);
    await expect(makeIdentity(place)).rejects.toMatchObject({ code: 'under-way' });
    expect((await identitiesAt(place)).held).toHaveLength(2);
  });

  it('[VLT103] [VLT104] all that is kept is sealed to it, once; what was destroyed stays so', async () => {
    const place = await vault();
    const { recipient } = await makeIdentity(place);
    expect(await resealAll(place)).toEqual({ resealed: 2, already: 0, destroyed: 1 });
    expect(await faultsOf(place)).toEqual([]);
    const [newest] = (await identitiesAt(place)).held;
    expect(newest?.recipient).toBe(recipient);
    const store = await openKeyFiles(join(place.folder, 'halves'), { owner: false });
    const alone = makeHalfRing({ store, identity: newest?.identity ?? '' });
    for (const [id, half] of halves) expect(await alone.open(id)).toEqual(half);
    const before = readdirSync(join(place.folder, 'halves')).map((name) =>
      readFileSync(join(place.folder, 'halves', name)),
    );
    expect(await resealAll(place)).toEqual({ resealed: 0, already: 2, destroyed: 1 });
    const after = readdirSync(join(place.folder, 'halves')).map((name) =>
      readFileSync(join(place.folder, 'halves', name)),
    );
    expect(after).toEqual(before);
  });

  it('[VLT105] is not retired while one half needs it, with the count; nothing is changed then', async () => {
    const place = await vault();
    await makeIdentity(place);
    const before = readFileSync(join(place.folder, FILE), 'utf8');
    await expect(retireOlder(place)).rejects.toMatchObject({ code: 'needed', count: 2 });
    await resealAll(place);
    // One that came in between, sealed to the old one.
    const ring = await ringOf(place);
    await ring.keep('late', await sealVaultHalf('late', asKeyHalf(random()), first.recipient));
    await expect(retireOlder(place)).rejects.toMatchObject({ code: 'needed', count: 1 });
    expect(readFileSync(join(place.folder, FILE), 'utf8')).toBe(before);
    await resealAll(place);
    expect(await retireOlder(place)).toEqual({ retired: [identityName(first.recipient)] });
    expect(await faultsOf(place)).toEqual([]);
    expect(await retireOlder(place)).toEqual({ retired: [] });
  });

  it('[VLT105] what opens with nothing, or is another’s, is neither sealed anew nor retired over', async () => {
    const place = await vault();
    await makeIdentity(place);
    const stranger = await recipientOf(await generateHybridIdentity());
    const bad = new Map([
      ['four', marked(2, await sealVaultHalf('four', asKeyHalf(random()), stranger))],
      ['five', sealed.get('one') as Uint8Array],
      ['six', Uint8Array.of(9, 9)],
    ]);
    for (const [id, value] of bad) writeFileSync(join(place.folder, 'halves', nameOf(id)), value);
    await expect(resealAll(place)).rejects.toMatchObject({ code: 'damaged', count: 3 });
    for (const [id, value] of bad)
      expect(new Uint8Array(readFileSync(join(place.folder, 'halves', nameOf(id))))).toEqual(value);
    expect(await faultsOf(place)).toEqual([]);
    await expect(retireOlder(place)).rejects.toMatchObject({ code: 'needed', count: 3 });
  });

  it('[VLT106] [VLT107] once retired it is nowhere in the file, and what is sealed to it is for another', async () => {
    const place = await vault();
    const wiped: string[] = [];
    const wiping: NonNullable<FileLayer['wiping']> = async (path) => {
      const one = await diskLayer.wiping?.(path);
      return {
        async wipe() {
          await one?.wipe();
          wiped.push(path);
        },
        close: async () => one?.close(),
      };
    };
    await makeIdentity(place);
    await resealAll(place);
    await retireOlder({ ...place, files: { ...diskLayer, wiping } });
    const text = readFileSync(join(place.folder, FILE), 'utf8');
    expect(text).not.toContain(first.identity);
    expect(text).toContain(`# retired: ${identityName(first.recipient)} since - until 2026-11-23`);
    expect(wiped).toEqual([join(place.folder, FILE)]);
    const { of } = await identitiesAt(place);
    expect(of).toBe(nameOf(first.recipient).slice(0, 32));
    const ring = await ringOf(place);
    const late = await sealVaultHalf('late', asKeyHalf(random()), first.recipient);
    const refused = { code: 'cannot-open', isForAnother: true };
    await expect(ring.keep('late', late)).rejects.toMatchObject(refused);
    await expect(ring.check('late', new Uint8Array(late.length))).rejects.toMatchObject({
      ...refused,
      isForAnother: false,
    });
    // And after the next one too, whose file says both.
    await makeIdentity(place);
    expect((await identitiesAt(place)).retired).toHaveLength(1);
    expect((await ageIdentity('vault', place.folder, undefined)).of).toBe(of);
  });

  it('[VLT106] wipes the bytes where they were, when the name is another file’s', async () => {
    const path = join(root, 'wiped');
    writeFileSync(path, 'secret');
    const one = await diskLayer.wiping?.(path);
    const kept = join(root, 'another-name');
    await diskLayer.rename(path, kept);
    await one?.wipe();
    await one?.close();
    expect([...readFileSync(kept)]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('[VLT108] the vault’s journal says each of it, and is read again', async () => {
    const { folder } = await vault();
    const taken = await takeRotationFolder(folder, () => NOW);
    expect(taken.of).toBe('vault');
    // [VLT104] Nobody else has it meanwhile.
    await expect(takeRotationFolder(folder, () => NOW)).rejects.toThrow('Another vault listens');
    const { name } = await makeIdentity(taken.place);
    await resealAll(taken.place);
    await retireOlder(taken.place);
    taken.release();
    const lines = readFileSync(join(folder, 'given.jsonl'), 'utf8').trimEnd().split('\n');
    const at = NOW / 1000;
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { at, identity: 'made', name },
      { at, identity: 'resealed', name, halves: 2 },
      { at, identity: 'retired', name: identityName(first.recipient) },
    ]);
    openGivenJournal(folder).close();
  });

  it('[VLT110] of a vault within a server, keys of imports and uploads under way are sealed anew as well', async () => {
    const files = diskLayer;
    const { folder } = await vault();
    const key = asRecordingKey(random());
    const pending = {
      vault: sealed.get('two')?.subarray(1),
      guardian: 'AAAA',
      summary: { week: '2026-W47' },
    };
    await files.makeFolder(join(folder, 'recordings'));
    await files.makeFolder(join(folder, 'pending'));
    const own = await sealEnvelope('import', key, [first.recipient]);
    writeFileSync(join(folder, 'recordings', nameOf('import')), marked(1, own));
    const text = JSON.stringify({ ...pending, vault: Buffer.from(pending.vault ?? []).toString('base64') });
    writeFileSync(join(folder, 'pending', 'a1b2'), text);
    const place: RotationPlace = { folder, stores: serverStores(folder), now: () => NOW };
    await makeIdentity(place);
    await expect(retireOlder(place)).rejects.toMatchObject({ code: 'needed', count: 4 });
    expect(await resealAll(place)).toEqual({ resealed: 4, already: 0, destroyed: 1 });
    await retireOlder(place);
    expect(await faultsOf(place)).toEqual([]);
    const after = JSON.parse(readFileSync(join(folder, 'pending', 'a1b2'), 'utf8')) as typeof pending;
    expect(after).toMatchObject({ guardian: 'AAAA', summary: { week: '2026-W47' } });
    const ring = await ringOf(place);
    await ring.check('two', new Uint8Array(Buffer.from(String(after.vault), 'base64')));
  });
});

describe('killed at each write, and each write lost or kept', () => {
  const steps = {
    made: makeIdentity,
    resealed: resealAll,
    retired: retireOlder,
  } as const;
  const order = ['made', 'resealed', 'retired'] as const;

  /** Everything before `step` done; then `step`, which dies at its n-th write. False: it was done before that. */
  async function dies(step: (typeof order)[number], n: number, chance: () => number) {
    const files = new ForgetfulDisk();
    const place = await vault(files);
    for (const before of order.slice(0, order.indexOf(step))) await steps[before](place);
    files.cut(() => 1);
    files.failAt = n;
    const died = await steps[step](place).then(
      () => false,
      () => true,
    );
    files.cut(chance);
    return { place, died };
  }

  it.each(order)(
    '[VLT101] [VLT103] [VLT106] %s: every half opens, and the same again ends it',
    async (step) => {
      const chance = seeded(order.indexOf(step) + 1);
      for (let n = 0, died = true; died; n++) {
        const one = await dies(step, n, chance);
        died = one.died;
        const at = `${step}, write ${n}`;
        expect(await faultsOf(one.place), at).toEqual([]);
        // Where a new identity was durable, it is not made again.
        if ((await identitiesAt(one.place)).held.length === 1 && step === 'made')
          await makeIdentity(one.place);
        await resealAll(one.place);
        await retireOlder(one.place);
        expect(await faultsOf(one.place), at).toEqual([]);
        expect((await identitiesAt(one.place)).held, at).toHaveLength(1);
      }
    },
  );

  it('[VLT105] a hole is seen: an identity that is retired untried loses every half', async () => {
    const files = new ForgetfulDisk();
    const place = await vault(files);
    await makeIdentity(place);
    await retireOlder({ ...place, stores: [] });
    expect(await faultsOf(place)).toHaveLength(2);
  });
});
