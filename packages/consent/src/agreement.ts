import type { Checked, Fault } from '@aboveboard/protocol/fault';
import { z } from 'zod';
import { canonicalBytes, canonicalDigest, readStrictJson } from './canonical-json.ts';
import { neverRecordedOrigin, neverRecordedProgram } from './never-recorded.ts';

/**
 * The agreement, version 1 (spec/agreement.md): what may be recorded, of which applications, for what, for
 * how long, and who agreed to it. Every object is closed. There is no field for a person, a group or an
 * exemption, so none can be expressed (T4); there is no field without which the rendering in words would be
 * the same (agreement-words.ts).
 */

/** What an agreement can be for. Performance, discipline, attendance, attention and emotion are not here. */
export const PURPOSES = ['model-training', 'model-testing'] as const;
export type Purpose = (typeof PURPOSES)[number];

export const SIGNALS = ['pointer', 'keys', 'text', 'states', 'frames', 'photographs'] as const;
export const MODES = ['task', 'ambient'] as const;
export const PARTY_ROLES = ['employer', 'representative', 'data-protection-officer'] as const;
export type PartyRole = (typeof PARTY_ROLES)[number];
export const DOWNSTREAM_USES = ['own-use', 'customers', 'publication'] as const;
export const LEGAL_GROUNDS = [
  'consent',
  'contract',
  'legal-obligation',
  'public-task',
  'legitimate-interests',
  'collective-agreement',
] as const;
export const ATTACHMENT_KINDS = [
  'impact-assessment',
  'mitigations',
  'mandate-evidence',
  'collective-agreement',
  'literals',
  'other',
] as const;
/** The programme's own figures are withheld below this count, whatever an agreement says (T15). */
export const LEAST_COUNT = 10;

// Text that people read and sign: nothing that can't be seen or turns its direction. A line break may be, and
// the two joiners that some scripts need.
const HIDDEN = /(?![\n\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const readable = (max: number) =>
  z
    .string()
    .min(1, 'empty')
    .max(max, `longer than ${max}`)
    .refine((text) => text.isWellFormed() && !HIDDEN.test(text), 'characters that can not be seen')
    .refine((text) => text.trim() === text, 'white space at an end');
const whole = (least: number, most: number) =>
  z.int('not a whole number').min(least, `less than ${least}`).max(most, `more than ${most}`);
const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'not lower-case letters, digits and hyphens');
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'not a SHA-256 in lower-case hex');
const instant = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, 'not a time such as 2026-11-22T00:00:00Z')
  .refine((text) => {
    const at = Date.parse(text);
    return !Number.isNaN(at) && new Date(at).toISOString() === text.replace('Z', '.000Z');
  }, 'no such day or time');
const language = z.string().regex(/^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$/, 'not a language tag');
/** The same words in each language of the agreement. */
const texts = z.record(language, readable(2000));
const distinct = <T extends z.ZodType>(item: T, least: number, most: number) =>
  z
    .array(item)
    .min(least, `fewer than ${least}`)
    .max(most, `more than ${most}`)
    .refine((items) => new Set(items.map((one) => JSON.stringify(one))).size === items.length, 'named twice');
const selector = readable(300);

const masks = z.strictObject({
  /** Elements whose text and values may stay: selectors. */
  open: distinct(selector, 0, 100),
  /** Elements that are closed whatever else holds; they win over `open`. */
  closed: distinct(selector, 0, 100),
  /** Where interface text that may stay comes from: the application's own files, a list, or nowhere. */
  literals: z.enum(['shipped', 'listed', 'none']),
  /** Digest of the attached list (`literal-list.ts`); there exactly where `literals` is `listed`. */
  list: sha256.optional(),
});

const app = z.strictObject({
  id: name,
  name: readable(100),
  /** Exact origins as browsers serialise them; no patterns. */
  origins: distinct(z.string().refine(isWebOrigin, 'not an exact web origin'), 1, 50),
  signals: distinct(z.enum(SIGNALS), 1, SIGNALS.length),
  modes: distinct(z.enum(MODES), 1, MODES.length),
  masks,
});

const desktopApp = z.strictObject({
  id: name,
  name: readable(100),
  executable: z.string().regex(/^[^\s*?[\]{}]{1,200}$/, 'not the path or name of one program'),
  /** Null: any window of the program. */
  windowClass: readable(100).nullable(),
  signals: distinct(z.enum(SIGNALS), 1, SIGNALS.length),
  modes: distinct(z.enum(MODES), 1, MODES.length),
});

