import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import { plainEntry } from '@aboveboard/consent/uses-entry';
import { measuredInputs } from '@aboveboard/dataset/release/risk-refusals';
import { ed25519Key } from '@aboveboard/tlog/ed25519';
import { MemoryLogStorage } from '@aboveboard/tlog/memory-log-storage';
import { mlDsa44Key } from '@aboveboard/tlog/ml-dsa-44';
import { openSequencer } from '@aboveboard/tlog/sequencer';
import { logSigners } from '@aboveboard/tlog/signer';
import { storedLog } from '@aboveboard/tlog/stored-log';
import { formatVerifierKey } from '@aboveboard/tlog/verifier-key';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFolderSink } from '../src/folder-sink.ts';
import { makeProgram } from '../src/program.ts';
import { makeRelease, planFrom, type ReleaseSources } from '../src/release-making.ts';
import { quietRisk, releasedByPeople } from './made-up-recordings.ts';

/** A release of twenty people, the next of those without the first ten, and a log that says so. */
let room: string;
const at = (...names: string[]) => join(room, ...names);
const digests: Record<string, string> = {};

beforeAll(async () => {
  room = await mkdtemp(join(tmpdir(), 'aboveboard-apart-'));
  const recordings = releasedByPeople(20);
  await write('before', recordings, 1);
  await write('after', recordings.slice(10), 2);
  const [before = '', after = ''] = [digests['before'], digests['after']];
  await writeLog('log', [entry(before), withdrawn(before), entry(after)]);
  await writeLog('early', [entry(before), entry(after), withdrawn(before)]);
});
afterAll(() => rm(room, { recursive: true, force: true }));

async function write(name: string, recordings: ReturnType<typeof releasedByPeople>, first: number) {
  const sources: ReleaseSources = {
    ids: recordings.map(({ manifest }) => manifest.id),
    open: async (id) => recordings.find(({ manifest }) => manifest.id === id) as (typeof recordings)[0],
    person: (id) => id.slice(0, 10),
  };
  const { plan } = await planFrom(sources, new Uint8Array(32), { level: 'release' }, () => undefined);
  const report = { ...quietRisk(), inputs: await measuredInputs(plan, crypto.subtle) };
  const sink = await openFolderSink(at(name));
  const made = await makeRelease(
    sources,
    {
      secret: new Uint8Array(32).fill(first),
      ask: { level: 'release' },
      head: { name: 'made-up', version: first, purpose: 'training', software: { name: 'a', version: '1' } },
      risk: {
        report,
        digest: 'b'.repeat(64),
        threshold: { naming: 0.3, linking: 0.7 },
        agreed: new Map([['a'.repeat(64), 0.3]]),
      },
    },
    sink,
    { progress: () => undefined, logged: async () => undefined },
  );
  await sink.finish();
  digests[name] = made.digest;
  const keys = { format: 'aboveboard-release-keys', release: made.manifest.id, keys: made.keys };
  await writeFile(at(`${name}.keys`), JSON.stringify(keys));
}

type Act = Parameters<typeof plainEntry>[0]['act'];
const entry = (manifest: string): Act => ({
  kind: 'dataset',
  dataset: 'made-up',
  version: 1,
  manifest,
  recordings: 20,
});
const withdrawn = (manifest: string): Act => ({
  kind: 'dataset-withdrawn',
  dataset: 'made-up',
  version: 1,
  manifest,
});

async function writeLog(name: string, acts: readonly Act[]): Promise<void> {
  const storage = new MemoryLogStorage();
  const seed = (byte: number) => new Uint8Array(32).fill(byte);
  const keys = { ed25519: ed25519Key(seed(1)), mlDsa44: mlDsa44Key(seed(2)) };
  const signers = logSigners('log.example/uses', keys, () => 1_800_000_000);
  const sequencer = await openSequencer({ storage, origin: 'log.example/uses', signers });
  const actor = { role: 'system' as const, account: null };
  for (const act of acts)
    await sequencer.append(
      plainEntry({ format: 'aboveboard-use', formatVersion: 1, at: 1_800_000_000, actor, act }),
    );
  const source = storedLog(storage);
  for (const path of ['checkpoint', `tile/0/000.p/${acts.length}`, `tile/entries/000.p/${acts.length}`]) {
    await mkdir(dirname(at(name, path)), { recursive: true });
    await writeFile(at(name, path), (await source.read(path, 1 << 24)) as Uint8Array);
  }
  const lines = signers.map(({ key }) => `log ${formatVerifierKey(key)}\n`);
  await writeFile(at('policy'), `${lines.join('')}quorum none\n`);
}

