import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type Agreement, type AgreementAttachment, parseAgreement } from '@aboveboard/consent/agreement';
import { type GivenAgreement, makeLocalVerifier } from '@aboveboard/consent/agreement-verifier';
import { diskLayer } from '../blobs/file-layer.ts';
import { writeDurably } from '../keys/durable-file.ts';

/**
 * What the operator put below DATA/agreement, or a demonstration for itself: `attachments/NAME`, or
 * `attachments/SHA-256` where two versions name different files alike; and `agreement.json`, the document that
 * it is meant to be. Which one is in force the rules log says, never this folder (agreement-shelf.ts).
 *
 * Gives the digest of `agreement.json`; null: there is none. A sentence with every fault when it can't be relied
 * on: a broken agreement is not "none". `adopted`: the digest of the version that the log adopted last; of a
 * document that was followed by another the attachments may be gone.
 */
export async function readInstalled(
  folder: string,
  kind: Agreement['class'],
  adopted: string | null,
): Promise<string | null> {
  const document = await installedDocument(folder);
  if (!document) return null;
  const parsed = parseAgreement(document);
  const attachments = new Map<string, Uint8Array>();
  for (const agreed of parsed.ok ? parsed.value.attachments : []) {
    const bytes = await readAttachment(folder, agreed);
    if (bytes) attachments.set(agreed.name, bytes);
  }
  const digest = digestOf(document);
  const isFollowed = parsed.ok && adopted !== null && adopted !== digest;
  const standing = isFollowed
    ? { ok: true as const, agreement: parsed.value }
    : await makeLocalVerifier(crypto.subtle).verify({ document, attachments });
  if (!standing.ok) {
    const faults = standing.faults.map((fault) => `  ${fault.rule} at ${fault.at}: ${fault.message}`);
    throw new Error(`The agreement in ${folder} can not be relied on:\n${faults.join('\n')}`);
  }
  if (standing.agreement.class !== kind) {
    throw new Error(
      `The agreement in ${folder} is for a ${standing.agreement.class} installation, and this is a ${kind} one.`,
    );
  }
  return digest;
}

export function installedDocument(folder: string): Promise<Uint8Array | null> {
  return diskLayer.read(join(folder, 'agreement.json'));
}

/** The file that was agreed; else what has its name, which a verifier then refuses; null: neither is there. */
export async function readAttachment(
  folder: string,
  { name, digest }: Pick<AgreementAttachment, 'name' | 'digest'>,
): Promise<Uint8Array | null> {
  const byName = await diskLayer.read(join(folder, 'attachments', name));
  if (byName && digestOf(byName) === digest) return byName;
  return (await diskLayer.read(join(folder, 'attachments', digest))) ?? byName;
}

export async function installAttachments(
  folder: string,
  attachments: GivenAgreement['attachments'],
): Promise<void> {
  await diskLayer.makeFolder(join(folder, 'attachments'));
  for (const [name, bytes] of attachments) await writeDurably(join(folder, 'attachments', name), bytes);
}

export function digestOf(document: Uint8Array): string {
  return createHash('sha256').update(document).digest('hex');
}
