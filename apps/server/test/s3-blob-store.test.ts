import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBackup } from '../src/backup/make-backup.ts';
import { openBlobStore } from '../src/blobs/blob-store.ts';
import { BUCKET_FILE, openPartBlobs } from '../src/blobs/part-blobs.ts';
import { openS3BlobStore } from '../src/blobs/s3-blob-store.ts';
import { BlobStoreDown, s3Calls } from '../src/blobs/s3-calls.ts';
import { folderPaths } from '../src/data-folder.ts';
import { blobStoreContract } from './blob-store-contract.ts';
import { FaultyS3, S3_FAULTS, type S3Fault } from './s3-with-faults.ts';
import { clearFolders, temporaryFolder } from './server.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const blob = (n: number) => new Uint8Array(Buffer.from(`sealed part number ${n} `.repeat(5)));
const soon = { pause: async () => undefined };
const stores: FaultyS3[] = [];
const faulty = async (oneIn: number, faults: readonly S3Fault[] = S3_FAULTS) => {
  const s3 = await FaultyS3.start();
  stores.push(s3);
  return Object.assign(s3, { oneIn, faults });
};
afterAll(async () => {
  for (const s3 of stores) await s3.stop();
  clearFolders();
});

const inBucket = (oneIn: number) => async () => {
  const s3 = await faulty(oneIn);
  return {
    open: () => openS3BlobStore(s3.place, 'ours', soon),
    decay: async (name: string) => {
      const put = { method: 'PUT' as const, name: `parts/${name}`, body: new Uint8Array([1, 2, 3]) };
      expect((await s3Calls(s3.direct)(put)).status).toBe(200);
    },
  };
};

describe('on a disk', () => {
  blobStoreContract(async () => {
    const folder = temporaryFolder();
    return {
      open: () => openBlobStore(folder, { owner: true }),
      decay: async (name) => writeFileSync(join(folder, name.slice(0, 2), name), 'decayed'),
    };
  });
});
describe('in a bucket', () => blobStoreContract(inBucket(Number.POSITIVE_INFINITY)));
describe('in a bucket that fails one call in five', () => blobStoreContract(inBucket(5)));

