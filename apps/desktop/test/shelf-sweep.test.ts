import { readdir } from 'node:fs/promises';
import { ServerClient } from '@aboveboard/capture/line/server-client';
import { freshRecordingId } from '@aboveboard/protocol/recording-id';
import type { RecordingSummary } from '@aboveboard/protocol/recording-summary';
import type { KeyRing } from '@aboveboard/vault/keyring';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { randomOf } from '../src/live-recording.ts';
import { Releases } from '../src/release/releases.ts';
import { folderKeyRing } from '../src/spool/folder-keys.ts';
import { holdFolder, type RecorderFolder } from '../src/spool/recorder-folder.ts';
import { Shelf, type ShelfRow } from '../src/spool/shelf.ts';
import { removeFolder, temporaryFolder } from './memory-daemon.ts';

let path: string;
let folder: RecorderFolder;
let keys: KeyRing;
let shelf: Shelf;
beforeEach(async () => {
  path = await temporaryFolder();
  folder = await holdFolder(path);
  keys = await folderKeyRing(folder);
  shelf = new Shelf(folder, keys);
});
afterEach(async () => {
  await folder.release();
  await removeFolder(path);
});

/** A recording with a key and a part, as far as the shelf can see. */
async function lying(row: Partial<ShelfRow> | null): Promise<string> {
  const id = freshRecordingId(randomOf);
  await keys.create(id);
  await shelf.parts(id).put({ recording: id, index: 0, kind: 'events' }, new Uint8Array([1]));
  if (row) await shelf.put({ ...ROW, ...row, id });
  return id;
}

const ROW: ShelfRow = {
  id: '',
  state: 'reviewing',
  week: '2026-W48',
  tickMicroseconds: 1000,
  task: { kind: 'free', text: 'Save it' },
  signals: ['pointer'],
  agreement: { id: 'works', version: 1, digest: 'ab'.repeat(32) },
  receipt: 'cd'.repeat(32),
};
const AT_DESK = async () => ({ network: 'unmetered', power: 'mains' }) as const;
const resting = (from: string) => ({ from, recallUntil: 2_000, uploadAt: 3_000, sent: 0, parts: 1 });

test('[DSK88] what a cut left between a result and its release goes with its key; what waits for her stays', async () => {
  const waiting = await lying({});
  const unreleased = await lying(null);
  const original = await lying({});
  const result = await lying({ state: 'cooling', release: resting(original) });
  await shelf.sweep();
  expect((await shelf.all()).map(({ id }) => id).toSorted()).toEqual([waiting, result].toSorted());
  for (const id of [unreleased, original]) await expect(keys.open(id)).rejects.toThrow();
  for (const id of [waiting, result]) expect(await keys.open(id)).toHaveLength(32);
  const folders = (await readdir(folder.recordings)).filter((name) => !name.endsWith('.row'));
  expect(folders.toSorted()).toEqual([waiting, result].toSorted());
});

test('[DSK86] nothing leaves before its time, and nothing without a way to both who keep halves', async () => {
  const id = await lying({ state: 'cooling', release: resting('AAAAAAAAAAAAAAAAAAAAAA') });
  const asked: string[] = [];
  const releases = new Releases({
    shelf,
    keys,
    now: () => 1_000,
    conditions: AT_DESK,
    way: () => {
      const refuse = () => {
        asked.push('client');
        throw new Error('asked');
      };
      return { recipients: refuse, client: refuse, close: async () => undefined };
    },
  });
  void releases.tend();
  await releases.close();
  expect(asked).toEqual([]);
  expect(await shelf.get(id)).toMatchObject({ state: 'cooling', release: { uploadAt: 3_000 } });
  expect((await shelf.get(id))?.release?.fault).toBeUndefined();

  const later = new Releases({ shelf, keys, now: () => 9_000, conditions: AT_DESK, way: () => null });
  void later.tend();
  await later.close();
  expect(await shelf.get(id)).toMatchObject({ state: 'cooling' });
  expect(await later.recall(id)).toBe(true);
  expect(await shelf.get(id)).toMatchObject({ state: 'reviewing' });
  expect((await shelf.get(id))?.release).toBeUndefined();
});

test('[UPL61] what is sealed to a recipient that is gone is not sent again, and sealed anew when another is said', async () => {
  const to = { vault: 'old', guardian: 'y' };
  const leaving = { vault: 'AAAA', guardian: 'BBBB', summary: {} as RecordingSummary, to };
  const id = await lying({ state: 'uploading', release: { ...resting('A'.repeat(22)), sent: 1, leaving } });
  let said = 'old';
  const announced: string[] = [];
  const attempt = async () => {
    const releases = new Releases({
      shelf,
      keys,
      now: () => Date.parse('2100-01-01'),
      conditions: AT_DESK,
      way: () => ({
        recipients: async () => ({ vault: said, guardian: 'y' }),
        client: () =>
          new ServerClient(async ({ body }) => {
            announced.push(new TextDecoder().decode(body as Uint8Array));
            const fault = { rule: 'UPL60', at: 'envelopes.vault', message: 'gone' };
            const text = JSON.stringify({ error: { code: 'refused', message: 'Refused.', faults: [fault] } });
            return { status: 422, body: new TextEncoder().encode(text) };
          }, 'token'),
        close: async () => undefined,
      }),
    });
    const due = { ...((await shelf.get(id)) as ShelfRow) };
    if (due.release) await shelf.put({ ...due, release: { ...due.release, uploadAt: 0 } });
    void releases.tend();
    await expect.poll(async () => (await shelf.get(id))?.release?.uploadAt).not.toBe(0);
    await releases.close();
    return (await shelf.get(id))?.release;
  };
  const refused = await attempt();
  expect(refused).toMatchObject({ sent: 0, gone: { vault: 'old' }, fault: 'Refused.' });
  expect(refused?.leaving).toBeUndefined();
  expect(announced).toHaveLength(1);
  expect((await attempt())?.fault).toContain('not said yet');
  expect(announced).toHaveLength(1);
  said = 'new';
  // There is nothing to seal in this one; that it gets as far is what shows.
  expect((await attempt())?.fault).toBe('It stopped.');
  expect(announced).toHaveLength(1);
});
