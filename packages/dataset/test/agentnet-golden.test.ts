import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordedEvent } from '@aboveboard/protocol/event';
import { describe, expect, it } from 'vitest';
import { exportTrajectory } from '../src/export/agentnet.ts';
import { ExportAccount, type ExportRecording } from '../src/export/export-recording.ts';
import { MemoryExportSink } from '../src/export/memory-sink.ts';
import { readCalls } from '../src/export/python-call.ts';
import { agentnetRaw } from '../src/import/agentnet-raw.ts';
import type { ImportSource } from '../src/import/import-account.ts';
import { folderSource, hasRecordingData, imported, recordingData, textSource } from './source-files.ts';

const present = hasRecordingData('agentnet-raw') && hasRecordingData('agentnet-golden');
const SCREEN = { width: 1366, height: 768 };

type Step = { name: string; x: number; y: number; to?: { x: number; y: number }; amount?: number };

/** Kind and places of one step's code, in fractions; several calls of one action are one step. */
function stepOf(code: string): Step | null {
  const calls = readCalls(code) ?? [];
  const place = (call: (typeof calls)[number] | undefined) => ({
    x: Number(call?.named['x']),
    y: Number(call?.named['y']),
  });
  const [first, second] = calls;
  if (first === undefined || first.name.startsWith('computer.')) return null;
  if (second?.name === 'pyautogui.dragTo') return { name: 'drag', ...place(first), to: place(second) };
  if (second?.name === 'pyautogui.scroll')
    return { name: 'scroll', ...place(first), amount: Number(second.args[0]) };
  return { name: first.name, ...place(first) };
}

async function stepsOf(source: ImportSource, change = (events: RecordedEvent[]) => events): Promise<Step[]> {
  const { recording } = await imported(agentnetRaw, source);
  const all: RecordedEvent[] = [];
  for await (const events of recording.events()) all.push(...events);
  const changed: ExportRecording = {
    manifest: recording.manifest,
    states: recording.states,
    async *events() {
      yield change(all);
    },
  };
  const sink = new MemoryExportSink();
  const account = new ExportAccount();
  await exportTrajectory(changed, sink, account, { frames: null });
  const { traj } = JSON.parse(sink.text('trajectories.jsonl')) as { traj: { value: { code: string } }[] };
  return traj.map(({ value }) => stepOf(value.code)).filter((step) => step !== null);
}

function golden(): Step[] {
  const line = readFileSync(join(recordingData('agentnet-golden'), 'raw_example.jsonl'), 'utf8');
  const { traj } = JSON.parse(line) as { traj: { value: { code: string } }[] };
  return traj.map(({ value }) => stepOf(value.code)).filter((step) => step !== null);
}

function agrees(ours: Step, theirs: Step): boolean {
  const close = (a: number, b: number) => Math.abs(a - b) <= 0.01;
  if (ours.name !== theirs.name || !close(ours.x, theirs.x) || !close(ours.y, theirs.y)) return false;
  if (theirs.to && !(ours.to && close(ours.to.x, theirs.to.x) && close(ours.to.y, theirs.to.y))) return false;
  return theirs.amount === ours.amount;
}

/** The longest row of agreeing steps, in order, in both lists. */
function agreeing(ours: readonly Step[], theirs: readonly Step[]): number {
  const best = Array.from({ length: ours.length + 1 }, () => new Array<number>(theirs.length + 1).fill(0));
  for (let i = ours.length - 1; i >= 0; i--) {
    for (let j = theirs.length - 1; j >= 0; j--) {
      const both = agrees(ours[i] as Step, theirs[j] as Step) ? 1 + (best[i + 1]?.[j + 1] ?? 0) : 0;
      (best[i] as number[])[j] = Math.max(both, best[i + 1]?.[j] ?? 0, best[i]?.[j + 1] ?? 0);
    }
  }
  return best[0]?.[0] ?? 0;
}