async function apart(after: string, ...args: string[]): Promise<{ code: number; said: string }> {
  let said = '';
  const stream = { write: (text: string) => (said += text) };
  const program = makeProgram({ version: '1', stdout: stream, stderr: stream });
  const code = await program.run(['dataset', 'apart', at('before'), at(after), ...args]);
  return { code, said };
}
const keys = (after: string) => ['--keys-before', at('before.keys'), '--keys-after', at(`${after}.keys`)];
const log = (name: string) => ['--log', at(name), '--policy', at('policy')];

describe('a release held against the one before it, from outside', () => {
  it('[REL110] [REL111] [REL112] is shown to have nothing of it, and what was not shown is said', async () => {
    const { code, said } = await apart('after', ...keys('after'), ...log('log'));
    expect([code, said]).toEqual([0, expect.stringContaining('shown       the log says')]);
    expect(said).toContain('shown       no key and no made-up text');
    expect(said).toContain('not shown   nothing that tasks which are gone');
    expect(said).not.toContain('entered');
    expect((await apart('after')).said).toContain('not shown   no key and no made-up text');
  });

  it('[REL111] seeded hole: a release that was there before the withdrawal', async () => {
    const { code, said } = await apart('after', ...log('early'));
    expect([code, said]).toEqual([1, expect.stringContaining('REL111')]);
  });

  it('[REL110] [REL112] seeded hole: a task of the one before is left in, shards and key', async () => {
    await cp(at('after'), at('leaky'), { recursive: true });
    const read = async (name: string) => JSON.parse(await readFile(at(name), 'utf8'));
    const [old, manifest] = [await read('before/release.json'), await read('leaky/release.json')];
    const [task] = old.tasks;
    for (const { sha256 } of task.shards)
      await cp(at('before', 'shards', `${sha256}.bin`), at('leaky', 'shards', `${sha256}.bin`));
    const tasks = [...manifest.tasks, task].sort((a, b) => (a.id < b.id ? -1 : 1));
    const leaky = { ...manifest, tasks, counts: { ...manifest.counts, tasks: tasks.length } };
    await writeFile(at('leaky', 'release.json'), canonicalBytes(leaky));
    const [mine, theirs] = [await read('before.keys'), await read('after.keys')];
    const both = { ...theirs, keys: { ...theirs.keys, [task.id]: mine.keys[task.id] } };
    await writeFile(at('leaky.keys'), JSON.stringify(both));
    const { code, said } = await apart('leaky');
    // Its id, and each shard by what it is and by what is in it.
    expect([code, said.match(/^REL110/gm)?.length]).toEqual([1, 1 + 2 * task.shards.length]);
    // The shard of one release does not open in another, whoever has its key.
    const opened = await apart('leaky', ...keys('leaky'));
    expect([opened.code, opened.said]).toEqual([1, expect.stringContaining('REL54')]);
  });

  it('[REL114] [REL116] origins of another release, and options that go together, are told', async () => {
    await writeFile(
      at('origins'),
      JSON.stringify({ format: 'aboveboard-release-origins', manifest: 'x', tasks: {} }),
    );
    const other = await apart('after', ...keys('after'), '--origins', at('origins'));
    expect([other.code, other.said]).toEqual([1, expect.stringContaining('of another release')]);
    for (const args of [
      ['--origins', at('origins')],
      ['--keys-before', at('before.keys')],
      ['--log', at('log')],
    ])
      expect((await apart('after', ...args)).code).toBe(2);
  });
});
