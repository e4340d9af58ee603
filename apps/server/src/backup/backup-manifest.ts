import { createHash } from 'node:crypto';
import { z } from 'zod';
import { BackupError } from './backup-fault.ts';

/**
 * What stands in a backup's file `manifest` (spec/backup.md, BAK10-BAK14): a line of JSON, and the SHA-256 of that line. It is
 * written last, so a folder without a whole one is no backup. The digest is against decay: whoever can write there can
 * make both anew.
 */
export const MANIFEST = 'manifest';
export const BACKUP_FORMAT = 'aboveboard-backup';
export const BACKUP_VERSION = 1;
/** Of a million files and more. */
export const MANIFEST_BYTES_LIMIT = 256 * 2 ** 20;

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const name = z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/);
const count = z.number().int().nonnegative();

/** Names of ours, and nothing that means another place: no `..`, no hidden name, no other separator. */
const PATHS: Readonly<Record<'data' | 'keys' | 'vault', RegExp>> = {
  data: /^(?:tables\/[a-z_][a-z0-9_]{0,62}\.copy|blobs\/([0-9a-f]{2})\/\1[0-9a-f]{62}|folder\/[\w-][\w.-]*|agreement(?:\/[\w-][\w.-]*)+)$/,
  keys: /^keys(?:\/[\w-][\w.-]*)+$/,
  vault:
    /^vault\/(?:halves\/[0-9a-f]{64}|vault\.age-identity|enrolment\.json|rules-mark\.json|given\.jsonl)$/,
};

const file = z.strictObject({ path: z.string().max(1000), bytes: count, sha256: digest });
const schema = z
  .strictObject({
    format: z.literal(BACKUP_FORMAT),
    version: z.literal(BACKUP_VERSION),
    kind: z.enum(['data', 'keys', 'vault']),
    /** The data folder's id, or of a vault its recipient's: what belongs together. */
    installation: z.string().regex(/^[0-9a-f]{32}$/),
    madeAt: z.iso.datetime(),
    /** Of a vault: for how many days it was known then that backups of keys are kept (BAK41). */
    keyDays: count.nullable().optional(),
    /** Of a backup of data: the steps that its schema had taken. */
    steps: z.array(z.strictObject({ number: z.number().int().positive(), name: z.string(), digest })),
    tables: z.array(z.strictObject({ name, columns: z.array(name).min(1), rows: count })),
    logs: z.array(z.strictObject({ name, size: count })),
    files: z.array(file),
  })
  .superRefine((manifest, context) => {
    const say = (message: string) => context.addIssue({ code: 'custom', message });
    const seen = new Set<string>();
    for (const { path } of manifest.files) {
      if (!PATHS[manifest.kind].test(path)) say(`${JSON.stringify(path)} is no path of such a backup`);
      if (seen.has(path)) say(`${path} is named twice`);
      seen.add(path);
    }
    if (manifest.steps.some(({ number }, i) => number !== i + 1)) say('its steps are not in order');
    const names = manifest.tables.map((table) => table.name);
    if (new Set(names).size !== names.length) say('a table is named twice');
    for (const one of names) if (!seen.has(tablePath(one))) say(`the table ${one} has no file`);
    for (const path of seen)
      if (path.startsWith('tables/') && !names.some((one) => tablePath(one) === path))
        say(`${path} is no table of it`);
  });

export type BackupManifest = z.infer<typeof schema>;
export type BackupFile = BackupManifest['files'][number];

export const tablePath = (table: string) => `tables/${table}.copy`;

export function formatManifest(manifest: BackupManifest): Uint8Array {
  const line = JSON.stringify(manifest);
  return Buffer.from(`${line}\n${sha256(line)}\n`);
}

/** Throws BackupError `faulty` with everything that is wrong, or `unknown-format`. */
export function parseManifest(bytes: Uint8Array, where: string): BackupManifest {
  const [line = '', mark, rest] = Buffer.from(bytes).toString('utf8').split('\n');
  if (mark !== sha256(line) || rest !== '') {
    throw new BackupError('faulty', `${where} is no whole backup: its manifest is cut off or damaged.`);
  }
  const value = JSON.parse(line) as { format?: unknown; version?: unknown } | null;
  if (value?.format !== BACKUP_FORMAT || value.version !== BACKUP_VERSION) {
    throw new BackupError(
      'unknown-format',
      `${where} is of a format that this program does not know (it knows ${BACKUP_FORMAT} ${BACKUP_VERSION}). Use the newer Aboveboard.`,
    );
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) =>
      path.length === 0 ? message : `${path.join('.')}: ${message}`,
    );
    throw new BackupError('faulty', `The manifest of ${where} can not be relied on:`, faults);
  }
  return parsed.data;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
