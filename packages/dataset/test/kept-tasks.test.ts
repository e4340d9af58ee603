import { describe, expect, it } from 'vitest';
import type { ExportRecording } from '../src/export/export-recording.ts';
import type { Candidate } from '../src/release/candidate.ts';
import type { KeptTasks, MarkedTask } from '../src/release/kept-tasks.ts';
import { type BuiltRelease, buildRelease } from '../src/release/release-build.ts';
import { planRelease } from '../src/release/release-plan.ts';
import { measuredInputs } from '../src/release/risk-refusals.ts';
import { candidatesOf, HEAD, people, riskOf, secretOf, zip } from './made-up-release.ts';

const recordings = people(10);

/** What an interrupted build leaves: in memory, and writable for whoever comes between. */
class Left implements KeptTasks {
  readonly tasks = new Map<string, MarkedTask>();
  readonly files = new Map<string, Uint8Array>();
  written = 0;

  async task(id: string): Promise<MarkedTask | null> {
    return this.tasks.get(id) ?? null;
  }

  async shard(name: string): Promise<Uint8Array | null> {
    return this.files.get(name) ?? null;
  }

  async keep(said: MarkedTask): Promise<void> {
    this.tasks.set(said.entry.id, structuredClone(said));
  }

  async write(name: string, bytes: Uint8Array): Promise<void> {
    this.files.set(name, bytes);
    // The card is written each time.
    if (name.startsWith('shards/')) this.written++;
  }
}

/** Goes on with what is there; ends by itself after `most` tasks. */
async function build(left: Left, { first = 0, most = 99 } = {}): Promise<BuiltRelease> {
  left.written = 0;
  const candidates = await candidatesOf(recordings);
  const plan = await planRelease(candidates, secretOf(first), { level: 'release' });
  const risk = riskOf();
  const report = { ...risk.report, inputs: await measuredInputs(plan, crypto.subtle) };
  return buildRelease(
    plan,
    secretOf(first),
    HEAD,
    { ...risk, report },
    {
      open: async (id) => recordings.find(({ manifest }) => manifest.id === id) as ExportRecording,
      candidate: (id) => candidates.find(({ recording }) => recording === id) as Candidate,
      frames: () => null,
      gzip: zip.gzip,
      write: (name, bytes) => left.write(name, bytes),
      kept: left,
      subtle: crypto.subtle,
      progress(done) {
        if (done === most) throw new Error('interrupted');
      },
    },
  );
}

async function interrupted(after: number): Promise<Left> {
  const left = new Left();
  await expect(build(left, { most: after })).rejects.toThrow('interrupted');
  expect([left.tasks.size, left.written]).toEqual([after, after]);
  return left;
}

function firstOf({ tasks }: Left): MarkedTask {
  const [one] = tasks.values();
  if (!one) throw new Error('nothing was kept');
  return one;
}

describe('a build that goes on', () => {
  it('[REL5] [REL2] makes only what is not there, and the same bytes, wherever it ended', async () => {
    const whole = new Left();
    const { bytes, keys } = await build(whole);
    for (const after of [1, 5, 9]) {
      const left = await interrupted(after);
      const again = await build(left);
      expect(left.written).toBe(10 - after);
      expect(again.bytes).toEqual(bytes);
      expect(again.keys).toEqual(keys);
      expect([...left.files].sort()).toEqual([...whole.files].sort());
    }
  });

  const changes: [string, (left: Left) => void][] = [
    ['a shard that was changed', (left) => void damage(left)],
    ['a shard that is gone', (left) => void left.files.delete(nameOf(firstOf(left)))],
    ['a count that was changed', (left) => void firstOf(left).counts.steps++],
    ['a length that was changed', (left) => void shardOf(firstOf(left)).bytes++],
    ['a side that was changed', (left) => void flip(firstOf(left))],
    ['what has no shards', (left) => void Object.assign(firstOf(left).entry, { shards: [] })],
    ['a mark that is none', (left) => void Object.assign(firstOf(left), { mark: '0'.repeat(64) })],
    ['what was kept of another task', (left) => exchange(left)],
  ];
  it.each(changes)('[REL5] makes anew %s', async (_, change) => {
    const { bytes } = await build(new Left());
    const left = await interrupted(5);
    change(left);
    expect((await build(left)).bytes).toEqual(bytes);
    expect(left.written).toBeGreaterThan(5);
    for (const said of left.tasks.values()) expect(left.files.has(nameOf(said))).toBe(true);
  });

  it('[REL5] [REL3] takes nothing that another secret marked', async () => {
    const left = await interrupted(5);
    const fresh = new Left();
    const other = await build(fresh, { first: 1 });
    const { counts, mark } = firstOf(left);
    for (const entry of other.manifest.tasks) left.tasks.set(entry.id, { entry, counts, mark });
    for (const [name, bytes] of fresh.files) left.files.set(name, bytes);
    expect((await build(left, { first: 1 })).bytes).toEqual(other.bytes);
    expect(left.written).toBe(10);
  });
});

const shardOf = ({ entry }: MarkedTask) => entry.shards[0] as MarkedTask['entry']['shards'][number];
const nameOf = (said: MarkedTask) => `shards/${shardOf(said).sha256}.bin`;

function damage(left: Left): void {
  const name = nameOf(firstOf(left));
  const bytes = new Uint8Array(left.files.get(name) as Uint8Array);
  bytes[9] = (bytes[9] as number) ^ 1;
  left.files.set(name, bytes);
}

function flip({ entry }: MarkedTask): void {
  entry.splits.person = entry.splits.person === 'test' ? 'train' : 'test';
}

function exchange(left: Left): void {
  const [one, two] = [...left.tasks.values()] as [MarkedTask, MarkedTask];
  left.tasks.set(one.entry.id, { ...two, entry: { ...two.entry, id: one.entry.id } });
}
