import { Drawing } from '@aboveboard/redact/movement/drawing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exportTrajectory } from '../src/export/agentnet.ts';
import { type Demonstration, readDemonstration } from '../src/export/demonstration.ts';
import { ExportAccount } from '../src/export/export-recording.ts';
import { MemoryExportSink } from '../src/export/memory-sink.ts';
import { MemoryFrameSource } from '../src/frame-source.ts';
import { releaseReader } from '../src/release/release-reading.ts';
import { readCourse, type SubgoalReason } from '../src/subgoals.ts';
import { cutAtSubgoals } from '../src/task-parts.ts';
import { byHand, type Doing, longTask, NODE, presses } from './long-task.ts';
import { made, zip } from './made-up-release.ts';
import { frame } from './shown-recording.ts';

async function reasonsOf(...doings: Doing[]): Promise<Record<number, SubgoalReason>> {
  return Object.fromEntries((await readCourse(longTask(doings))).subgoals);
}

describe('where a subgoal begins', () => {
  const press = { press: NODE.later };

  it('[MOV50] after the page in front became another, or the application', async () => {
    expect(await reasonsOf(press, { go: '/orders' }, press)).toEqual({ 1: 'navigation' });
    const away = { go: '/start', origin: 'https://mail.example' };
    expect(await reasonsOf(press, away, press)).toEqual({ 1: 'application' });
    expect(await reasonsOf(press, { go: '/start' }, press)).toEqual({});
  });

  it('[MOV50] after a form was sent, by its button or by Enter', async () => {
    expect(await reasonsOf({ press: NODE.field }, { press: NODE.send }, press)).toEqual({ 2: 'form' });
    expect(await reasonsOf({ press: NODE.field }, { enter: NODE.field }, press)).toEqual({ 2: 'form' });
    expect(await reasonsOf(press, press, press)).toEqual({});
  });

  it('[MOV50] after a dialog was closed', async () => {
    expect(await reasonsOf(press, { press: NODE.agree }, { dialogGoes: true }, press)).toEqual({
      2: 'dialog',
    });
    expect(await reasonsOf({ press: NODE.agree }, { press: NODE.agree })).toEqual({});
  });

  it('[MOV50] where the recording says so', async () => {
    expect(await reasonsOf(press, { say: 'subgoal' }, press, press)).toEqual({ 1: 'said' });
  });
});

