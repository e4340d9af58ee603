import { type Agreement, DRAFT_DEFAULTS, parseAgreement } from '@aboveboard/consent/agreement';
import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import { type Concern, openingConcerns } from '@aboveboard/consent/opening-concerns';
import { partyKeyFaults } from '@aboveboard/consent/party-keys';
import { ENTRY_BYTES_LIMIT } from '@aboveboard/consent/rules-entry';
import type { Checked, Fault } from '@aboveboard/protocol/fault';

/**
 * An agreement that is being written: the document's own fields, with whatever stands in them just now. What
 * it becomes is checked by the one parser, so a draft can't say what an agreement can't.
 */
export type Draft = { readonly [field: string]: unknown };
export type Path = readonly (string | number)[];

/** A first draft: the values that the design names, and nothing that the parties must think about. */
export function blankDraft(installation: Agreement['class'], now: number): Draft {
  const day = Math.floor(now / DAY) * DAY;
  return {
    format: 'aboveboard-agreement',
    formatVersion: 1,
    class: installation,
    id: '',
    version: 1,
    title: { en: '' },
    languages: ['en'],
    controller: { name: '', address: '', contact: '' },
    parties: DRAFT_DEFAULTS.signers.map((role) => ({ role, name: '', contact: '', keys: [] })),
    signers: [...DRAFT_DEFAULTS.signers],
    mandate: { kind: 'works-council', evidence: '' },
    purposes: [],
    apps: [],
    desktopApps: [],
    finestTimestampMicroseconds: DRAFT_DEFAULTS.finestTimestampMicroseconds,
    limits: { sessionMinutes: '', dayMinutes: '' },
    retention: {
      deviceDays: '',
      vaultDays: '',
      keyBackupDays: '',
      silenceDays: DRAFT_DEFAULTS.silenceDays,
    },
    budgets: { cpuPercent: '', memoryMegabytes: '', diskMegabytes: '', networkMegabytesPerDay: '' },
    leastCount: DRAFT_DEFAULTS.leastCount,
    objectionPercent: '',
    bars: { personnelDecisions: true, suspendedByRestructuring: true },
    paidTime: { reviewMinutesPerWeek: '', expertHoursPerYear: '' },
    downstreamUses: [],
    recorders: [],
    identifiedPercent: '',
    staleHours: DRAFT_DEFAULTS.staleHours,
    surrogates: false,
    textRecognition: false,
    coolingMinutes: DRAFT_DEFAULTS.coolingMinutes,
    legalBasis: { ground: 'consent', reference: '', collectiveAgreement: null },
    attachments: [],
    validity: { from: timeOf(day), until: timeOf(day + 365 * DAY) },
    withdrawal: { undone: { en: '' }, remains: { en: '' } },
  };
}
const DAY = 86_400_000;

/** What would follow a version: the same, one number higher. */
export function nextDraft(agreement: Agreement): Draft {
  return { ...structuredClone(agreement), version: agreement.version + 1 };
}

/** The agreement that a draft is, or everything that is wrong with it, each at its place. */
export function readDraft(draft: Draft): Checked<Agreement> {
  const parsed = parseAgreement({ json: draft });
  if (!parsed.ok) return parsed;
  const faults: Fault[] = parsed.value.class === 'production' ? partyKeyFaults(parsed.value) : [];
  const { length } = canonicalBytes(parsed.value);
  if (length > ENTRY_BYTES_LIMIT) {
    faults.push({ rule: 'RUL3', at: 'document', message: `longer than ${ENTRY_BYTES_LIMIT} bytes` });
  }
  return faults.length === 0 ? parsed : { ok: false, faults };
}

/** A file that somebody kept. Null: not the JSON of an object. */
export function draftOfText(text: string): Draft | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Draft) : null;
  } catch {
    return null;
  }
}

/** A place as faults name it: `apps[0].masks.list`. */
export function placeOf(path: Path): string {
  return path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text ? `${text}.${key}` : key),
    '',
  );
}

export function valueAt(draft: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null
        ? (value as Record<string | number, unknown>)[key]
        : undefined,
    draft,
  );
}

/** A copy with another value in one place; undefined removes the field. */
export function withValue<T>(draft: T, path: Path, value: unknown): T {
  const [key, ...rest] = path;
  if (key === undefined) return value as T;
  const inner = withValue(valueAt(draft, [key]), rest, value);
  if (Array.isArray(draft)) return draft.map((item, i) => (i === key ? inner : item)) as T;
  const copy: Record<string, unknown> = { ...(draft as object) };
  if (inner === undefined) delete copy[String(key)];
  else copy[String(key)] = inner;
  return copy as T;
}

/** A list in a draft, whatever a file has put there. */
export function listAt(draft: Draft, path: Path): readonly unknown[] {
  const value = valueAt(draft, path);
  return Array.isArray(value) ? value : [];
}

/** Faults of this place and of what is in it. */
export function faultsWithin(faults: readonly Fault[], place: string): Fault[] {
  return faults.filter(({ at }) => at === place || at.startsWith(`${place}.`) || at.startsWith(`${place}[`));
}

export function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/** What a draft opens that somebody should look at again (AGR54); of a draft that is no agreement yet, what can be read. */
export function draftConcerns(draft: Draft): Concern[] {
  const apps = Array.isArray(draft['apps']) ? draft['apps'] : [];
  return openingConcerns(
    apps.flatMap((app: unknown) => {
      const { id, name, origins, masks } = fieldsOf(app);
      const { open, closed } = fieldsOf(masks);
      const called = text(name) || text(id);
      return [
        {
          id: called,
          origins: texts(origins),
          masks: { open: texts(open), closed: texts(closed), literals: 'none' },
        },
      ];
    }),
  );
}

const fieldsOf = (value: unknown): { readonly [field: string]: unknown } =>
  typeof value === 'object' && value !== null ? (value as { readonly [field: string]: unknown }) : {};
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(text) : []);
