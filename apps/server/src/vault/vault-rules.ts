import type { Enrolment } from '@aboveboard/consent/enrolment-file';
import { markOf, type RulesMark, type VerifiedRules, verifyRules } from '@aboveboard/consent/verified-rules';
import { openLog } from '@aboveboard/tlog/log-reader';
import { formatNote, NOTE_BYTES_LIMIT } from '@aboveboard/tlog/note';
import { diskLayer } from '../blobs/file-layer.ts';
import { writeDurably } from '../keys/durable-file.ts';
import type { ReadLogFile } from './log-files.ts';

/**
 * The rules as the vault knows them itself (VLT92): the whole log under the policy of its enrolment file, replayed with the
 * parties' keys that stand there, and never an older tree than it relied on before, also after a restart. Null: they could not
 * be proved, and then nothing may rest on them (T14). The server gives bytes and nothing else.
 */
export type VaultRules = () => Promise<VerifiedRules | null>;

export function makeVaultRules(parts: {
  enrolment: Enrolment;
  read: ReadLogFile;
  /** Where the tree that was relied on last is kept. */
  markPath: string;
  /** False beside a vault that runs, whose file it is: the tree is held against it, and it stays. */
  mayMark?: boolean;
  /** Seconds since 1970. */
  now: () => number;
}): VaultRules {
  const { enrolment, read, markPath } = parts;
  const { policy, trust } = enrolment.rules;
  let known: { served: Uint8Array; rules: VerifiedRules } | null = null;

  async function prove(): Promise<VerifiedRules | null> {
    const served = await read('rules', 'checkpoint', NOTE_BYTES_LIMIT);
    if (!served) return null;
    // The same note to the byte was proved before, and says itself how old it is.
    if (known && Buffer.from(known.served).equals(served)) return known.rules;
    const source = {
      read: async (path: string, limit: number) =>
        path === 'checkpoint' ? served : read('rules', path, limit),
    };
    const { signed, reader } = await openLog(source, policy);
    const entries: Uint8Array[] = [];
    for await (const { entry } of reader.entries()) entries.push(entry);
    const verified = await verifyRules({
      entries,
      checkpoint: formatNote(signed.note),
      policy,
      trust,
      before: await markAt(markPath),
      now: parts.now() * 1000,
      subtle: crypto.subtle,
    });
    if (!verified.ok) return null;
    if (parts.mayMark !== false)
      await writeDurably(markPath, new TextEncoder().encode(JSON.stringify(markOf(verified.value))));
    known = { served, rules: verified.value };
    return verified.value;
  }

  let running: Promise<VerifiedRules | null> | null = null;
  return () => {
    running ??= prove()
      .catch(() => null)
      .finally(() => {
        running = null;
      });
    return running;
  };
}

/** Throws for one that can't be read: without it an older history would pass. */
async function markAt(path: string): Promise<RulesMark | null> {
  const bytes = await diskLayer.read(path);
  return bytes ? (JSON.parse(new TextDecoder().decode(bytes)) as RulesMark) : null;
}