describe('how a task is cut', () => {
  const cutOf = async (...doings: Doing[]) => cutAtSubgoals(await readCourse(longTask(doings)));
  const bounds = ({ parts }: { parts: { from: number; to: number }[] }) =>
    parts.map(({ from, to }) => [from, to]);

  it('[MOV51] not at all up to twelve steps', async () => {
    const twelve = [...presses(6), { press: NODE.send }, ...presses(5)];
    expect(await cutOf(...twelve)).toEqual({ parts: [], withoutSubgoal: 0 });
    expect((await cutOf(...twelve, ...presses(1))).parts).toHaveLength(2);
  });

  it('[MOV51] at the last subgoal within twelve steps', async () => {
    const sent = [...presses(2), { press: NODE.send }];
    const cut = await cutOf(...sent, ...sent, ...sent, ...presses(6));
    expect(bounds(cut)).toEqual([
      [0, 9],
      [9, 15],
    ]);
    expect(cut).toMatchObject({ withoutSubgoal: 0 });
  });

  it('[MOV51] after the twelfth where there is none, which is counted', async () => {
    const cut = await cutOf(...presses(30));
    expect(bounds(cut)).toEqual([
      [0, 12],
      [12, 24],
      [24, 30],
    ]);
    expect(cut).toMatchObject({ withoutSubgoal: 2 });
    expect(cut.parts.map(({ stands }) => stands)).toEqual(['begins', 'goes-on', 'ends']);
  });

  it('[MOV51] so that every step is in one part, in its order, and no part has more than twelve', async () => {
    const doing = fc.constantFrom<Doing>({ press: NODE.later }, { press: NODE.send }, { enter: NODE.field });
    await fc.assert(
      fc.asyncProperty(fc.array(doing, { minLength: 1, maxLength: 60 }), async (doings) => {
        const course = await readCourse(longTask(doings));
        const { parts } = cutAtSubgoals(course);
        const all = parts.flatMap(({ from, to }) => course.actions.slice(from, to));
        expect(all).toEqual(parts.length === 0 ? [] : course.actions);
        for (const { from, to } of parts) {
          const steps = course.actions.slice(from, to).filter(({ kind }) => kind !== 'navigate');
          expect(steps.length).toBeLessThanOrEqual(12);
          expect(steps.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('a part', () => {
  const recording = longTask(presses(26));
  const drawn = () => new MemoryFrameSource(Array.from({ length: 60 }, (_, i) => frame(10 + 500 * i)));
  const wanted = () => {
    const source = drawn();
    const asked: number[] = [];
    return {
      asked,
      frames: (wants: Parameters<typeof source.frames>[0]) => {
        asked.push(...wants.map(({ t }) => t));
        return source.frames(wants);
      },
    };
  };
  const shownOf = async (sink = new MemoryExportSink()): Promise<Demonstration[]> => {
    const { parts } = cutAtSubgoals(await readCourse(recording));
    const shown: Demonstration[] = [];
    for (const part of parts) {
      const movement = new Drawing(new Uint8Array(32).fill(3));
      const options = { frames: wanted(), part, movement, settled: true };
      shown.push(await readDemonstration(recording, sink, new ExportAccount(), options));
    }
    return shown;
  };

  it('[MOV52] has the steps of the whole in their order, and her word only at the end', async () => {
    const whole = await readDemonstration(recording, new MemoryExportSink(), new ExportAccount(), {
      frames: null,
    });
    const parts = await shownOf();
    expect(parts.flatMap(({ steps }) => steps.map(({ action }) => action.kind))).toEqual(
      whole.steps.map(({ action }) => action.kind),
    );
    expect(parts.map(({ worked }) => worked)).toEqual([null, null, true]);
    expect(parts.map(({ stands }) => stands)).toEqual(['begins', 'goes-on', 'ends']);
    expect(new Set(parts.map(({ instruction }) => instruction))).toEqual(new Set([whole.instruction]));
  });

  it('[MOV52] draws nothing that the next part begins with, and begins at time 0', async () => {
    const { parts } = cutAtSubgoals(await readCourse(recording));
    const asked: number[][] = [];
    for (const part of parts) {
      const frames = wanted();
      const sink = new MemoryExportSink();
      const movement = new Drawing(new Uint8Array(32).fill(3));
      await readDemonstration(recording, sink, new ExportAccount(), {
        frames,
        part,
        movement,
        settled: true,
      });
      asked.push(frames.asked);
    }
    const flat = asked.flat();
    expect(new Set(flat).size).toBe(flat.length);
    expect(Math.max(...(asked[0] as number[]))).toBeLessThan(Math.min(...(asked[1] as number[])));
  });

  it('[MOV52] tells nothing of when in the recording it was', async () => {
    const sink = new MemoryExportSink();
    const sources = Array.from({ length: 60 }, (_, i) => ({ ...frame(500 + 1000 * i) }));
    const { parts } = cutAtSubgoals(await readCourse(recording));
    const part = parts[1];
    if (!part) throw new Error('the task was not cut');
    const movement = new Drawing(new Uint8Array(32).fill(3));
    const options = { frames: new MemoryFrameSource(sources), part, movement };
    await exportTrajectory(recording, sink, new ExportAccount(), options);
    const lines = sink.text('frames.jsonl').trim().split('\n');
    expect(JSON.parse(lines[0] as string).t).toBe(0);
    expect(JSON.parse(sink.text('trajectories.jsonl'))).toMatchObject({ stands: 'goes-on' });
    expect(sink.text('trajectories.jsonl')).not.toContain('task_completed');
  });
});

describe('a release of longer tasks', () => {
  /** `person` does something of her own in the middle, unless `alike`. */
  const recordingOf = (person: number, alike = false) =>
    longTask(
      [
        ...presses(5),
        ...(alike ? [] : [{ go: `/p${person}` }]),
        { press: NODE.send },
        ...presses(8),
        { press: NODE.row },
        ...presses(7),
      ],
      `R${String(person).padStart(9, '0')}x${'0'.repeat(9)}AA`,
    );

  it('[MOV52] has each part as a task of its own, in no order, with figures of its own', async () => {
    const recordings = Array.from({ length: 10 }, (_, i) => recordingOf(i));
    const { plan, built, store } = await made(recordings);
    expect(plan.cut).toEqual({ recordings: 10, whole: 0, withoutSubgoal: 10, toldByGoal: 0 });
    const perRecording = built.manifest.tasks.length / 10;
    expect(perRecording).toBeGreaterThanOrEqual(2);
    const ids = built.manifest.tasks.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect([...ids].sort()).toEqual(ids);
    const order = plan.tasks.map(({ recording }) => recording);
    expect(order).not.toEqual([...order].sort());
    const reader = releaseReader(store, built.manifest, built.keys, {
      subtle: crypto.subtle,
      gunzip: zip.gunzip,
    });
    for (const task of built.manifest.tasks) {
      const { steps, quality, worked, stands } = await reader.task(task);
      expect(quality.steps).toBe(steps.length);
      expect(steps.length).toBeLessThanOrEqual(12);
      expect(worked).toBe(stands === 'ends' ? true : null);
    }
    expect(new Set(Object.values(built.keys)).size).toBe(ids.length);
  });

  it('[MOV52] shows the same text as another in another part, and as the same within one', async () => {
    const type: Doing = { type: NODE.field };
    const recordings = Array.from({ length: 10 }, (_, i) =>
      longTask(
        [type, ...presses(3), type, ...presses(9 + i), type],
        `R${String(i).padStart(9, '0')}x${'0'.repeat(9)}AA`,
      ),
    );
    const { plan, built, store } = await made(recordings);
    const reader = releaseReader(store, built.manifest, built.keys, {
      subtle: crypto.subtle,
      gunzip: zip.gunzip,
    });
    for (const { manifest } of recordings) {
      const parts = plan.tasks.filter(({ recording }) => recording === manifest.id);
      const texts: string[][] = [];
      for (const { id } of parts) {
        const entry = built.manifest.tasks.find((task) => task.id === id);
        if (!entry) throw new Error('a part is not in the release');
        const { steps } = await reader.task(entry);
        texts.push(steps.flatMap(({ action }) => (action.kind === 'type' ? [action.text] : [])));
      }
      const [two, one] = texts.sort((a, b) => b.length - a.length);
      expect(two).toHaveLength(2);
      expect(new Set(two).size).toBe(1);
      expect(one?.[0]).not.toBe(two?.[0]);
    }
  });

  it('[MOV54] keeps whole what ten people did alike, and not what nine did', async () => {
    const alike = (count: number) => Array.from({ length: count }, (_, i) => recordingOf(i, true));
    const ten = await made(alike(10));
    expect(ten.plan.cut).toEqual({ recordings: 0, whole: 10, withoutSubgoal: 0, toldByGoal: 0 });
    expect(ten.built.manifest.tasks).toHaveLength(10);
    const nine = await made([...alike(9), recordingOf(9)]);
    expect(nine.plan.cut).toMatchObject({ recordings: 10, whole: 0 });
  });

  it('[MOV45] is the same bytes whatever the rhythm of keys and the way of the hand', async () => {
    const doings: Doing[] = [
      { type: NODE.field },
      { press: NODE.send },
      ...presses(12),
      { enter: NODE.field },
    ];
    const recordings = (hand: 'quick' | 'slow') =>
      Array.from({ length: 10 }, (_, i) =>
        byHand(longTask(doings, `R${String(i).padStart(9, '0')}x${'0'.repeat(9)}AA`), hand),
      );
    const plain = async (hand: 'quick' | 'slow') => {
      const { built } = await made(recordings(hand), { pictures: true });
      return built.manifest.tasks.flatMap(({ id, shards }) => shards.map(({ plain }) => [id, plain.sha256]));
    };
    const quick = await plain('quick');
    expect(quick).toHaveLength(30);
    expect(await plain('slow')).toEqual(quick);
  });

  it('[MOV53] counts tasks whose goal puts their parts together again', async () => {
    const recordings = Array.from({ length: 10 }, (_, i) => {
      const { manifest, ...rest } = recordingOf(i);
      const task = { kind: 'free' as const, text: i < 4 ? `Something ${i} of hers` : 'The same' };
      return { ...rest, manifest: { ...manifest, task } };
    });
    const { plan } = await made(recordings);
    expect(plan.cut).toMatchObject({ recordings: 10, toldByGoal: 10 });
  });
});
