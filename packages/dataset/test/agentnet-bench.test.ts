import type { InterfaceNode } from '@aboveboard/protocol/state';
import { describe, expect, it } from 'vitest';
import { playedActions } from '../src/eval/bench-action.ts';
import { readBenchTask } from '../src/eval/bench-check.ts';
import { writeBenchTask } from '../src/export/agentnet-bench.ts';
import { readDemonstration } from '../src/export/demonstration.ts';
import { ExportAccount, type ExportRecording } from '../src/export/export-recording.ts';
import { MemoryExportSink } from '../src/export/memory-sink.ts';
import { type Frame, MemoryFrameSource } from '../src/frame-source.ts';
import { click, front, geometry, key, navigate, state, typed } from './event-rows.ts';
import { frame, manifest, recording } from './shown-recording.ts';

const node = (id: number, role: string, box: InterfaceNode['box'], children: InterfaceNode[] = []) => ({
  id,
  role,
  name: '',
  states: [],
  box,
  children,
});
/** A viewport of 1000 x 600 with a button of 100 x 40 in it, drawn below bars of 100 of 700. */
const tree: InterfaceNode = node(1, 'document', { x: 0, y: 0, width: 1000, height: 600 }, [
  node(2, 'main', { x: 0, y: 0, width: 1000, height: 600 }, [
    node(9, 'button', { x: 450, y: 280, width: 100, height: 40 }),
  ]),
]);
const drawn = (t: number): Frame => ({ ...frame(t), tree });

async function exported(of: ExportRecording, frames: Frame[] | null) {
  const sink = new MemoryExportSink();
  const account = new ExportAccount();
  const shown = await readDemonstration(of, sink, account, {
    frames: frames && new MemoryFrameSource(frames),
    boxes: true,
  });
  await writeBenchTask(shown, ['https://till.example'], sink, account);
  const read = readBenchTask(JSON.parse(sink.text(`tasks/${manifest.id}.json`)));
  if (!read.ok) throw new Error(JSON.stringify(read.faults));
  return { task: read.value, report: account.report() };
}

const events = [
  { kind: 'surface', t: 0, surface: 3, phase: 'open', type: 'tab' } as const,
  front(0, 3),
  geometry(0, 1000, 600, 3),
  navigate(1, '/start', 3),
  state(10, 0, true, 3),
  ...click(1000, 500, 300, 0, 9),
  state(1200, 1, true, 3),
  ...typed(2000),
  key('keydown', 2500, 'Enter', 'navigation'),
  state(2600, 2, true, 3),
];
const masked: ExportRecording = {
  ...recording,
  async *events() {
    yield [...events];
  },
};

describe('tasks of the benchmark', () => {
  it('[EVA1] [EVA2] have what was done at each picture, with the box of the control in the picture', async () => {
    const { task } = await exported(masked, [drawn(10), drawn(1200), drawn(2600)]);
    expect(task.high_level_task_description).toBe('Type ok and press Enter');
    expect(task.applications).toEqual(['https://till.example']);
    expect(task.steps[0]).toEqual({
      step_num: 1,
      image: `${manifest.id}-0.png`,
      ground_truth_actions: [
        {
          type: 'click',
          params: { position: { x: 0.5, y: 0.5714 } },
          metadata: {
            bboxes: [
              {
                category_id: 1,
                rel_bbox: [0.45, 0.5429, 0.1, 0.0571],
                abs_bbox: [450, 380, 100, 40],
                area: 4000,
              },
            ],
          },
        },
      ],
    });
    expect(task.steps.at(-1)?.ground_truth_actions).toEqual([
      { type: 'terminate', params: { status: 'success' } },
    ]);
  });

  it('[EVA6] leave out what was typed behind a mask, and say so', async () => {
    const { task, report } = await exported(masked, null);
    expect(task.steps.map((step) => step.ground_truth_actions[0]?.type)).toEqual([
      'click',
      'press',
      'terminate',
    ]);
    expect(report.leftOut).toEqual([{ rule: 'masked-text', count: 1 }]);
    const open = await exported(recording, null);
    expect(open.task.steps.map((step) => step.ground_truth_actions[0]?.type)).toEqual([
      'click',
      'write',
      'press',
      'terminate',
    ]);
  });

  it('[EVA5] say what they have words for', () => {
    const at = { x: 0.5, y: 0.25 };
    const said = (...of: Parameters<typeof playedActions>) => playedActions(...of);
    expect(said({ kind: 'click', button: 'middle', count: 1, at, held: [] })).toEqual({
      actions: [],
      exact: false,
    });
    expect(said({ kind: 'click', button: 'left', count: 3, at, held: ['Shift'] })).toEqual({
      actions: [{ type: 'tripleClick', ...at }],
      exact: false,
    });
    expect(said({ kind: 'scroll', at, dx: 2, dy: 0, held: [] }).actions).toEqual([]);
    expect(said({ kind: 'scroll', at, dx: 0, dy: 3, held: [] })).toEqual({
      actions: [{ type: 'scroll', amount: -3 }],
      exact: true,
    });
    expect(said({ kind: 'keys', keys: ['ArrowDown'], count: 2 }).actions).toEqual([
      { type: 'press', keys: ['down', 'down'] },
    ]);
    expect(said({ kind: 'keys', keys: ['Control', 'v'], count: 1 }).actions).toEqual([
      { type: 'hotkey', keys: ['ctrl', 'v'] },
    ]);
    expect(said({ kind: 'select', at, text: 'Two' }).actions.map(({ type }) => type)).toEqual([
      'click',
      'write',
      'press',
    ]);
    expect(said({ kind: 'wait', seconds: 3 }).actions).toEqual([]);
  });
});
