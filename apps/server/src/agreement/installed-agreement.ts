import { join } from 'node:path';
import { type Agreement, parseAgreement } from '@aboveboard/consent/agreement';
import { type GivenAgreement, makeLocalVerifier } from '@aboveboard/consent/agreement-verifier';
import type { InstalledAgreement } from '@aboveboard/protocol/installation';
import { diskLayer } from '../blobs/file-layer.ts';
import { writeDurably } from '../keys/durable-file.ts';

/**
 * The agreement that is in force here, from DATA/agreement: `agreement.json` and `attachments/NAME`, put there
 * by the operator (or by a demonstration for itself). Each that was ever in force is kept under its digest,
 * because a recording rests on the device after it was made and arrives under the agreement it was made under.
 */
export type AgreementShelf = {
  /** Null: none is installed, and recorders refuse (T5, T6). */
  readonly current: { agreement: Agreement; answer: InstalledAgreement } | null;
  readonly digests: ReadonlySet<string>;
  attachment(digest: string): { type: string; bytes: Uint8Array } | null;
};

/** A sentence with every fault when what is installed can't be relied on: a broken agreement is not "none". */
export async function readAgreement(folder: string, kind: Agreement['class']): Promise<AgreementShelf> {
  const history = join(folder, 'history');
  await diskLayer.makeFolder(history);
  const given = await readGiven(folder);
  const digests = new Set((await diskLayer.names(history)).filter((name) => /^[0-9a-f]{64}$/.test(name)));
  if (!given) return { current: null, digests, attachment: () => null };

  const standing = await makeLocalVerifier(crypto.subtle).verify(given);
  if (!standing.ok) {
    const faults = standing.faults.map((fault) => `  ${fault.rule} at ${fault.at}: ${fault.message}`);
    throw new Error(`The agreement in ${folder} can not be relied on:\n${faults.join('\n')}`);
  }
  const { agreement, digest } = standing;
  if (agreement.class !== kind) {
    throw new Error(
      `The agreement in ${folder} is for a ${agreement.class} installation, and this is a ${kind} one.`,
    );
  }
  if (!digests.has(digest)) {
    await writeDurably(join(history, digest), given.document);
    digests.add(digest);
  }
  const byDigest = new Map(
    agreement.attachments.map(({ digest: of, type, name }) => [
      of,
      { type, bytes: given.attachments.get(name) as Uint8Array },
    ]),
  );
  return {
    current: {
      agreement,
      answer: {
        document: new TextDecoder().decode(given.document),
        digest,
        attachments: agreement.attachments.map(({ name, type, bytes, digest: of }) => ({
          name,
          type,
          bytes,
          digest: of,
        })),
      },
    },
    digests,
    attachment: (of) => byDigest.get(of) ?? null,
  };
}

/** Writes a whole agreement; the document last, so that a kill leaves the one before in force. */
export async function installAgreement(folder: string, given: GivenAgreement): Promise<void> {
  const attachments = join(folder, 'attachments');
  await diskLayer.makeFolder(attachments);
  for (const [name, bytes] of given.attachments) await writeDurably(join(attachments, name), bytes);
  await writeDurably(join(folder, 'agreement.json'), given.document);
}

async function readGiven(folder: string): Promise<GivenAgreement | null> {
  const document = await diskLayer.read(join(folder, 'agreement.json'));
  if (!document) return null;
  const attachments = new Map<string, Uint8Array>();
  const parsed = parseAgreement(document);
  for (const { name } of parsed.ok ? parsed.value.attachments : []) {
    const bytes = await diskLayer.read(join(folder, 'attachments', name));
    if (bytes) attachments.set(name, bytes);
  }
  return { document, attachments };
}