const party = z.strictObject({
  role: z.enum(PARTY_ROLES),
  name: readable(200),
  contact: readable(200),
  /** Verifier keys as in C2SP signed-note. */
  keys: distinct(
    z.string().regex(/^[^\s+]{1,100}\+[0-9a-f]{8}\+[A-Za-z0-9+/=]{1,4096}$/, 'not a verifier key'),
    0,
    8,
  ),
});

const attachment = z.strictObject({
  kind: z.enum(ATTACHMENT_KINDS),
  name,
  type: z.enum(['text/plain', 'text/markdown', 'application/pdf']),
  bytes: whole(1, 50 * 1024 * 1024),
  digest: sha256,
});

const agreement = z.strictObject({
  format: z.literal('aboveboard-agreement'),
  formatVersion: z.literal(1),
  /** A production installation refuses `demonstration`, a demonstration refuses `production`. */
  class: z.enum(['production', 'demonstration']),
  id: name,
  version: whole(1, 1_000_000),
  title: texts,
  languages: distinct(language, 1, 24),
  controller: z.strictObject({ name: readable(200), address: readable(300), contact: readable(200) }),
  parties: z.array(party).min(1, 'fewer than 1').max(12, 'more than 12'),
  /** Whose signatures it takes; all of them. */
  signers: distinct(z.enum(PARTY_ROLES), 1, PARTY_ROLES.length),
  mandate: z.strictObject({
    kind: z.enum(['works-council', 'union', 'ballot']),
    /** Name of an attachment of kind `mandate-evidence`. */
    evidence: name,
  }),
  purposes: distinct(z.enum(PURPOSES), 1, PURPOSES.length),
  apps: z.array(app).max(50, 'more than 50'),
  desktopApps: z.array(desktopApp).max(50, 'more than 50'),
  finestTimestampMicroseconds: whole(100, 1_000_000),
  limits: z.strictObject({ sessionMinutes: whole(1, 480), dayMinutes: whole(1, 480) }),
  retention: z.strictObject({
    /** Days after which what was not reviewed is removed from the device. */
    deviceDays: whole(1, 30),
    vaultDays: whole(1, 1826),
    /** Days after an erasure on which the last backup of keys expires. */
    keyBackupDays: whole(0, 90),
    /** Days without a word of any device of hers after which everything of hers is erased (T11); absent: silence erases nothing. */
    silenceDays: whole(31, 731).optional(),
  }),
  budgets: z.strictObject({
    /** Of one core. */
    cpuPercent: whole(1, 100),
    memoryMegabytes: whole(16, 4096),
    diskMegabytes: whole(16, 102_400),
    networkMegabytesPerDay: whole(1, 102_400),
  }),
  leastCount: whole(LEAST_COUNT, 1000),
  /** Share of all employees whose objections stop recording. */
  objectionPercent: whole(1, 50),
  bars: z.strictObject({
    personnelDecisions: z.literal(true),
    suspendedByRestructuring: z.literal(true),
  }),
  paidTime: z.strictObject({ reviewMinutesPerWeek: whole(0, 2400), expertHoursPerYear: whole(0, 2000) }),
  downstreamUses: distinct(z.enum(DOWNSTREAM_USES), 1, DOWNSTREAM_USES.length),
  recorders: z
    .array(
      z.strictObject({
        name,
        version: z.string().regex(/^\d{1,5}\.\d{1,5}\.\d{1,5}$/, 'not a version'),
        digest: sha256,
      }),
    )
    .max(50, 'more than 50'),
  /** A release whose contributors can be told apart better than this is not made. */
  identifiedPercent: whole(0, 100),
  /** Longest age of the verified state of the rules; older, and recorders refuse. */
  staleHours: whole(1, 168),
  surrogates: z.boolean(),
  textRecognition: z.boolean(),
  /** Between release and upload. */
  coolingMinutes: whole(0, 60 * 24 * 90),
  legalBasis: z.strictObject({
    ground: z.enum(LEGAL_GROUNDS),
    reference: readable(300),
    collectiveAgreement: readable(300).nullable(),
  }),
  attachments: z.array(attachment).max(50, 'more than 50'),
  validity: z.strictObject({ from: instant, until: instant }),
  withdrawal: z.strictObject({ undone: texts, remains: texts }),
});

export type Agreement = z.infer<typeof agreement>;
export type AgreedApp = Agreement['apps'][number];
export type AgreedDesktopApp = Agreement['desktopApps'][number];
export type AgreementAttachment = Agreement['attachments'][number];

