import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { likeness, sketchOf } from '../src/release/near-duplicate.ts';
import { pictureTar, readPictureTar } from '../src/release/picture-tar.ts';
import { ReleaseRefused } from '../src/release/release-build.ts';
import { planRelease } from '../src/release/release-plan.ts';
import { releaseReader } from '../src/release/release-reading.ts';
import { measuredInputs } from '../src/release/risk-refusals.ts';
import { openShard, sealShard } from '../src/release/shard.ts';
import { taskQuality } from '../src/release/task-quality.ts';
import { candidatesOf, made, people, recordingOf, riskOf, secretOf, zip } from './made-up-release.ts';

const planned = async (recordings: ReturnType<typeof people>, ask: Parameters<typeof planRelease>[2]) =>
  planRelease(await candidatesOf(recordings), secretOf(), ask);
const rulesOf = ({ refusals }: { refusals: readonly { rule: string }[] }) => refusals.map(({ rule }) => rule);

describe('a release', () => {
  it('[REL1] [REL2] is the same bytes from the same inputs, in whatever order they come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 10, max: 14 }),
        fc.integer({ min: 0, max: 255 }),
        async (n, first) => {
          const recordings = people(n);
          const [a, b] = [
            await made(recordings, { first }),
            await made([...recordings].reverse(), { first }),
          ];
          expect([...b.store.files].sort()).toEqual([...a.store.files].sort());
          expect(b.built.keys).toEqual(a.built.keys);
        },
      ),
      { numRuns: 8 },
    );
  });

  it('[REL1] names every shard by its digest', async () => {
    const { store, built } = await made(people(10));
    for (const { shards } of built.manifest.tasks) {
      for (const { sha256 } of shards) expect(store.files.has(`shards/${sha256}.bin`)).toBe(true);
    }
  });

  it('[REL3] has nothing in common with the next: no id, no shard, no key', async () => {
    const [a, b] = [await made(people(10)), await made(people(10), { first: 1 })];
    const said = ({ built }: typeof a) => [
      built.manifest.id,
      ...built.manifest.tasks.flatMap(({ id, shards }) => [
        id,
        ...shards.flatMap((s) => [s.sha256, s.plain.sha256]),
      ]),
      ...Object.values(built.keys),
    ];
    const before = new Set(said(a));
    expect(said(b).filter((one) => before.has(one))).toEqual([]);
  });

  it('[REL3] [REL20] holds no id of a recording and no name of a person, sealed or opened', async () => {
    const { store, built, plan } = await made(people(20), { pictures: true });
    const reader = releaseReader(store, built.manifest, built.keys, {
      subtle: crypto.subtle,
      gunzip: zip.gunzip,
    });
    let text = new TextDecoder('latin1').decode(built.bytes);
    for (const task of built.manifest.tasks) {
      text += JSON.stringify(await reader.task(task));
      for (const { name } of await reader.pictures(task)) text += name;
    }
    for (const { recording, person } of plan.tasks) {
      expect(text.includes(recording)).toBe(false);
      expect(text.includes(person)).toBe(false);
    }
  });
});

