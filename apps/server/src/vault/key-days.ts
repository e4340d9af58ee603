import { join } from 'node:path';
import { parseEnrolment } from '@aboveboard/consent/enrolment-file';
import { diskLayer } from '../blobs/file-layer.ts';
import { logFilesOf } from './log-files.ts';
import { makeVaultRules } from './vault-rules.ts';

/**
 * For how many days backups of keys are kept, the longest of any version that was in force (VLT75), as the vault proves the rules itself.
 * Null: it can not now, or nothing is in force yet. Changes nothing in the folder.
 */
export async function provedKeyDays(
  data: string,
  { origin, now }: { origin: string; now: () => number },
): Promise<number | null> {
  const bytes = await diskLayer.read(join(data, 'enrolment.json'));
  if (!bytes) return null;
  const enrolment = parseEnrolment(bytes);
  if (!enrolment.ok) return null;
  const rules = await makeVaultRules({
    ...{ enrolment: enrolment.value, read: logFilesOf(origin), markPath: join(data, 'rules-mark.json') },
    ...{ mayMark: false, now: () => Math.floor(now() / 1000) },
  }).now();
  const days = (rules?.state.versions ?? []).map(({ agreement }) => agreement.retention.keyBackupDays);
  return days.length === 0 ? null : Math.max(...days);
}
