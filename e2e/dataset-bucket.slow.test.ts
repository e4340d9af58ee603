import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUCKET_FILE } from '../apps/server/src/blobs/part-blobs.ts';
import { FaultyS3 } from '../apps/server/test/s3-with-faults.ts';
import { BuildHouse } from './build-house.ts';

/** Everything that people released lies in a bucket that fails one call in five, from its upload to the release. */
const PEOPLE = 24;
let s3: FaultyS3;
let house: BuildHouse;

beforeAll(async () => {
  s3 = await FaultyS3.start();
  house = await BuildHouse.start(PEOPLE, (data) => {
    const secretFile = join(data, 'bucket-secret');
    const { secretAccessKey, ...said } = s3.place;
    writeFileSync(secretFile, secretAccessKey, { mode: 0o600 });
    writeFileSync(join(data, BUCKET_FILE), JSON.stringify({ ...said, secretFile }));
  });
}, 240_000);
afterAll(async () => {
  await house?.stop();
  await s3?.stop();
});

describe('a build from a bucket that fails one call in five', () => {
  it('[REL2] [REL120] [REL125] is of one process and of two workers the bytes that it is of one that never fails', async () => {
    expect(await house.killedAt(`task 1 of ${PEOPLE}`, 'one')).toBe('SIGKILL');
    cpSync(house.at('.one.building'), house.at('salt'), { recursive: true });
    const made: Map<string, string>[] = [];
    for (const [oneIn, workers] of [
      [Number.POSITIVE_INFINITY, []],
      [5, []],
      [5, ['--workers', '2']],
    ] as const) {
      for (const name of ['one', 'one.keys', '.one.building'])
        rmSync(house.at(name), { recursive: true, force: true });
      cpSync(house.at('salt'), house.at('.one.building'), { recursive: true });
      s3.oneIn = oneIn;
      const { code, said } = await house.build('one', { more: [...workers] });
      expect([code, said]).toEqual([0, expect.stringContaining(`${PEOPLE} tasks`)]);
      made.push(house.filesOf('one').set('keys', readFileSync(house.at('one.keys'), 'utf8')));
    }
    expect(made[1]).toEqual(made[0]);
    expect(made[2]).toEqual(made[0]);
    expect(readdirSync(house.root).filter((name) => name.startsWith('.'))).toEqual([]);
    const failed = s3.calls.filter(({ fault }) => fault).length;
    console.log('calls', s3.calls.length, 'failed', failed);
    expect(failed).toBeGreaterThan(20);
    // Nothing lies on the disk.
    const parts = readdirSync(join(house.data, 'blobs'), { recursive: true, withFileTypes: true });
    expect(parts.filter((one) => one.isFile())).toEqual([]);
  }, 180_000);
});