describe('refusals', () => {
  it('[REL10] [REL13] name the rule: nine people are none', async () => {
    expect(rulesOf(await planned(people(9), { level: 'release' }))).toEqual(['REL13', 'REL10']);
    expect(rulesOf(await planned(people(10), { level: 'release' }))).toEqual([]);
    expect(rulesOf(await planned(people(10), { level: 'release', least: 11 }))).toContain('REL10');
    await expect(planned(people(10), { level: 'release', least: 9 })).rejects.toThrow(RangeError);
  });

  it('[REL10] counts people and not their tasks', async () => {
    expect(rulesOf(await planned(people(5, 4), { level: 'release' }))).toContain('REL10');
  });

  it('[REL11] leaves out the tasks of a card that nine did, and counts them', async () => {
    const plan = await planned([...people(10), ...people(9, 1, 'rare').map((r, i) => renumbered(r, i))], {
      level: 'release',
    });
    expect(plan.tasks).toHaveLength(10);
    expect(plan.leftOut).toEqual([{ rule: 'cohort.template', count: 9 }]);
    expect(plan.refusals).toEqual([]);
  });

  it('[REL11] counts tasks in own words as one card', async () => {
    expect((await planned(people(10, 1, null), { level: 'release' })).tasks).toHaveLength(10);
    expect((await planned(people(9, 1, null), { level: 'release' })).tasks).toHaveLength(0);
  });

  it('[REL12] are of open, which recordings can not be brought to', async () => {
    expect(rulesOf(await planned(people(10), { level: 'open' }))).toEqual(['REL12']);
  });

  it('[REL14] are of a recording that is there twice', async () => {
    const ten = people(10);
    expect(rulesOf(await planned([...ten, ten[0] as (typeof ten)[0]], { level: 'release' }))).toEqual([
      'REL14',
    ]);
  });

  it('[REL15] [REL16] are of a risk above the threshold, of another level, or not measured, all told at once', async () => {
    const refused = async (risk: ReturnType<typeof riskOf> | null, n = 10) => {
      const failed = await made(people(n), { risk }).catch((error: unknown) => error);
      if (!(failed instanceof ReleaseRefused)) throw new Error('was not refused');
      return rulesOf(failed);
    };
    expect(await refused(null)).toEqual(['REL15']);
    expect(await refused(riskOf(0.31))).toEqual(['REL15']);
    expect(await refused(riskOf(0.1, 0.71))).toEqual(['REL15']);
    expect(await refused(riskOf(0.1, 0.5, 'as-it-stands'))).toEqual(['REL15']);
    expect(await refused(riskOf(0.4, 0.8), 9)).toEqual(['REL13', 'REL10', 'REL15', 'REL15']);
    await expect(made(people(10), { risk: riskOf(0.3, 0.7) })).resolves.toBeDefined();
  });

  it('[REL15] [RISK11] are of a risk that was measured of other recordings', async () => {
    const ten = await planned(people(10), { level: 'release' });
    const inputs = await measuredInputs(ten, crypto.subtle);
    const build = async (recordings: Parameters<typeof made>[0], of: string | undefined) => {
      const risk = riskOf();
      const report = { ...risk.report, inputs: of } as typeof risk.report;
      return made(recordings, { risk: { ...risk, report } }).then(
        () => 'built',
        (error: Error) => error.message,
      );
    };
    expect(await build(people(10), inputs)).toBe('built');
    // In whatever order they come.
    expect(await build(people(10).reverse(), inputs)).toBe('built');
    const other = 'REL15: the risk was measured of other recordings than these';
    expect(await build(people(11), inputs)).toBe(other);
    expect(await build(people(10), undefined)).toBe(other);
    const [first, ...rest] = people(10);
    if (!first) throw new Error('nobody');
    const part = {
      kind: 'events',
      index: 0,
      from: 0,
      to: 1,
      count: 1,
      bytes: 1,
      sha256: 'c'.repeat(64),
    } as const;
    const changed = { ...first, manifest: { ...first.manifest, parts: [part] } };
    expect(await build([changed, ...rest], inputs)).toBe(other);
  });

  it('[REL15] [RISK12] are of a risk that an agreement does not allow, or of one that nobody knows here', async () => {
    const build = (risk: ReturnType<typeof riskOf>) =>
      made(people(10), { risk: { ...risk, threshold: { naming: 1, linking: 1 } } }).then(
        () => 'built',
        (error: Error) => error.message,
      );
    expect(await build(riskOf(0.35))).toBe('built');
    expect(await build(riskOf(0.36))).toMatch(/^REL15: .*36.0 %; agreement agreement 2 allows 35.0 %$/);
    const unknown = { ...riskOf(), agreed: new Map([['d'.repeat(64), 1]]) };
    expect(await build(unknown)).toBe('REL15: what agreement agreement 2 allows is not known here');
    const { report, ...rest } = riskOf();
    const whole = { ...report.naming[0], length: 'all' as const, found: riskOf(0.5).report.naming[0]?.found };
    const longer = { ...report, naming: [...report.naming, whole] } as typeof report;
    expect(await build({ ...rest, report: longer })).toContain('a session: 50.0 %');
  });

  it('[REL17] are none at vault, which keeps what few people did', async () => {
    const { built } = await made(people(3), { ask: { level: 'vault' }, risk: null });
    expect(built.manifest).toMatchObject({ level: 'vault', counts: { tasks: 3 }, cohort: { people: 0 } });
  });
});

describe('splits', () => {
  it('[REL20] [REL21] by person have a cohort on each side, and no person on both', async () => {
    const { tasks } = await planned(people(20, 2), { level: 'release' });
    const side = (of: string) => new Set(tasks.filter((t) => t.splits.person === of).map((t) => t.person));
    expect(side('test').size).toBe(10);
    expect(side('train').size).toBe(10);
    for (const person of side('test')) expect(side('train').has(person)).toBe(false);
  });

  it('[REL21] by person are not made of nineteen; by template not of one', async () => {
    const { tasks } = await planned(people(19), { level: 'release' });
    expect(tasks.every(({ splits }) => splits.person === null && splits.template === null)).toBe(true);
  });

  it('[REL20] by template hold out whole templates', async () => {
    const cards = ['a', 'b', 'c'].flatMap((card, c) =>
      people(10, 1, card).map((r, i) => renumbered(r, i, c)),
    );
    const { tasks } = await planned(cards, { level: 'release' });
    expect(tasks.filter(({ splits }) => splits.template === 'test')).toHaveLength(10);
  });
});

