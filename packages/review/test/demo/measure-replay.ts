import { openRecording } from '@aboveboard/protocol/recording-reader';
import type { StateItem } from '@aboveboard/protocol/state';
import { webDeflate } from '@aboveboard/protocol/web-deflate';
import { Player } from '../../src/player.ts';
import { windowClock } from '../../src/player-clock.ts';
import { plainSealer } from '../plain-sealer.ts';
import { ONE_HOUR, synthetic } from '../synthetic-recording.ts';
import { all, ORIGINAL, written } from '../write-recording.ts';

/** What bench/replay.ts runs in the page; times are in milliseconds and end with the painted frame. */
export type ReplayFigures = {
  firstPicture: number;
  readAll: number;
  earlySeeks: number[];
  keys: number;
  keyBytes: number;
  recordingBytes: number;
  items: number;
  events: number;
};

const options = { ...ONE_HOUR, surfaces: 1 };
let made: Awaited<ReturnType<typeof written>> | null = null;
let player: Player | null = null;

export async function makeRecording(): Promise<void> {
  made = await written(synthetic(options));
}

export async function openOurs(): Promise<ReplayFigures> {
  if (!made) throw new Error('make it first');
  const mount = mountIn('ours');
  const begin = performance.now();
  const recording = await openRecording({
    id: ORIGINAL,
    store: made.store,
    sealer: plainSealer,
    deflate: webDeflate,
  });
  player = new Player({ recording, mount, clock: windowClock(window), deflate: webDeflate, title: 'Replay' });
  await player.ready;
  await painted();
  const firstPicture = performance.now() - begin;
  // Before the whole has been read once a seek waits for the reading: reported by itself.
  const earlySeeks = [await timed(() => (player as Player).seek(0.9 * (player as Player).durationTicks))];
  await player.complete;
  const readAll = performance.now() - begin;
  const kept = await made.store.list();
  return {
    firstPicture,
    readAll,
    earlySeeks,
    keys: player.keys.count,
    keyBytes: player.keys.bytes,
    recordingBytes: kept.reduce((sum, part) => sum + part.bytes, 0),
    items: recording.manifest.counts.states,
    events: recording.manifest.counts.events,
  };
}

export async function seekOurs(seeks: number): Promise<number[]> {
  const opened = player as Player;
  const times: number[] = [];
  for (const share of shares(seeks)) {
    times.push(await timed(() => opened.seek(share * opened.durationTicks)));
  }
  return times;
}

export function forgetOurs(): void {
  player?.destroy();
  player = null;
}

/** rrweb-player on the same pages and the same pointer, as it wants them: all events in one list. */
export async function measurePeer(seeks: number): Promise<{ firstPicture: number; seeks: number[] }> {
  if (!made) throw new Error('make it first');
  const { default: RrwebPlayer } = await import('rrweb-player');
  const events = await rrwebEvents();
  const target = mountIn('peer');
  const begin = performance.now();
  const peer = new RrwebPlayer({
    target,
    props: { events, autoPlay: false, showController: false, width: 1280, height: 800, mouseTail: false },
  });
  await new Promise<void>((resolve) => {
    peer.getReplayer().on('fullsnapshot-rebuilded', () => resolve());
  });
  await painted();
  const firstPicture = performance.now() - begin;
  const times: number[] = [];
  for (const share of shares(seeks)) {
    times.push(await timed(async () => peer.goto(share * peer.getMetaData().totalTime, false)));
  }
  return { firstPicture, seeks: times };
}

async function rrwebEvents() {
  if (!made) throw new Error('make it first');
  const { recording } = made;
  const events: { type: number; data: unknown; timestamp: number }[] = [];
  for (const item of (await all(recording.states())) as StateItem[]) {
    events.push({ ...item.event, timestamp: item.t });
  }
  let positions: { x: number; y: number; id: number; timeOffset: number; t: number }[] = [];
  const flush = (t: number) => {
    if (positions.length === 0) return;
    const data = {
      source: 1,
      positions: positions.map(({ t: at, ...one }) => ({ ...one, timeOffset: at - t })),
    };
    events.push({ type: 3, data, timestamp: t });
    positions = [];
  };
  for await (const part of recording.events()) {
    for (const event of part) {
      if (event.kind !== 'move') continue;
      if (positions[0] && event.t - positions[0].t >= 500) flush(event.t);
      // rrweb names the node under the pointer; the body stands in for it.
      positions.push({ x: event.x, y: event.y, id: 1, timeOffset: 0, t: event.t });
    }
  }
  return events.sort((a, b) => a.timestamp - b.timestamp) as never[];
}

function mountIn(id: string): HTMLElement {
  const mount = document.createElement('div');
  mount.id = id;
  mount.style.cssText = 'position:relative;width:1280px;height:800px';
  document.body.replaceChildren(mount);
  return mount;
}

async function timed(run: () => Promise<void>): Promise<number> {
  const begin = performance.now();
  await run();
  await painted();
  return performance.now() - begin;
}

/** After the next frame has been drawn. */
function painted(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve();
      port2.postMessage(null);
    });
  });
}

/** Spread over the recording, in no order. */
function shares(count: number): number[] {
  return Array.from({ length: count }, (_, i) => ((i * 0.618034) % 1) * 0.99 + 0.005);
}
