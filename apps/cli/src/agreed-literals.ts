import { createHash } from 'node:crypto';
import type { Agreement, AgreementAttachment } from '@aboveboard/consent/agreement';
import { parseLiteralList } from '@aboveboard/consent/literal-list';
import { readAttachment } from '@aboveboard/server/agreement/installed-agreement';
import { folderPaths } from '@aboveboard/server/data-folder';
import type { Installation } from '@aboveboard/server/installation';
import { makeRulesLog } from '@aboveboard/server/logs/rules-log';

/** Labels that applications ship, by digest of the agreement that lists them (AGR34): they stay, whatever their form. */
export type AgreedLiterals = ReadonlyMap<string, readonly string[]>;

export async function agreedLiterals(
  { inner }: Pick<Installation, 'inner'>,
  data: string,
): Promise<AgreedLiterals> {
  const { agreement: folder } = folderPaths(data);
  const state = await makeRulesLog(inner.logs.rules).state();
  const lists = (state?.versions ?? []).map(
    async ({ agreement, digest }) =>
      [digest, await listedLabels(agreement, (attachment) => readAttachment(folder, attachment))] as const,
  );
  return new Map(await Promise.all(lists));
}

/** Of a list that is not here, or not the one that was agreed, nothing: its labels get surrogates, as without any list. */
export async function listedLabels(
  { apps, attachments }: Pick<Agreement, 'apps' | 'attachments'>,
  read: (attachment: AgreementAttachment) => Promise<Uint8Array | null>,
): Promise<string[]> {
  const digests = new Set(apps.map(({ masks }) => masks.list));
  const labels = new Set<string>();
  for (const attachment of attachments) {
    if (attachment.kind !== 'literals' || !digests.has(attachment.digest)) continue;
    const bytes = await read(attachment);
    if (!bytes || createHash('sha256').update(bytes).digest('hex') !== attachment.digest) continue;
    const list = parseLiteralList(bytes);
    for (const label of list.ok ? list.value : []) labels.add(label);
  }
  return [...labels];
}
