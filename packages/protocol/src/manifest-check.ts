import { z } from 'zod';
import { LAST_TICK } from './event-check.ts';
import type { Checked, Fault } from './fault.ts';
import { upgradeManifest } from './ladder.ts';
import type { Manifest, PartEntry, PartKind } from './manifest.ts';
import { limitsWith, type RecordingLimits } from './recording-limits.ts';
import { taskCard } from './task-card-check.ts';
import { faultsOf, plainText } from './value-check.ts';
import { weeksIn } from './week.ts';

/**
 * Manifests from outside (REC1-REC17): all the faults at once, each with its rule and place; nothing of
 * the content is quoted. Fields that are not known are refused: what a recording may say is a closed list.
 */
const whole = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const name = z.string().regex(/^[A-Za-z0-9@][A-Za-z0-9@/._+-]{0,127}$/);
const rule = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/);
const counted = z.array(z.strictObject({ rule, count: whole })).max(1000);

const SIGNALS = ['pointer', 'keys', 'text', 'states', 'frames', 'photographs'] as const;

const shape = z.strictObject({
  format: z.literal('aboveboard-recording'),
  version: z.literal(1),
  id: z.string().regex(/^[A-Za-z0-9_-]{21}[AQgw]$/),
  class: z.enum(['own', 'foreign', 'demonstration']),
  week: z.string().regex(/^\d{4}-W\d{2}$/),
  clock: z.strictObject({
    tickMicroseconds: z.union([z.literal(100), z.literal(1000)]),
    durationTicks: whole.max(LAST_TICK),
  }),
  task: z.union([
    z.strictObject({ kind: z.literal('free'), text: plainText(10_000) }),
    z.strictObject({
      kind: z.literal('card'),
      card: taskCard,
      inputs: z.record(z.string().max(64), plainText(1000)),
    }),
  ]),
  outcome: z.strictObject({
    worked: z.boolean().nullable(),
    reasons: z.array(z.strictObject({ action: whole, text: plainText(10_000) })).max(10_000),
  }),
  agreement: z.strictObject({ id: name, version: whole, digest }).nullable(),
  receipt: digest.nullable(),
  software: z
    .array(z.strictObject({ name, version: name }))
    .min(1)
    .max(32),
  signals: z.array(z.enum(SIGNALS)).max(SIGNALS.length),
  parts: z.array(
    z.strictObject({
      kind: z.enum(['events', 'states', 'frames']),
      index: whole,
      from: whole.max(LAST_TICK),
      to: whole.max(LAST_TICK),
      count: whole.min(1),
      bytes: whole.min(1),
      sha256: digest,
    }),
  ),
  counts: z.strictObject({ events: whole, states: whole, frames: whole }),
  masks: counted,
  origin: z
    .strictObject({ format: z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/), kept: whole, reduced: counted })
    .optional(),
});

/** The rule that a field's shape belongs to. */
const RULES: Readonly<Record<string, string>> = {
  format: 'REC2',
  version: 'REC3',
  id: 'REC4',
  class: 'REC5',
  week: 'REC6',
  clock: 'REC7',
  task: 'REC8',
  outcome: 'REC10',
  agreement: 'REC5',
  receipt: 'REC5',
  software: 'REC11',
  signals: 'REC11',
  parts: 'REC12',
  counts: 'REC13',
  masks: 'REC14',
  origin: 'REC15',
};

/** From the bytes of an inflated manifest part. Older versions are brought up; newer ones are refused by name. */
export function parseManifest(bytes: Uint8Array, limits: Partial<RecordingLimits> = {}): Checked<Manifest> {
  if (bytes.length > limitsWith(limits).inflatedBytes) return refused('REC87', 'has too many bytes');
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return refused('REC2', 'is not JSON in UTF-8');
  }
  const upgraded = upgradeManifest(value);
  return upgraded.ok ? checkManifest(upgraded.value, limits) : upgraded;
}