describe('a bucket', () => {
  let s3: FaultyS3;
  beforeAll(async () => {
    s3 = await faulty(5);
  });

  it('[REL125] that fails one call in five loses nothing that was acknowledged, and has nothing twice', async () => {
    const store = await openS3BlobStore(s3.place, 'ours', soon);
    const numbers = Array.from({ length: 150 }, (_, n) => n);
    for (let from = 0; from < 150; from += 10)
      await Promise.all(numbers.slice(from, from + 10).map((n) => store.put(sha256(blob(n)), blob(n))));
    const direct = await openS3BlobStore(s3.direct, 'ours', soon);
    const names: string[] = [];
    for await (const name of direct.list()) names.push(name);
    expect(names.sort()).toEqual(numbers.map((n) => sha256(blob(n))).sort());
    for (const n of numbers)
      expect(Buffer.from((await store.get(sha256(blob(n)))) ?? [])).toEqual(Buffer.from(blob(n)));
    const share = s3.calls.filter(({ fault }) => fault).length / s3.calls.length;
    expect(share).toBeGreaterThan(0.12);
    expect(new Set(s3.calls.map(({ fault }) => fault))).toEqual(new Set([null, ...S3_FAULTS]));
  }, 30_000);

  it.each(S3_FAULTS.filter((fault) => fault !== 'other-bytes'))(
    '[REL125] whose every call ends with %s acknowledges nothing, and says that it is down',
    async (fault) => {
      const broken = await faulty(Number.POSITIVE_INFINITY);
      const store = await openS3BlobStore(broken.place, 'ours', soon);
      Object.assign(broken, { oneIn: 1, faults: [fault] });
      await expect(store.get(sha256(blob(1)))).rejects.toThrow(BlobStoreDown);
      // An answer without bytes can not be cut off.
      if (fault !== 'cut-off')
        await expect(store.put(sha256(blob(1)), blob(1))).rejects.toThrow(BlobStoreDown);
    },
    30_000,
  );

  it('[REL126] of another installation, or with parts and nobody’s name, is refused before anything is changed', async () => {
    const other = await faulty(Number.POSITIVE_INFINITY);
    const theirs = await openS3BlobStore(other.place, 'theirs', soon);
    await theirs.put(sha256(blob(1)), blob(1));
    await expect(openS3BlobStore(other.place, 'ours', soon)).rejects.toThrow('another installation');
    await s3Calls(other.direct)({ method: 'DELETE', name: 'aboveboard-owner' });
    await expect(openS3BlobStore(other.place, 'ours', soon)).rejects.toThrow('nobody');
    expect(await theirs.get(sha256(blob(1)))).not.toBeNull();
  });

  it('[REL127] that is not there has no part that is missing', async () => {
    const gone = { ...s3.direct, url: s3.direct.url.replace('aboveboard', 'elsewhere') };
    await expect(openS3BlobStore(gone, 'ours', soon)).rejects.toThrow(BlobStoreDown);
  });

  it('[REL127] [REL128] that redirects, answers without an end, or lists without one is left', async () => {
    let answer = (_: string): [number, Record<string, string>, string] => [404, {}, '<Code>NoSuchKey</Code>'];
    let reached = 0;
    const elsewhere = createServer((_, response) => {
      reached++;
      response.end('ours');
    });
    const liar = createServer((asked, response) => {
      const [status, headers, body] = answer(asked.url ?? '');
      response.writeHead(status, headers).end(body);
    });
    for (const server of [elsewhere, liar])
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const at = (server: typeof liar) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const place = { ...s3.direct, url: `${at(liar)}/aboveboard` };
    answer = () => [307, { location: at(elsewhere) }, ''];
    await expect(openS3BlobStore(place, 'ours', soon)).rejects.toThrow('307');
    expect(reached).toBe(0);
    answer = () => [200, {}, 'ours'];
    const store = await openS3BlobStore(place, 'ours', soon);
    for (const [status, code] of [
      [404, 'NoSuchBucket'],
      [404, ''],
      [403, 'AccessDenied'],
    ] as const) {
      answer = () => [status, {}, `<Error><Code>${code}</Code></Error>`];
      await expect(store.get(sha256(blob(1)))).rejects.toThrow(String(status));
      await expect(store.remove(sha256(blob(1)))).rejects.toThrow(String(status));
    }
    const more = '<IsTruncated>true</IsTruncated><NextContinuationToken>a</NextContinuationToken>';
    answer = () => [200, {}, `<ListBucketResult>${more}</ListBucketResult>`];
    const listed = async () => {
      for await (const _ of store.list());
    };
    await expect(listed()).rejects.toThrow('without an end');
    // Whole by its length, and nevertheless not all of it.
    answer = () => [200, {}, '<ListBucketResult><IsTruncated>false</IsTruncated>'];
    await expect(listed()).rejects.toThrow(BlobStoreDown);
    elsewhere.close();
    liar.closeAllConnections();
    liar.close();
  });

  it('[REL129] is named by the operator’s file; not with parts on the disk, and no backup is made without its parts', async () => {
    const quiet = await faulty(Number.POSITIVE_INFINITY);
    const paths = folderPaths(temporaryFolder());
    for (const name of [paths.blobs, paths.keys]) mkdirSync(name);
    const secretFile = join(paths.root, 'secret');
    writeFileSync(secretFile, 'S3RVER', { mode: 0o600 });
    const { url, region, accessKeyId } = quiet.place;
    const say = (said: object) => writeFileSync(join(paths.root, BUCKET_FILE), JSON.stringify(said));
    say({ url, region, accessKeyId, secretFile });
    const store = await openPartBlobs(paths, { owner: true });
    await store.put(sha256(blob(1)), blob(1));
    // A command that joins sees the same; another folder with the same file does not.
    expect(await (await openPartBlobs(paths, { owner: false })).get(sha256(blob(1)))).not.toBeNull();
    rmSync(join(paths.root, 'blob-bucket-owner'));
    await expect(openPartBlobs(paths, { owner: false })).rejects.toThrow('whose parts');
    await expect(openPartBlobs(paths, { owner: true })).rejects.toThrow('another installation');
    const to = temporaryFolder();
    writeFileSync(join(paths.root, 'folder-id'), `${'ab'.repeat(16)}\n`);
    await expect(makeBackup({ data: paths.root, to, kind: 'data', keep: 1, now: Date.now })).rejects.toThrow(
      'REL129',
    );

    say({ url: 'file:///etc', region: '../x', accessKeyId, secretFile: 'secret' });
    await expect(openPartBlobs(paths, { owner: true })).rejects.toThrow(
      /url:[\s\S]*region:[\s\S]*secretFile:/,
    );
    say({ url, region, accessKeyId, secretFile });
    mkdirSync(join(paths.blobs, 'ab'));
    writeFileSync(join(paths.blobs, 'ab', 'ab'.repeat(32)), 'x');
    await expect(openPartBlobs(paths, { owner: true })).rejects.toThrow('Move them first');
  });
});
