import { join } from 'node:path';
import { parseAgreement } from '@aboveboard/consent/agreement';
import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import { demonstrationAgreement } from '@aboveboard/consent/demonstration';
import { diskLayer } from '../blobs/file-layer.ts';
import { installAgreement } from './installed-agreement.ts';

/**
 * Sees to it that a demonstration has an agreement for `origins` that holds for another month. One that does
 * stays as it is, so that what was accepted yesterday is not asked for again today.
 */
export async function installDemonstration(
  folder: string,
  origins: readonly string[],
  now: number,
): Promise<void> {
  const stored = await diskLayer.read(join(folder, 'agreement.json'));
  const before = stored ? parseAgreement(stored) : null;
  const known = before?.ok ? before.value : null;
  if (stored && known?.class !== 'demonstration') {
    throw new Error(
      `${folder} holds an agreement that no demonstration made. Choose another folder with --data, or start without --demo.`,
    );
  }
  const listed = known?.apps.flatMap((app) => app.origins).sort() ?? [];
  const isSame = JSON.stringify(listed) === JSON.stringify([...origins].sort());
  if (known && isSame && Date.parse(known.validity.until) - now > 30 * 86_400_000) return;
  const { agreement, attachments } = await demonstrationAgreement({ origins, now, subtle: crypto.subtle });
  const next = { ...agreement, version: (known?.version ?? 0) + 1 };
  await installAgreement(folder, { document: canonicalBytes(next), attachments });
}
