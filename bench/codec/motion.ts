import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { RecordedEvent } from '@aboveboard/protocol/event';
import { EventColumns } from '@aboveboard/protocol/event-columns';

/**
 * Motion to measure codecs with: real pointer paths of five people, taken to 125 Hz with the sampling times
 * of a real 125 Hz mouse. Rules:
 * 1. Only rows that move (Move, Drag); rows with a coordinate above 20,000 are glitches of the logger; rows
 *    whose time does not advance or whose place is unchanged say nothing new.
 * 2. The logger sampled about every 100 ms. Between samples at most 250 ms apart the path is the cubic
 *    Hermite curve through them (slopes from the neighbours); longer gaps are pauses and stay as they are.
 * 3. Sampling times follow the gaps between moves of the AgentNet session, those of 4 to 12 ms, in order
 *    and over again (mean 8.3 ms, jitter and all). No two events share a place twice running.
 */
export type Motion = { tickMicroseconds: 100 | 1000; columns: EventColumns };

export const DATA =
  process.env['ABOVEBOARD_TEST_DATA'] ?? new URL('../../../shared/data', import.meta.url).pathname;
export const HOUR_AT_125_HZ = 450_000;

type Sample = { t: number; x: number; y: number };

export function mouseMotion(count: number, tickMicroseconds: 100 | 1000): Motion {
  const gaps = samplingGaps();
  const columns = new EventColumns(count);
  let clock = 0;
  let next = 0;
  let last = { x: Number.NaN, y: Number.NaN };
  for (const session of sessions()) {
    const begin = clock;
    for (let i = 1; i + 1 < session.length; i += 1) {
      const [a, b] = [session[i] as Sample, session[i + 1] as Sample];
      if (b.t - a.t > 250) continue;
      const before = session[i - 1] as Sample;
      const after = session[i + 2] ?? b;
      clock = Math.max(clock, begin + a.t);
      while (clock < begin + b.t) {
        const place = onCurve(before, a, b, after, clock - begin);
        if (place.x !== last.x || place.y !== last.y) {
          columns.pushMove(Math.round((clock * 1000) / tickMicroseconds), place.x, place.y);
          last = place;
          if (columns.length === count) return { tickMicroseconds, columns };
        }
        clock += gaps[next++ % gaps.length] as number;
      }
    }
    clock += 1000;
  }
  throw new Error(`the mouse data give only ${columns.length} events`);
}

function onCurve(before: Sample, a: Sample, b: Sample, after: Sample, t: number): { x: number; y: number } {
  const span = b.t - a.t;
  const u = (t - a.t) / span;
  const slope = (from: Sample, to: Sample, axis: 'x' | 'y') =>
    to.t === from.t || to.t - from.t > 500 ? 0 : ((to[axis] - from[axis]) / (to.t - from.t)) * span;
  const at = (axis: 'x' | 'y') =>
    Math.round(
      (2 * u ** 3 - 3 * u ** 2 + 1) * a[axis] +
        (u ** 3 - 2 * u ** 2 + u) * slope(before, b, axis) +
        (-2 * u ** 3 + 3 * u ** 2) * b[axis] +
        (u ** 3 - u ** 2) * slope(a, after, axis),
    );
  return { x: at('x'), y: at('y') };
}

/** Milliseconds, with fractions. */
function samplingGaps(): number[] {
  const times = jsonLines('recordings/agentnet-raw/events.jsonl')
    .filter((event) => event['action'] === 'move')
    .map((event) => Number(event['time_stamp']) * 1000);
  return times.slice(1).flatMap((t, i) => {
    const gap = t - (times[i] as number);
    return gap >= 4 && gap <= 12 ? [gap] : [];
  });
}

function* sessions(): Generator<Sample[]> {
  const root = `${DATA}/mouse`;
  if (!existsSync(root)) throw new Error('the mouse data are not here: see bench/codec/motion.ts');
  for (const user of readdirSync(root).sort()) {
    for (const file of readdirSync(`${root}/${user}`).sort()) {
      const rows = gunzipSync(readFileSync(`${root}/${user}/${file}`))
        .toString()
        .trim()
        .split('\n')
        .slice(1);
      const samples: Sample[] = [];
      for (const row of rows) {
        const [, client, , state, x, y] = row.split(',');
        const sample = { t: Math.round(Number(client) * 1000), x: Number(x), y: Number(y) };
        const last = samples.at(-1);
        if (state !== 'Move' && state !== 'Drag') continue;
        if (sample.x > 20_000 || sample.y > 20_000) continue;
        if (last && (sample.t <= last.t || (sample.x === last.x && sample.y === last.y))) continue;
        samples.push(sample);
      }
      yield samples;
    }
  }
}

/** A recorded stream as it is: `recordings/ducktrack` or `recordings/agentnet-raw`; kinds mapped, nothing dropped. */
export function trackedEvents(folder: string, tickMicroseconds: 100 | 1000): Motion {
  const rows = jsonLines(`recordings/${folder}/events.jsonl`);
  const begin = Number(rows[0]?.['time_stamp']);
  const columns = new EventColumns();
  for (const row of rows) {
    const t = Math.max(
      columns.last,
      Math.round(((Number(row['time_stamp']) - begin) * 1e6) / tickMicroseconds),
    );
    columns.push(trackedEvent(row, t));
  }
  return { tickMicroseconds, columns };
}

function trackedEvent(row: Record<string, unknown>, t: number): RecordedEvent {
  const place = { t, x: Number(row['x']), y: Number(row['y']) };
  switch (row['action']) {
    case 'move':
      return { kind: 'move', ...place };
    case 'click':
      return {
        kind: row['pressed'] ? 'down' : 'up',
        ...place,
        button: row['button'] === 'right' ? 2 : 0,
        pointer: 'mouse',
      };
    case 'scroll':
      return { kind: 'wheel', ...place, dx: Number(row['dx']), dy: Number(row['dy']), mode: 'line' };
    case 'press':
      return { kind: 'keydown', t, key: 'printable' };
    case 'release':
      return { kind: 'keyup', t, key: 'printable' };
    default:
      throw new Error('an action that is not mapped');
  }
}

function jsonLines(path: string): Record<string, unknown>[] {
  const text = readFileSync(`${DATA}/${path}`, 'utf8').trim();
  return text.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Whole segments of at most `size` events. */
export function segmentsOf({ columns }: Motion, size: number): EventColumns[] {
  const events = [...columns];
  const segments: EventColumns[] = [];
  for (let from = 0; from < events.length; from += size) {
    segments.push(EventColumns.of(events.slice(from, from + size)));
  }
  return segments;
}
