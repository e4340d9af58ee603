import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type AttackedTask, PAUSE_MS, type PointerSession } from '@aboveboard/dataset/risk/attacked-task';
import { isBalabit, readBalabit } from '@aboveboard/dataset/risk/pointer-table';
import type { RiskSubject } from '@aboveboard/dataset/risk/risk-job';
import { Deidentification } from '@aboveboard/redact/movement/deidentification';
import { Drawing } from '@aboveboard/redact/movement/drawing';
import { ElementBoxes } from '@aboveboard/redact/movement/element-boxes';
import { PointerTrack } from '@aboveboard/redact/movement/pointer-sample';
import { SampleFault, SampleReader } from '@aboveboard/redact/movement/sample-text';
import { type ScreenSize, STANDARD_SCREEN, usualScreen } from '@aboveboard/redact/movement/screen-geometry';
import { PART_ACTIONS } from '@aboveboard/redact/movement/task-parts';
import { CommandFailure } from './command.ts';

/** The most that a table may hold when it is unpacked. */
const MOST_BYTES = 512 * 1024 * 1024;

/**
 * A folder with one folder for each person and in it one table for each session: NAME.csv or NAME.csv.gz, our own or the
 * Balabit challenge's, with NAME.tokens.json beside it where the release says more of it (a list of `channel:value`).
 * Folders' and files' names go nowhere.
 */
export function readPointerDataset(folder: string): PointerSession[] {
  let people: string[];
  try {
    people = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort();
  } catch {
    throw new CommandFailure('There is no such folder.');
  }
  const sessions: PointerSession[] = [];
  for (const [person, name] of people.entries()) {
    const files = readdirSync(join(folder, name))
      .filter((file) => /\.csv(\.gz)?$/.test(file))
      .sort();
    for (const [i, file] of files.entries()) {
      const where = `table ${i + 1} of person ${person + 1}`;
      const track = readTrack(join(folder, name, file), where);
      const tokens = readTokens(join(folder, name, file.replace(/\.csv(\.gz)?$/, '.tokens.json')), where);
      sessions.push({ person, session: sessions.length, track, tokens });
    }
  }
  const counts = people.map((_, person) => sessions.filter((one) => one.person === person).length);
  if (counts.length < 2 || counts.some((count) => count < 4)) {
    throw new CommandFailure('A measurement needs two people or more, and four sessions of each of them.');
  }
  return sessions;
}

/** What `aboveboard risk --level` takes. */
export type MeasuredLevel = 'as-it-stands' | 'release';

/** Sessions as they stand, or each of their tasks brought to `release` first, in parts as that gives them (MOV27). */
export function subjectOf(sessions: readonly PointerSession[], level: MeasuredLevel): RiskSubject {
  if (level === 'as-it-stands') return { sessions, released: (task) => [task] };
  const screens = new Map(sessions.map(({ session, track }) => [session, screenOf(track)]));
  return { sessions, released: (task) => partsOfTask(task, screens.get(task.session) ?? STANDARD_SCREEN) };
}

export function activeMinutes(sessions: readonly PointerSession[]): number {
  let active = 0;
  for (const { track } of sessions) {
    for (let i = 1; i < track.length; i++) {
      active += Math.min(PAUSE_MS, Math.max(0, (track.t[i] as number) - (track.t[i - 1] as number)));
    }
  }
  return active / 60_000;
}

function partsOfTask(task: AttackedTask, screen: ScreenSize): AttackedTask[] {
  const parts: AttackedTask[] = [];
  const next = () => {
    const track = new PointerTrack();
    parts.push({ ...task, track });
    return { out: track, draws: new Drawing(new Uint8Array(randomBytes(32))) };
  };
  const first = next();
  const one = new Deidentification(first.out, {
    level: 'release',
    boxes: new ElementBoxes(),
    draws: first.draws,
    screen,
    ...(task.whole ? {} : { parts: { actions: PART_ACTIONS, next } }),
  });
  task.track.giveTo(one);
  one.end();
  return parts.filter(({ track }) => track.length > 0);
}

/** These tables do not tell the screen; it shows in how far a session reaches. */
function screenOf(track: PointerTrack): ScreenSize {
  let [right, bottom] = [0, 0];
  for (let i = 0; i < track.length; i++) {
    right = Math.max(right, track.x[i] as number);
    bottom = Math.max(bottom, track.y[i] as number);
  }
  return usualScreen(right, bottom);
}

function readTrack(file: string, where: string): PointerTrack {
  const raw = readFileSync(file);
  const track = new PointerTrack();
  try {
    const bytes = file.endsWith('.gz') ? gunzipSync(raw, { maxOutputLength: MOST_BYTES }) : raw;
    const header = bytes.subarray(0, 80).toString('utf8').split('\n')[0] ?? '';
    if (isBalabit(header)) readBalabit(bytes.toString('utf8'), track);
    else {
      const reader = new SampleReader(track);
      reader.push(bytes);
      reader.end();
    }
  } catch (error) {
    const why = error instanceof SampleFault || error instanceof RangeError ? `: ${error.message}` : '';
    throw new CommandFailure(`${where} can not be read${why}.`);
  }
  return track;
}

function readTokens(file: string, where: string): string[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return [];
  }
  const value: unknown = parsed(text);
  if (!Array.isArray(value) || value.some((one) => typeof one !== 'string')) {
    throw new CommandFailure(`What is said besides of ${where} is no list of strings.`);
  }
  return value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