describe('quality', () => {
  const at = (x: number) => ({
    action: {
      kind: 'click' as const,
      button: 'left' as const,
      count: 1 as const,
      at: { x, y: 0.5 },
      held: [],
    },
    masked: false,
  });
  it('[REL30] says what was done again or taken back, and what is masked', () => {
    const undo = { action: { kind: 'keys' as const, keys: ['Control', 'z'], count: 1 }, masked: false };
    const word = (masked: boolean) => ({ action: { kind: 'type' as const, text: 'x' }, masked });
    expect(
      taskQuality({
        steps: [at(0.1), at(0.1), undo, word(true), word(false)],
        worked: true,
        gaps: 1,
        seconds: 60,
      }),
    ).toEqual({ worked: true, steps: 5, redundant: 0.4, gaps: 1, masked: 0.5, pace: 5 });
  });

  it('[REL30] leaves the pace in the vault', async () => {
    const { store, built } = await made(people(10));
    const reader = releaseReader(store, built.manifest, built.keys, {
      subtle: crypto.subtle,
      gunzip: zip.gunzip,
    });
    const [task] = built.manifest.tasks;
    if (!task) throw new Error('no task');
    expect(Object.keys((await reader.task(task)).quality).sort()).toEqual([
      'gaps',
      'masked',
      'redundant',
      'steps',
      'worked',
    ]);
  });

  it('[REL31] filters before cohorts, and rounds what was left out', async () => {
    const recordings = people(25);
    const plan = await planned(recordings, { level: 'release', filter: { leastSteps: 99 } });
    expect(plan.leftOut).toEqual([{ rule: 'quality.steps', count: 25 }]);
    const rare = people(9, 3, 'rare').map((r, i) => renumbered(r, i));
    const { built } = await made([...people(10), ...rare]);
    expect(built.manifest.leftOut).toEqual([{ rule: 'cohort.template', count: 20 }]);
    expect(built.manifest.cohort).toEqual({ least: 10, people: 10 });
  });

  it('[REL32] tells near-duplicates and keeps one', async () => {
    const [a, b] = [
      [at(0.1), at(0.5), at(0.9)],
      [at(0.2), at(0.4), at(0.7)],
    ].map((s) => s.map((x) => x.action));
    expect(likeness(sketchOf(a ?? []), sketchOf(a ?? []))).toBe(1);
    expect(likeness(sketchOf(a ?? []), sketchOf(b ?? []))).toBeLessThan(0.2);
    const same = [...people(10), renumbered(recordingOf(0, 0), 7)];
    const plan = await planned(same, { level: 'release', nearDuplicates: 0.9 });
    expect(plan.leftOut).toContainEqual({ rule: 'near-duplicate', count: 1 });
  });
});

describe('shards', () => {
  it('[REL40] [REL41] hold the task and its pictures, under one key', async () => {
    const { store, built } = await made(people(10), { pictures: true });
    const reader = releaseReader(store, built.manifest, built.keys, {
      subtle: crypto.subtle,
      gunzip: zip.gunzip,
    });
    const [task] = built.manifest.tasks;
    if (!task) throw new Error('no task');
    const shown = await reader.task(task);
    expect(shown).toMatchObject({ id: task.id, template: 'say-ok', instruction: 'Type ok and press Enter' });
    expect(shown.steps.map(({ action }) => action.kind)).toEqual(['click', 'type', 'keys']);
    const pictures = await reader.pictures(task);
    expect(pictures.map(({ name }) => name)).toEqual([0, 1, 2].map((n) => `${task.id}-${n}.png`));
    expect(shown.steps[0]?.picture?.name).toBe(pictures[0]?.name);
  });

  it('[REL41] are closed for whoever has not their key', async () => {
    const { store, built } = await made(people(10));
    const { [built.manifest.tasks[0]?.id ?? '']: _, ...fewer } = built.keys;
    const reader = releaseReader(store, built.manifest, fewer, { subtle: crypto.subtle, gunzip: zip.gunzip });
    const [first, second] = built.manifest.tasks;
    if (!first || !second) throw new Error('no tasks');
    await expect(reader.task(first)).rejects.toThrow('no key');
    await expect(reader.task(second)).resolves.toBeDefined();
  });

  it('[REL42] open under their own label and key alone', async () => {
    const label = { release: 'r', task: 't', kind: 'steps' as const };
    const key = new Uint8Array(32).fill(7);
    const sealed = await sealShard(Uint8Array.of(1, 2, 3), key, label, crypto.subtle);
    expect(await openShard(sealed, key, label, crypto.subtle)).toEqual(Uint8Array.of(1, 2, 3));
    for (const other of [
      { ...label, release: 's' },
      { ...label, task: 's' },
      { ...label, kind: 'pictures' as const },
    ])
      expect(await openShard(sealed, key, other, crypto.subtle)).toBeNull();
    expect(await openShard(sealed, new Uint8Array(32), label, crypto.subtle)).toBeNull();
  });

  it('[REL41] round-trip pictures through a tar', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 1200 }), { maxLength: 4 }), (all) => {
        const files = all.map((bytes, i) => ({ name: `p${i}.png`, bytes }));
        expect(readPictureTar(pictureTar(files))).toEqual(files);
      }),
    );
  });
});

/** The same recording under another id, of the same person. */
function renumbered<R extends ReturnType<typeof recordingOf>>(recording: R, number: number, more = 0): R {
  const id = `${recording.manifest.id.slice(0, 10)}y${String(more * 1000 + number).padStart(9, '0')}AA`;
  return { ...recording, manifest: { ...recording.manifest, id } };
}
