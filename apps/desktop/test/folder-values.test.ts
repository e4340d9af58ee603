import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { folderKeyRing } from '../src/spool/folder-keys.ts';
import { folderValues } from '../src/spool/folder-values.ts';
import { holdFolder, type RecorderFolder } from '../src/spool/recorder-folder.ts';
import { removeFolder, temporaryFolder } from './memory-daemon.ts';

let path: string;
let folder: RecorderFolder;
beforeEach(async () => {
  path = await temporaryFolder();
  folder = await holdFolder(path);
});
afterEach(async () => {
  await folder.release();
  await removeFolder(path);
});

const opened = async () => folderValues(folder, await folderKeyRing(folder));

test('[DSK52] values lie sealed, are for their owner alone, and come back as they were in another process', async () => {
  const value = {
    token: 'hunterquill',
    bytes: new Uint8Array([1, 2]),
    tiles: new Map([['a', new Set([1])]]),
  };
  await (await opened())<typeof value>('one').put(value);
  value.bytes.fill(0);
  const again = await (await opened())<typeof value>('one').get();
  expect(again?.token).toBe('hunterquill');
  expect([...(again?.bytes ?? [])]).toEqual([1, 2]);
  expect(again?.tiles.get('a')?.has(1)).toBe(true);
  const at = join(path, 'values');
  expect((await stat(join(at, 'one'))).mode & 0o077).toBe(0);
  expect(await readdir(at)).toEqual(['one']);
  expect((await readFile(join(at, 'one'))).includes('hunterquill')).toBe(false);
});

test('[DSK54] a value that can not be read is none, and one under another name is not this one', async () => {
  const keep = await opened();
  await keep<number>('one').put(1);
  const bytes = await readFile(join(path, 'values', 'one'));
  await writeFile(join(path, 'values', 'two'), bytes);
  expect(await keep<number>('two').get()).toBe(null);
  bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
  await writeFile(join(path, 'values', 'one'), bytes);
  expect(await keep<number>('one').get()).toBe(null);
  await keep<number>('one').remove();
  expect(await keep<number>('one').get()).toBe(null);
});
