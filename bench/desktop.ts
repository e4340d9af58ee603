import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MeasuredEvent } from '../apps/desktop/test/measured-recorder.ts';
import { RecorderProcess } from '../apps/desktop/test/recorder-process.ts';
import { SteadyHands } from '../apps/desktop/test/steady-hands.ts';
import { bringDesktop, DesktopStage } from '../e2e/desktop/desktop-stage.ts';
import { heardByServer, keptBeside } from './desktop/server-hearing.ts';
import { treeOfManyNodes } from './desktop/tree.ts';
import type { Measured, Target } from './report.ts';

/**
 * The recorder of a desktop on a real X server with a window manager and a GTK editor: a hand at 125 Hz and four letters
 * a second, which change one frame a second. Processor time is what the kernel counts for the recorder's processes.
 */
export const targets: Target[] = [
  { metric: 'cpu', op: '<=', value: 4, unit: '% of a core' },
  { metric: 'cpu_idle', op: '<=', value: 0.3, unit: '% of a core' },
  { metric: 'memory', op: '<=', value: 150, unit: 'MB' },
  { metric: 'kept_at_1000_hz', op: '>=', value: 100, unit: '%' },
  { metric: 'timestamps_off', op: '<=', value: 2, unit: 'ms' },
  { metric: 'stored_an_hour', op: '<=', value: 8, unit: 'MB' },
  { metric: 'durable_p99', op: '<=', value: 300, unit: 'ms' },
  { metric: 'tree_first', op: '<=', value: 20, unit: 'ms' },
  { metric: 'tree_change', op: '<=', value: 3, unit: 'ms' },
];

const WORK = 45_000;
const IDLE = 20_000;
const FAST = 5_000;
const SETTLE = 4_000;
const BOX = { x: 120, y: 250, width: 500, height: 300 };
const MEGABYTE = 1_000_000;
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export async function run(): Promise<Measured> {
  bringDesktop();
  const folder = await mkdtemp(join(tmpdir(), 'aboveboard-bench-desktop-'));
  const stage = await DesktopStage.start();
  try {
    stage.run('mousepad');
    const window = await stage.windowOf('Mousepad');
    stage.hands('windowmove', '--sync', window, '60', '120', 'windowsize', '--sync', window, '700', '500');
    stage.hands('windowactivate', '--sync', window);
    const hands = await SteadyHands.at(stage.environment['DISPLAY']);
    const ours = await recorder(stage, hands, folder);
    const ffmpeg = await ffmpegOf(stage, hands, join(folder, 'peer.mp4'));
    hands.close();
    const tree = await treeOfManyNodes(stage);
    return {
      metrics: { ...ours, ...tree },
      peers: ffmpeg ? { 'ffmpeg x11grab 10 fps': ffmpeg } : {},
      notes: [
        `${WORK / 1000} s of work, ${IDLE / 1000} s idle, ${FAST / 1000} s at 1,000 Hz; Xvfb 1280x800, openbox, mousepad`,
        'processor time of the recorder and its children (user and system), as the kernel counts it; not the time on a clock',
        'timestamps: the greatest distance to those that another client of RECORD was given, after one constant was taken off all',
        'memory at the end of this run, not of an hour',
        'input to durable: from the time of the event to when the part’s synced file got its name; the two clocks are joined at the last move',
        ...(ffmpeg ? [] : ['ffmpeg is not here: the peer is absent']),
        `load ${readFileSync('/proc/loadavg', 'utf8').split(' ')[0] ?? '?'} when it ended`,
      ],
    };
  } finally {
    await stage.end();
    await rm(folder, { recursive: true, force: true });
  }
}

