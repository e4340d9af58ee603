import type { Manifest } from '@aboveboard/protocol/manifest';
import { describe, expect, it } from 'vitest';
import { exportTrajectory } from '../src/export/agentnet.ts';
import { anthropic } from '../src/export/anthropic.ts';
import type { Dialect } from '../src/export/dialect.ts';
import { ExportAccount } from '../src/export/export-recording.ts';
import { MemoryExportSink } from '../src/export/memory-sink.ts';
import { openai } from '../src/export/openai.ts';
import { pyautogui } from '../src/export/pyautogui.ts';
import { uiTars } from '../src/export/ui-tars.ts';
import { type Frame, MemoryFrameSource } from '../src/frame-source.ts';
import { frame, manifest, recording } from './shown-recording.ts';

type Line = {
  task_id: string;
  instruction: string;
  task_completed?: boolean;
  traj: {
    index: number;
    image: string | null;
    value: { code?: string; actions?: unknown[]; thought?: string };
  }[];
};

async function exported(dialect: Dialect, frames: Frame[] | null, given: Partial<Manifest> = {}) {
  const sink = new MemoryExportSink();
  const account = new ExportAccount();
  const source = frames === null ? null : new MemoryFrameSource(frames);
  await exportTrajectory({ ...recording, manifest: { ...manifest, ...given } }, sink, account, {
    dialect,
    frames: source,
  });
  const lines = sink.text('trajectories.jsonl').trimEnd().split('\n');
  return { sink, report: account.report(), line: JSON.parse(lines[0] ?? '') as Line, lines };
}

/** What the format asks for, written from its description, not from the exporter. */
function faultsOf(line: Line, files: ReadonlyMap<string, Uint8Array>): string[] {
  const faults: string[] = [];
  const calls =
    /^(pyautogui\.(click|doubleClick|rightClick|middleClick|moveTo|dragTo|scroll|hscroll|write|press|hotkey|keyDown|keyUp)|computer\.(tripleClick|wait|terminate))\(.*\)$/;
  if (typeof line.task_id !== 'string' || typeof line.instruction !== 'string') faults.push('head');
  for (const [i, { index, image, value }] of line.traj.entries()) {
    if (index !== i) faults.push(`index ${i}`);
    if (image !== null && !files.has(`images/${image}`)) faults.push(`image ${i}`);
    for (const call of value.code?.split('\n') ?? []) {
      if (!calls.test(call)) faults.push(`code ${i}`);
      for (const [, place] of call.matchAll(/\b[xy]=(-?[\d.]+)/g)) {
        if (Number(place) < 0 || Number(place) > 1 || (place?.split('.')[1]?.length ?? 0) > 4)
          faults.push(`place ${i}`);
      }
    }
  }
  return faults;
}

describe('trajectories', () => {
  it('[EXP30] have the fields of the format, places as fractions of the picture', async () => {
    const { line, sink, report } = await exported(pyautogui, [frame(10), frame(1200), frame(2600)]);
    expect(faultsOf(line, sink.files)).toEqual([]);
    expect(line).toEqual({
      task_id: manifest.id,
      instruction: 'Type ok and press Enter',
      task_completed: true,
      traj: [
        {
          index: 0,
          image: `${manifest.id}-0.png`,
          value: { code: 'pyautogui.click(x=0.5, y=0.5714)', thought: 'the field is there' },
        },
        { index: 1, image: `${manifest.id}-1.png`, value: { code: "pyautogui.write(message='ok')" } },
        { index: 2, image: `${manifest.id}-1.png`, value: { code: "pyautogui.press('enter')" } },
        { index: 3, image: `${manifest.id}-2.png`, value: { code: "computer.terminate(status='success')" } },
      ],
    });
    expect(report).toEqual({ recordings: 1, actions: 3, frames: 3, leftOut: [], shortened: [] });
  });

  it('[EXP31] without pictures refer to the viewport and name none', async () => {
    const { line, sink } = await exported(pyautogui, null);
    expect(line.traj.map(({ image }) => image)).toEqual([null, null, null, null]);
    expect(line.traj[0]?.value.code).toBe('pyautogui.click(x=0.5, y=0.5)');
    expect([...sink.files.keys()]).toEqual(['trajectories.jsonl']);
  });

  it('[EXP3] a picture that could not be drawn is accounted for', async () => {
    const { line, report } = await exported(pyautogui, [frame(1200)]);
    expect(line.traj[0]).toMatchObject({ image: null, value: { code: 'pyautogui.click(x=0.5, y=0.5)' } });
    expect(report.shortened).toEqual([{ rule: 'no-picture', count: 1 }]);
  });

  it('[EXP32] end with her word, and with nothing where she gave none', async () => {
    const unsaid = { outcome: { worked: null, reasons: [] } };
    const { line } = await exported(pyautogui, null, unsaid);
    expect(line.traj).toHaveLength(3);
    expect('task_completed' in line).toBe(false);
    const failed = await exported(pyautogui, null, { outcome: { worked: false, reasons: [] } });
    expect(failed.line.traj.at(-1)?.value.code).toBe("computer.terminate(status='failure')");
  });

  it('[EXP15] [EXP20] [EXP25] give calls of other dialects as a list', async () => {
    const calls = async (dialect: Dialect) =>
      (await exported(dialect, [frame(10), frame(1200)])).line.traj.map(({ value }) => value.actions);
    expect(await calls(openai)).toEqual([
      [{ type: 'click', button: 'left', x: 500, y: 400 }],
      [{ type: 'type', text: 'ok' }],
      [{ type: 'keypress', keys: ['ENTER'] }],
    ]);
    expect(await calls(anthropic)).toEqual([
      [{ action: 'left_click', coordinate: [500, 400] }],
      [{ action: 'type', text: 'ok' }],
      [{ action: 'key', text: 'Return' }],
    ]);
    expect(await calls(uiTars)).toEqual([
      ["click(start_box='(500,571)')"],
      ["type(content='ok')"],
      ["hotkey(key='enter')"],
      ["finished(content='')"],
    ]);
  });

  it('[EXP2] hold no calendar: not even the week', async () => {
    const { sink } = await exported(pyautogui, [frame(10)]);
    for (const name of sink.files.keys()) expect(sink.text(name)).not.toContain('2026');
  });
});
