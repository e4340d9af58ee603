import { crc32, deflateSync, gunzipSync, gzipSync } from 'node:zlib';
import type { RecordedEvent } from '@aboveboard/protocol/event';
import type { ExportRecording } from '../src/export/export-recording.ts';
import type { Frame } from '../src/frame-source.ts';
import { MemoryFrameSource } from '../src/frame-source.ts';
import type { Candidate } from '../src/release/candidate.ts';
import { readCandidate } from '../src/release/candidate-reading.ts';
import { type BuiltRelease, buildRelease } from '../src/release/release-build.ts';
import type { ReleaseStore } from '../src/release/release-check.ts';
import { planRelease, type ReleaseAsk, type ReleasePlan } from '../src/release/release-plan.ts';
import { ReleaseSecret } from '../src/release/release-secret.ts';
import { type MeasuredRisk, measuredInputs } from '../src/release/risk-refusals.ts';
import type { RiskReport } from '../src/risk/risk-report.ts';
import { click, front, geometry, key, navigate, state, typed } from './event-rows.ts';
import { frame, manifest } from './shown-recording.ts';

/** A made-up recording of `person`: a click at a place of her own, words, Enter. */
export function recordingOf(person: number, number = 0, card: string | null = 'say-ok'): ExportRecording {
  const id = `R${String(person).padStart(9, '0')}x${String(number).padStart(9, '0')}AA`;
  const place = (person * 37 + number * 11) % 900;
  const events: RecordedEvent[] = [
    { kind: 'surface', t: 0, surface: 3, phase: 'open', type: 'tab' },
    front(0, 3),
    geometry(0, 1000, 600, 3),
    navigate(1, '/start', 3),
    state(10, 0, true, 3),
    ...click(1000, 20 + place, 300),
    state(1200, 1, true, 3),
    ...typed(2000),
    key('keydown', 2500, 'Enter', 'navigation'),
    state(2600, 2, true, 3),
  ];
  const task = card === null ? { kind: 'free' as const, text: 'Something of hers' } : cardTask(card);
  return {
    manifest: {
      ...manifest,
      id,
      class: 'own',
      task,
      outcome: { worked: true, reasons: [] },
      agreement: { id: 'agreement', version: 2, digest: 'a'.repeat(64) },
      counts: { ...manifest.counts, events: events.length },
    },
    async *events() {
      yield events;
    },
    async *states() {},
  };
}

function cardTask(id: string) {
  const { task } = manifest;
  if (task.kind !== 'card') throw new TypeError('the shown recording is of a card');
  return { ...task, card: { ...task.card, id } };
}

export const SECRET = Uint8Array.from({ length: 32 }, (_, i) => i);
export const secretOf = (first = 0) =>
  new ReleaseSecret(
    SECRET.map((byte, i) => (i === 0 ? first : byte)),
    crypto.subtle,
  );
export const HEAD = {
  name: 'made-up',
  version: 1,
  purpose: 'agent-training',
  software: { name: 'aboveboard', version: '0.1.0' },
};

const AGREED = new Map([['a'.repeat(64), 0.35]]);

/** A report with these shares at five minutes, of a control that found nothing. */
export function riskOf(naming = 0.1, linking = 0.5, level = 'release'): MeasuredRisk {
  const found = (share: number) => ({
    chance: 0.1,
    best: 'forest',
    attackers: { forest: { share, low: share - 0.05, high: share + 0.05 } },
  });
  const report = {
    format: 'aboveboard-risk',
    formatVersion: 1,
    level,
    people: 10,
    sessions: 40,
    minutes: 400,
    naming: [{ length: 5, found: found(naming), noSignal: found(0.1) }],
    linking: [{ length: 5, found: found(linking) }],
    joining: [],
  } as unknown as RiskReport;
  return { report, digest: 'b'.repeat(64), threshold: { naming: 0.3, linking: 0.7 }, agreed: AGREED };
}

export async function candidatesOf(recordings: readonly ExportRecording[]): Promise<Candidate[]> {
  return Promise.all(
    recordings.map((recording) => readCandidate(recording, recording.manifest.id.slice(0, 10))),
  );
}

export class MemoryRelease implements ReleaseStore {
  readonly files = new Map<string, Uint8Array>();

  async list(): Promise<string[]> {
    return [...this.files.keys()];
  }

  async read(name: string): Promise<Uint8Array | null> {
    return this.files.get(name) ?? null;
  }
}

export const zip = {
  gzip(bytes: Uint8Array): Uint8Array {
    const out = new Uint8Array(gzipSync(bytes));
    out[9] = 255;
    return out;
  },
  gunzip: (bytes: Uint8Array): Uint8Array => new Uint8Array(gunzipSync(bytes)),
};

/** Of one grey, with what `said` puts before the picture. */
export function blankPng(width: number, height: number, shade: number, said: Uint8Array[] = []): Uint8Array {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head[8] = 8;
  const rows = Buffer.alloc(height * (width + 1), shade & 255);
  for (let y = 0; y < height; y++) rows[y * (width + 1)] = 0;
  const chunks = [
    pngChunk('IHDR', head),
    ...said,
    pngChunk('IDAT', deflateSync(rows)),
    pngChunk('IEND', Buffer.alloc(0)),
  ];
  return new Uint8Array(Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...chunks]));
}

export function pngChunk(kind: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(kind, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

export type Made = { plan: ReleasePlan; built: BuiltRelease; store: MemoryRelease };

/** Planned and built in memory; `pictures`: with made-up ones. */
export async function made(
  recordings: readonly ExportRecording[],
  options: {
    ask?: ReleaseAsk;
    first?: number;
    risk?: MeasuredRisk | null;
    pictures?: boolean;
    frames?: readonly Frame[];
    atOnce?: number;
  } = {},
): Promise<Made> {
  const { ask = { level: 'release' }, first = 0, risk: given = riskOf(), pictures = false } = options;
  const candidates = await candidatesOf(recordings);
  const plan = await planRelease(candidates, secretOf(first), ask);
  const inputs = await measuredInputs(plan, crypto.subtle);
  const risk = given && { ...given, report: { inputs, ...given.report } as RiskReport };
  const store = new MemoryRelease();
  const drawn =
    options.frames ??
    [10, 1200, 2600].map((t): Frame => ({ ...frame(t), png: blankPng(1000, 700, t), text: 'Say it' }));
  const built = await buildRelease(plan, secretOf(first), HEAD, risk, {
    open: async (id) => recordings.find((one) => one.manifest.id === id) as ExportRecording,
    candidate: (id) => candidates.find(({ recording }) => recording === id) as Candidate,
    frames: () => (pictures || options.frames ? new MemoryFrameSource(drawn) : null),
    gzip: zip.gzip,
    atOnce: options.atOnce ?? 1,
    write: async (name, bytes) => void store.files.set(name, bytes),
    subtle: crypto.subtle,
  });
  store.files.set('release.json', built.bytes);
  return { plan, built, store };
}

export const people = (count: number, each = 1, card: string | null = 'say-ok') =>
  Array.from({ length: count * each }, (_, i) => recordingOf(Math.floor(i / each), i % each, card));