/** Whether a value is a legal manifest of the present version. */
export function checkManifest(value: unknown, limits: Partial<RecordingLimits> = {}): Checked<Manifest> {
  const bounds = limitsWith(limits);
  const declared = (value as { parts?: unknown } | null)?.parts;
  // Before the shape of each part is looked at, because that is what costs.
  if (Array.isArray(declared) && declared.length > bounds.parts)
    return refused('REC87', 'names too many parts');
  const parsed = shape.safeParse(value);
  if (!parsed.success) {
    return {
      ok: false,
      faults: faultsOf(parsed.error, 'manifest', (path) => RULES[String(path[0])] ?? 'REC2'),
    };
  }
  const manifest = parsed.data as Manifest;
  const faults = [...classFaults(manifest), ...taskFaults(manifest), ...partFaults(manifest, bounds)];
  if (!isWeek(manifest.week)) faults.push({ rule: 'REC6', at: 'manifest.week', message: 'is not a week' });
  if (new Set(manifest.signals).size !== manifest.signals.length) {
    faults.push({ rule: 'REC11', at: 'manifest.signals', message: 'names a signal twice' });
  }
  return faults.length > 0 ? { ok: false, faults } : { ok: true, value: manifest };
}

/** REC5, REC15: whose rules it was made under, and that imports say what they are. */
function classFaults({ class: kind, agreement, receipt, origin }: Manifest): Fault[] {
  const faults: Fault[] = [];
  const fault = (rule: string, at: string, message: string) =>
    faults.push({ rule, at: `manifest.${at}`, message });
  if (kind === 'own') {
    if (agreement === null) fault('REC5', 'agreement', 'is missing from a recording of the class own');
    if (receipt === null) fault('REC5', 'receipt', 'is missing from a recording of the class own');
  } else if (receipt !== null) fault('REC5', 'receipt', 'belongs to recordings of the class own only');
  if ((kind === 'foreign') !== (origin !== undefined)) {
    fault('REC15', 'origin', 'belongs to recordings of the class foreign, and to all of them');
  }
  return faults;
}

/** REC9: the inputs are those of the card. */
function taskFaults({ task }: Manifest): Fault[] {
  if (task.kind === 'free') return [];
  const expected = new Set(task.card.inputs.map((input) => input.name));
  const given = Object.keys(task.inputs);
  if (given.length === expected.size && given.every((input) => expected.has(input))) return [];
  return [{ rule: 'REC9', at: 'manifest.task.inputs', message: 'are not the inputs of the card' }];
}

/** REC12, REC13: parts count from 0, each stream goes forward, and the sums are those that are given. */
function partFaults({ parts, counts, clock }: Manifest, bounds: RecordingLimits): Fault[] {
  const faults: Fault[] = [];
  const sums: Record<PartKind, number> = { events: 0, states: 0, frames: 0 };
  const last: Record<PartKind, number> = { events: 0, states: 0, frames: 0 };
  const most = { events: bounds.eventsInPart, states: bounds.statesInPart, frames: bounds.framesInPart };
  parts.forEach((part: PartEntry, i) => {
    const fault = (rule: string, message: string) => {
      if (faults.length < 100) faults.push({ rule, at: `manifest.parts[${i}]`, message });
    };
    if (part.index !== i) fault('REC12', 'does not count on from the one before');
    if (part.to < part.from) fault('REC12', 'ends before it begins');
    if (part.from < last[part.kind]) fault('REC12', 'begins before the last one of its kind ends');
    if (part.to > clock.durationTicks) fault('REC7', 'reaches beyond the end of the recording');
    if (part.count > most[part.kind]) fault('REC87', 'has too many items');
    if (part.bytes > bounds.partBytes) fault('REC87', 'has too many bytes');
    sums[part.kind] += part.count;
    last[part.kind] = part.to;
  });
  for (const kind of ['events', 'states', 'frames'] as const) {
    if (sums[kind] === counts[kind]) continue;
    faults.push({ rule: 'REC13', at: `manifest.counts.${kind}`, message: 'is not the sum over the parts' });
  }
  if (counts.events > bounds.events)
    faults.push({ rule: 'REC87', at: 'manifest.counts.events', message: 'is too many' });
  return faults;
}

function isWeek(week: string): boolean {
  const [year, number] = week.split('-W').map(Number) as [number, number];
  return number >= 1 && number <= weeksIn(year);
}

function refused(rule: string, message: string): { ok: false; faults: Fault[] } {
  return { ok: false, faults: [{ rule, at: 'manifest', message }] };
}
