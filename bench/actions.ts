import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ActionReducer } from '@aboveboard/dataset/actions';
import type { RecordedEvent } from '@aboveboard/protocol/event';
import type { Measured, Target } from './report.ts';

/** Actions from events, of made-up sessions; frames drawn from the sample recordings, on one core. */
export const targets: Target[] = [
  { metric: 'events', op: '>=', value: 1_000_000, unit: 'events/s' },
  { metric: 'frames', op: '>=', value: 5, unit: 'frames/s on one core' },
];

const EVENTS = 2_000_000;
const SEED = 20_261_122;

export async function run(): Promise<Measured> {
  const events = session(EVENTS, SEED);
  reduce(events.slice(0, 200_000));
  const best = { seconds: Number.POSITIVE_INFINITY, actions: 0, remainders: 0 };
  for (let round = 0; round < 3; round++) {
    const before = performance.now();
    const { actions, remainders } = reduce(events);
    const seconds = (performance.now() - before) / 1000;
    if (seconds < best.seconds) Object.assign(best, { seconds, actions, remainders });
  }
  const drawn = drawFrames();
  const copy = performance.now();
  let floor = 0;
  for (const event of events) floor += event.t;
  const seconds = (performance.now() - copy) / 1000;
  return {
    metrics: {
      events: EVENTS / best.seconds,
      actions: best.actions,
      frames: drawn.frames / (drawn.milliseconds / 1000),
      'bytes a frame': drawn.bytes / drawn.frames,
    },
    peers: { 'only reading t': { events: EVENTS / Math.max(seconds, 1e-6) } },
    notes: [
      `${EVENTS.toLocaleString('en-US')} events of made-up work at 125 Hz, seed ${SEED}, best of three`,
      `${drawn.frames} frames of the three sample recordings, with the browser's bars, browser and program on one core`,
      `${best.remainders.toLocaleString('en-US')} remainders (${floor > 0 ? 'all' : 'no'} events read)`,
    ],
  };
}

/** All processes of it on one core (taskset); loading is in it, starting the browser is not. */
function drawFrames(): { frames: number; bytes: number; milliseconds: number } {
  const program = fileURLToPath(new URL('frames/drawing.ts', import.meta.url));
  const { status, stdout, stderr } = spawnSync('taskset', ['-c', '0', process.execPath, program], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The frames could not be drawn on one core: ${stderr}`);
  return JSON.parse(stdout);
}

function reduce(events: readonly RecordedEvent[]): { actions: number; remainders: number } {
  const count = { actions: 0, remainders: 0 };
  const reducer = new ActionReducer(
    { action: () => count.actions++, remainder: () => count.remainders++ },
    { tickMicroseconds: 100 },
  );
  for (const event of events) reducer.push(event);
  reducer.end();
  return count;
}

/** Moving, clicking, dragging, scrolling, typing and reading, about as a person mixes them. */
function session(length: number, seed: number): RecordedEvent[] {
  let random = seed;
  const next = (most: number) => {
    random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
    return random % most;
  };
  const viewport = { width: 1280, height: 720 };
  const events: RecordedEvent[] = [
    {
      kind: 'geometry',
      t: 0,
      surface: 0,
      viewport,
      window: { x: 0, y: 0, ...viewport },
      screen: viewport,
      ratio: 1,
      zoom: 1,
    },
  ];
  let t = 0;
  const after = (ticks: number) => {
    t += ticks;
    return t;
  };
  let x = 640;
  let y = 360;
  let states = 0;
  const pointer = 'mouse' as const;
  const travel = (moves: number) => {
    for (let i = 0; i < moves; i++) {
      t += 80;
      x = Math.min(1279, Math.max(0, x + next(21) - 10));
      y = Math.min(719, Math.max(0, y + next(21) - 10));
      events.push({ kind: 'move', t, x, y });
    }
  };
  const settle = () => {
    events.push({ kind: 'state', t: after(200), surface: 0, index: states++, settled: false });
    events.push({ kind: 'state', t: after(3000), surface: 0, index: states++, settled: true });
  };
  while (events.length < length) {
    travel(40 + next(80));
    const what = next(10);
    if (what < 6) {
      events.push({ kind: 'down', t: after(500), x, y, button: 0, pointer, node: 7 });
      if (what === 0) travel(30);
      events.push({ kind: 'up', t: after(800), x, y, button: 0, pointer, node: 7 });
    } else if (what < 8) {
      for (let i = 0; i < 6; i++)
        events.push({ kind: 'wheel', t: after(400), x, y, dx: 0, dy: 100, mode: 'pixel' });
    } else {
      for (let i = 0; i < 12; i++) {
        events.push({ kind: 'keydown', t: after(1200), key: 'printable' });
        events.push({ kind: 'keyup', t: after(700), key: 'printable' });
      }
      events.push({ kind: 'text', t, node: 7, value: { open: false, length: 16, script: 'latin' } });
    }
    settle();
  }
  return events.slice(0, length);
}