/** The values that a new draft starts from where the design names one. */
export const DRAFT_DEFAULTS = {
  signers: [...PARTY_ROLES],
  staleHours: 24,
  coolingMinutes: 7 * 24 * 60,
  leastCount: LEAST_COUNT,
  finestTimestampMicroseconds: 1000,
  silenceDays: 400,
} as const;

/**
 * An agreement from bytes (which must be the canonical form, so that what is signed is what was read) or
 * from a value (a draft). All the faults of form at once; those between fields when the form is right.
 */
export function parseAgreement(given: Uint8Array | { json: unknown }): Checked<Agreement> {
  let value: unknown;
  if (given instanceof Uint8Array) {
    const read = readStrictJson(given, 'AGR1');
    if (!read.ok) return read;
    value = read.value;
    if (!sameBytes(canonicalBytes(value), given)) {
      return { ok: false, faults: [{ rule: 'AGR2', at: 'document', message: 'not in canonical form' }] };
    }
  } else {
    value = given.json;
  }
  const newer = newerVersion(value);
  if (newer) return { ok: false, faults: [newer] };
  const shaped = agreement.safeParse(value);
  if (!shaped.success) return { ok: false, faults: shaped.error.issues.flatMap(faultsOf) };
  const faults = faultsBetweenFields(shaped.data);
  return faults.length === 0 ? { ok: true, value: shaped.data } : { ok: false, faults };
}

/** SHA-256 of the canonical form, hex: what is signed, consented to, and stands in manifests. */
export function agreementDigest(document: Agreement, subtle: SubtleCrypto): Promise<string> {
  return canonicalDigest(document, subtle);
}

/** `http` or `https`, spelled as a browser serialises it, without wildcards. */
function isWebOrigin(text: string): boolean {
  if (!/^https?:\/\/[^*\s]+$/.test(text) || !URL.canParse(text)) return false;
  return new URL(text).origin === text;
}

/** Rule of spec/agreement.md for each field of the document. */
const FIELD_RULES: Readonly<Record<keyof Agreement, string>> = {
  format: 'AGR3',
  formatVersion: 'AGR3',
  class: 'AGR5',
  id: 'AGR6',
  version: 'AGR6',
  title: 'AGR7',
  languages: 'AGR7',
  controller: 'AGR8',
  parties: 'AGR8',
  signers: 'AGR9',
  mandate: 'AGR10',
  purposes: 'AGR11',
  apps: 'AGR12',
  desktopApps: 'AGR15',
  finestTimestampMicroseconds: 'AGR16',
  limits: 'AGR17',
  retention: 'AGR18',
  budgets: 'AGR19',
  leastCount: 'AGR20',
  objectionPercent: 'AGR21',
  bars: 'AGR22',
  paidTime: 'AGR23',
  downstreamUses: 'AGR24',
  recorders: 'AGR25',
  identifiedPercent: 'AGR26',
  staleHours: 'AGR27',
  surrogates: 'AGR28',
  textRecognition: 'AGR28',
  coolingMinutes: 'AGR29',
  legalBasis: 'AGR30',
  attachments: 'AGR31',
  validity: 'AGR32',
  withdrawal: 'AGR33',
};

function newerVersion(value: unknown): Fault | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { format, formatVersion } = value as Partial<Record<string, unknown>>;
  if (format !== 'aboveboard-agreement' || !Number.isSafeInteger(formatVersion)) return undefined;
  if ((formatVersion as number) <= 1) return undefined;
  return {
    rule: 'AGR3',
    at: 'formatVersion',
    message: `version ${formatVersion} of the format is newer than this software, which knows 1`,
  };
}

function faultsOf(issue: z.core.$ZodIssue): Fault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      rule: 'AGR4',
      at: place([...issue.path, key]),
      message: 'a field that an agreement does not have',
    }));
  }
  const [field, , inner] = issue.path;
  let rule = Object.hasOwn(FIELD_RULES, String(field)) ? FIELD_RULES[field as keyof Agreement] : 'AGR4';
  if (field === 'apps' && inner === 'signals') rule = 'AGR13';
  if (field === 'apps' && inner === 'masks') rule = 'AGR14';
  const message = issue.code === 'invalid_type' ? `${issue.expected} expected` : issue.message;
  return [{ rule, at: place(issue.path), message }];
}

function place(path: readonly PropertyKey[]): string {
  return (
    path.reduce<string>(
      (text, key) =>
        typeof key === 'number' ? `${text}[${key}]` : text ? `${text}.${String(key)}` : String(key),
      '',
    ) || 'document'
  );
}

