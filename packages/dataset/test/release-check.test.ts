import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkRelease } from '../src/release/release-check.ts';
import { releaseDifference } from '../src/release/release-difference.ts';
import type { ReleaseTaskEntry } from '../src/release/release-manifest.ts';
import {
  plainName,
  type ReleaseManifest,
  readReleaseManifest,
  shardName,
} from '../src/release/release-manifest.ts';
import { ReleaseDamaged, releaseReader } from '../src/release/release-reading.ts';
import { type Made, MemoryRelease, made, people, zip } from './made-up-release.ts';

const subtle = crypto.subtle;
let whole: Made;
beforeAll(async () => {
  whole = await made(people(10), { pictures: true });
});

function copy(): MemoryRelease {
  const store = new MemoryRelease();
  for (const [name, bytes] of whole.store.files) store.files.set(name, bytes.slice());
  return store;
}
const shard = (n: number) => shardName(whole.built.manifest.tasks[n]?.shards[0]?.sha256 ?? '');

describe('verifying', () => {
  it('[REL53] finds nothing in a release that is whole', async () => {
    const { faults, shards } = await checkRelease(whole.store, { subtle });
    expect(faults).toEqual([]);
    expect(shards).toBe(20);
  });

  it('[REL53] names what is damaged, cut off, longer, missing and not of it, all at once', async () => {
    const store = copy();
    const bytes = (n: number) => store.files.get(shard(n)) as Uint8Array;
    const damaged = bytes(0);
    damaged[damaged.length >> 1] = (damaged[damaged.length >> 1] as number) ^ 1;
    store.files.set(shard(1), bytes(1).slice(0, -1));
    store.files.set(shard(2), Uint8Array.of(...bytes(2), 0));
    store.files.delete(shard(3));
    store.files.set('shards/more.bin', Uint8Array.of(1));
    const { faults } = await checkRelease(store, { subtle });
    expect(faults.map(({ at, message }) => [at, message]).sort()).toEqual(
      [
        [shard(0), 'is damaged'],
        [shard(1), 'is cut off'],
        [shard(2), 'is longer than it was'],
        [shard(3), 'is missing'],
        ['shards/more.bin', 'is none of the release'],
      ].sort(),
    );
  });

  it('[REL53] says that the manifest is missing', async () => {
    const { faults } = await checkRelease(new MemoryRelease(), { subtle });
    expect(faults).toEqual([{ rule: 'REL53', at: 'release.json', message: 'is missing' }]);
  });

  it('[REL55] holds plain shards to the same manifest', async () => {
    const { built, store } = whole;
    const reader = releaseReader(store, built.manifest, built.keys, { subtle, gunzip: zip.gunzip });
    const plain = new MemoryRelease();
    plain.files.set('release.json', built.bytes);
    for (const task of built.manifest.tasks) {
      for (const one of task.shards)
        plain.files.set(plainName(one), (await reader.plain(task, one.kind)) ?? new Uint8Array());
    }
    expect((await checkRelease(plain, { subtle, plain: true })).faults).toEqual([]);
    const [name] = [...plain.files.keys()].filter((one) => one.endsWith('.gz'));
    (plain.files.get(name ?? '') as Uint8Array)[20] = 0;
    expect((await checkRelease(plain, { subtle, plain: true })).faults).toHaveLength(1);
  });

  it('[REL54] reads nothing of a shard that is another', async () => {
    const store = copy();
    store.files.set(shard(0), store.files.get(shard(1)) as Uint8Array);
    const { manifest, keys } = whole.built;
    const reader = releaseReader(store, manifest, keys, { subtle, gunzip: zip.gunzip });
    await expect(reader.task(manifest.tasks[0] as never)).rejects.toThrow(ReleaseDamaged);
    await expect(reader.task(manifest.tasks[1] as never)).resolves.toBeDefined();
  });
});

describe('a manifest that lies', () => {
  const faulty = (change: (manifest: ReleaseManifest) => unknown) => {
    const manifest = structuredClone(whole.built.manifest);
    const changed = change(manifest) ?? manifest;
    const read = readReleaseManifest(canonicalBytes(changed));
    return read.ok ? [] : read.faults.map(({ rule, at }) => `${rule} ${at}`);
  };

  it('[REL50] is in one spelling only', () => {
    const text = new TextDecoder().decode(whole.built.bytes);
    for (const other of [` ${text}`, text.replace('{', '{"format":"aboveboard-release",'), '[]', '', '{']) {
      const read = readReleaseManifest(new TextEncoder().encode(other));
      expect(read.ok ? [] : read.faults.map(({ rule }) => rule)).toContain('REL50');
    }
    expect(readReleaseManifest(whole.built.bytes).ok).toBe(true);
  });

  it('[REL51] has fields of another shape', () => {
    expect(faulty((m) => ({ ...m, format: 'other' }))).toEqual(['REL51 manifest.format']);
    expect(faulty((m) => ({ ...m, level: 'all', purpose: 3, tasks: null }))).toEqual([
      'REL51 manifest.level',
      'REL51 manifest.purpose',
      'REL51 manifest.tasks',
    ]);
    expect(faulty((m) => ({ ...m, id: '../../etc', counts: null }))).toContain('REL51 manifest.id');
    expect(faulty((m) => ({ ...m, tasks: [{ id: 'x' }, ...m.tasks] }))).toContain('REL51 manifest.tasks[0]');
  });

  it('[REL10] [REL15] claims to be a release without a cohort or a measured risk', () => {
    expect(faulty((m) => ({ ...m, cohort: { least: 10, people: 0 }, risk: null }))).toEqual([
      'REL10 manifest.cohort',
      'REL15 manifest.risk',
    ]);
  });

  it('[REL52] has a task or a shard twice, none of its steps, or other counts', () => {
    expect(faulty((m) => ({ ...m, tasks: [...m.tasks, m.tasks[0]] }))).toEqual([
      'REL52 manifest.tasks[10].id',
      'REL52 manifest.tasks[10].shards',
      'REL52 manifest.tasks[10].shards',
      'REL52 manifest.counts.tasks',
    ]);
    expect(
      faulty((m) => ({ ...m, tasks: m.tasks.map((t, i) => (i === 4 ? { ...t, shards: [] } : t)) })),
    ).toEqual(['REL52 manifest.tasks[4].shards']);
    // The same content twice would be two shards of one kind; which of them is read?
    const twice = ({ shards: [one], ...rest }: ReleaseTaskEntry): ReleaseTaskEntry => ({
      ...rest,
      shards: one ? [one, { ...one, sha256: 'd'.repeat(64) }] : [],
    });
    expect(faulty((m) => ({ ...m, tasks: m.tasks.map((t, i) => (i === 4 ? twice(t) : t)) }))).toEqual([
      'REL52 manifest.tasks[4].shards',
    ]);
  });
});

it('[REL3] [REL53] two releases are compared by what they say, not by their tasks', async () => {
  const { built } = await made(people(20), { first: 9, pictures: true });
  const said = releaseDifference(whole.built.manifest, built.manifest).map(({ what }) => what);
  expect(said).toEqual(
    expect.arrayContaining(['tasks', 'steps', 'pictures', 'people', 'held out by person', 'bytes']),
  );
  expect(said).not.toContain('purpose');
  expect(releaseDifference(built.manifest, built.manifest)).toEqual([]);
});