type RawEvent = { time_stamp: number; x?: number; y?: number };

/** The session with its events and metadata changed; without trees, which would have to change as well. */
function variant(
  change: (event: RawEvent, index: number, count: number) => RawEvent,
  size = SCREEN,
): ImportSource {
  const folder = recordingData('agentnet-raw');
  const lines = readFileSync(join(folder, 'events.jsonl'), 'utf8').trim().split('\n');
  const events = lines.map((line, i) =>
    JSON.stringify(change(JSON.parse(line) as RawEvent, i, lines.length)),
  );
  const metadata = JSON.parse(readFileSync(join(folder, 'metadata.json'), 'utf8')) as object;
  return textSource({
    'events.jsonl': events.join('\n'),
    'metadata.json': JSON.stringify({ ...metadata, screen_width: size.width, screen_height: size.height }),
  });
}

describe.skipIf(!present)('AgentNet golden (needs data/recordings/agentnet-raw and agentnet-golden)', () => {
  it('agrees with the peer in kind and position of all 14 actions', async () => {
    const theirs = golden();
    expect(theirs).toHaveLength(14);
    expect(agreeing(await stepsOf(folderSource(recordingData('agentnet-raw'))), theirs)).toBe(14);
  });

  it('finds only what docs/agentnet-agreement.md explains besides', async () => {
    const ours = await stepsOf(folderSource(recordingData('agentnet-raw')));
    const theirs = golden();
    const besides = ours.filter((step) => !theirs.some((other) => agrees(step, other)));
    expect(besides.map(({ name }) => name)).toEqual([
      'pyautogui.click',
      'pyautogui.click',
      'scroll',
      'scroll',
      'pyautogui.hotkey',
    ]);
  });

  it.each([
    ['twice as large', 2, 0],
    ['three quarters as large', 0.75, 0],
    ['an hour later', 1, 3600],
    ['before the clock began', 1, -40_000],
  ])('gives the same actions for the session %s', async (_, scale, later) => {
    const source = variant(
      (event) => ({
        ...event,
        time_stamp: event.time_stamp + later,
        ...(event.x === undefined ? {} : { x: event.x * scale, y: (event.y ?? 0) * scale }),
      }),
      { width: SCREEN.width * scale, height: SCREEN.height * scale },
    );
    const ours = await stepsOf(source);
    expect(agreeing(ours, golden())).toBe(14);
    expect(ours).toHaveLength(19);
  });

  it.each([500, 2200, 246 + 3, 270, 311 + 3, 717 + 3])(
    '[ACT23] gives the same actions when the display is resized after event %i',
    async (at) => {
      const resize = (events: RecordedEvent[]): RecordedEvent[] => {
        const geometry = events.find((event) => event.kind === 'geometry');
        if (!geometry) throw new Error('no geometry');
        const viewport = { width: geometry.viewport.width * 1.5, height: geometry.viewport.height * 2 };
        const later = events
          .slice(at)
          .map((event) =>
            'x' in event && 'y' in event ? { ...event, x: event.x * 1.5, y: event.y * 2 } : event,
          );
        return [...events.slice(0, at), { ...geometry, t: events[at]?.t ?? 0, viewport }, ...later];
      };
      const ours = await stepsOf(folderSource(recordingData('agentnet-raw')), resize);
      expect(agreeing(ours, golden())).toBe(14);
      expect(ours).toHaveLength(19);
    },
  );

  it('sees a seeded hole: with fractions of the first geometry alone the resized session does not agree', async () => {
    const unscaled = (events: RecordedEvent[]) =>
      events.map((event, i) =>
        i > 500 && 'x' in event && 'y' in event ? { ...event, x: event.x * 1.5 } : event,
      );
    expect(
      agreeing(await stepsOf(folderSource(recordingData('agentnet-raw')), unscaled), golden()),
    ).toBeLessThan(6);
  });
});