function faultsBetweenFields(document: Agreement): Fault[] {
  const faults: Fault[] = [];
  const fault = (rule: string, at: string, message: string) => faults.push({ rule, at, message });
  const production = document.class === 'production';

  for (const [at, given] of [
    ['title', document.title],
    ['withdrawal.undone', document.withdrawal.undone],
    ['withdrawal.remains', document.withdrawal.remains],
  ] as const) {
    const missing = document.languages.some((one) => !Object.hasOwn(given, one));
    if (missing || Object.keys(given).length !== document.languages.length) {
      fault('AGR7', at, 'not in exactly the languages of the agreement');
    }
  }

  for (const [i, { role, keys }] of document.parties.entries()) {
    if (document.parties.some((other, j) => j < i && other.role === role)) {
      fault('AGR8', `parties[${i}].role`, 'a party of this role is there already');
    }
    if (production && keys.length === 0)
      fault('AGR8', `parties[${i}].keys`, 'a party has no key to sign with');
  }
  for (const [i, role] of document.signers.entries()) {
    if (!document.parties.some((one) => one.role === role)) {
      fault('AGR9', `signers[${i}]`, 'no party of this role is named');
    }
  }
  for (const role of PARTY_ROLES) {
    if (production && !document.signers.includes(role)) fault('AGR9', 'signers', `${role} does not sign`);
  }

  const evidence = document.attachments.find((one) => one.name === document.mandate.evidence);
  if (evidence?.kind !== 'mandate-evidence') fault('AGR10', 'mandate.evidence', 'no such attachment');

  const ids = new Set<string>();
  const origins = new Set<string>();
  for (const [i, { id, origins: listed }] of document.apps.entries()) {
    if (ids.has(id)) fault('AGR12', `apps[${i}].id`, 'an application of this id is there already');
    ids.add(id);
    for (const [j, origin] of listed.entries()) {
      if (origins.has(origin)) fault('AGR12', `apps[${i}].origins[${j}]`, 'belongs to another application');
      if (neverRecordedOrigin(origin)) fault('AGR12', `apps[${i}].origins[${j}]`, 'is never recorded');
      origins.add(origin);
    }
  }
  for (const [i, { masks: rules }] of document.apps.entries()) {
    const at = `apps[${i}].masks.list`;
    const attached = document.attachments.find((one) => one.digest === rules.list);
    if ((rules.literals === 'listed') !== (rules.list !== undefined)) {
      fault('AGR14', at, 'a list is named exactly where literals are listed');
    } else if (rules.list !== undefined && attached?.kind !== 'literals') {
      fault('AGR14', at, 'no such list is attached');
    }
  }
  for (const [i, { id, executable, windowClass }] of document.desktopApps.entries()) {
    if (ids.has(id)) fault('AGR15', `desktopApps[${i}].id`, 'an application of this id is there already');
    ids.add(id);
    if (neverRecordedProgram(executable, windowClass ?? '')) {
      fault('AGR15', `desktopApps[${i}].executable`, 'is never recorded');
    }
  }

  if (document.limits.sessionMinutes > document.limits.dayMinutes) {
    fault('AGR17', 'limits.sessionMinutes', 'longer than the day');
  }
  if (production && document.recorders.length === 0) fault('AGR25', 'recorders', 'no recorder is named');
  if (production && document.coolingMinutes < 24 * 60) fault('AGR29', 'coolingMinutes', 'less than a day');
  const { ground, collectiveAgreement } = document.legalBasis;
  if (ground === 'collective-agreement' && collectiveAgreement === null) {
    fault('AGR30', 'legalBasis.collectiveAgreement', 'is the ground and is not named');
  }

  for (const kind of ['impact-assessment', 'mitigations'] as const) {
    if (!document.attachments.some((one) => one.kind === kind)) {
      fault('AGR31', 'attachments', `there is no attachment of kind ${kind}`);
    }
  }
  for (const [i, { name: called }] of document.attachments.entries()) {
    if (document.attachments.some((other, j) => j < i && other.name === called)) {
      fault('AGR31', `attachments[${i}].name`, 'an attachment of this name is there already');
    }
  }

  const { from, until } = document.validity;
  const span = Date.parse(until) - Date.parse(from);
  if (span <= 0) fault('AGR32', 'validity.until', 'not after the beginning');
  if (span > 3 * 366 * 86_400_000)
    fault('AGR32', 'validity.until', 'more than three years after the beginning');
  return faults;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