async function recorder(stage: DesktopStage, hands: SteadyHands, folder: string) {
  const spool = join(folder, 'spool');
  // With the collector as it is for everybody: nothing is asked of it while it is measured.
  const process_ = await RecorderProcess.start(spool, stage.environment, [
    ...(process.env['BENCH_PROFILE'] ? ['--cpu-prof', `--cpu-prof-dir=${process.env['BENCH_PROFILE']}`] : []),
  ]);
  try {
    const { pid } = process_;
    await process_.ask('agree');
    await pause(SETTLE);
    const idle = await share(pid, () => pause(IDLE));
    await process_.ask('record');
    await hands.work(SETTLE, { hertz: 125, keys: 4, box: BOX });
    const recordings = join(spool, 'recordings');
    const stored = bytesIn(recordings);
    const cpu = await share(pid, () => hands.work(WORK, { hertz: 125, keys: 4, box: BOX }));
    const { lastMove } = hands;
    await pause(1_000);
    const bytes = bytesIn(recordings) - stored;
    const { rss } = await process_.ask('weigh');
    const durable = await writtenAt(recordings);
    const work = await process_.ask('close');

    await process_.ask('record');
    const server = await heardByServer(stage.environment['DISPLAY']);
    await pause(SETTLE);
    await hands.work(FAST, { hertz: 1000, keys: 0, box: BOX });
    await pause(1_000);
    const heard = server.end();
    const { kept, off } = keptBeside(heard, (await process_.ask('close')).parts.flat());
    await process_.ask('end');
    return {
      cpu,
      cpu_idle: idle,
      memory: rss / MEGABYTE,
      kept_at_1000_hz: kept,
      moves_at_1000_hz: heard.length,
      timestamps_off: off,
      stored_an_hour: (bytes / MEGABYTE) * (3_600_000 / WORK),
      durable_p99: lateness(work.parts, durable, lastMove),
    };
  } finally {
    await process_.end();
  }
}

/** The same work under a recorder of the screen; null: it is not here. */
async function ffmpegOf(stage: DesktopStage, hands: SteadyHands, file: string) {
  if (!existsSync('/usr/bin/ffmpeg')) return null;
  const grab = ['-f', 'x11grab', '-framerate', '10', '-i', stage.environment['DISPLAY'] as string];
  const write = ['-c:v', 'libx264', '-preset', 'veryfast', '-y', file];
  const peer = spawn('ffmpeg', ['-loglevel', 'error', ...grab, ...write], {
    env: stage.environment,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = new Promise((resolve) => peer.once('exit', resolve));
  const pid = peer.pid as number;
  await hands.work(SETTLE, { hertz: 125, keys: 4, box: BOX });
  const cpu = await share(pid, () => hands.work(WORK, { hertz: 125, keys: 4, box: BOX }));
  const memory = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
  peer.stdin?.write('q');
  await ended;
  const hour = 3_600_000 / (SETTLE + WORK);
  return {
    cpu,
    memory: memory / MEGABYTE,
    stored_an_hour: ((await stat(file)).size / MEGABYTE) * hour,
  };
}

/** Percent of one core. */
async function share(pid: number, work: () => Promise<unknown>): Promise<number> {
  const [spent, begun] = [processorTime(pid), performance.now()];
  await work();
  return ((processorTime(pid) - spent) / (performance.now() - begun)) * 100;
}

/** Milliseconds of a process and of all below it, those that ended among them; the kernel counts in hundredths of a second. */
function processorTime(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [user, system, userBelow, systemBelow] = fields.slice(11, 15) as [number, number, number, number];
  const threads = readdirSync(`/proc/${pid}/task`);
  const below = threads.flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
  const living = below.reduce((sum, child) => sum + processorTime(child), 0);
  return (user + system + userBelow + systemBelow) * 10 + living;
}

function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).reduce((sum, name) => {
    const about = statSync(join(folder, name));
    return sum + (about.isFile() ? about.size : 0);
  }, 0);
}

/** When each part of events got its name, in their order: its bytes were synced just before. */
async function writtenAt(recordings: string): Promise<number[]> {
  const names = readdirSync(recordings, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.events'))
    .sort();
  return Promise.all(names.map(async (name) => (await stat(join(recordings, name))).ctimeMs));
}

/**
 * The 99th of a hundred moves. `lastMove`: when the last was made, by the clock of the files, which joins the recording's
 * to it. What the end of the recording wrote has no time and does not count.
 */
function lateness(parts: readonly MeasuredEvent[][], durable: readonly number[], lastMove: number): number {
  const moves = (part: readonly MeasuredEvent[] = []) => part.filter(({ kind }) => kind === 'move');
  const begun = lastMove - (moves(parts.flat()).at(-1)?.milliseconds ?? Number.NaN);
  const late = durable.flatMap((at, i) =>
    moves(parts[i]).map(({ milliseconds }) => at - begun - milliseconds),
  );
  late.sort((a, b) => a - b);
  return late[Math.floor(late.length * 0.99)] ?? Number.NaN;
}
