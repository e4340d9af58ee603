import type { Enrolment } from '@aboveboard/consent/enrolment-file';
import { policyNow } from '@aboveboard/consent/followed-policy';
import { policyDigest } from '@aboveboard/consent/policy-change';
import { markOf, type RulesMark, type VerifiedRules, verifyRules } from '@aboveboard/consent/verified-rules';
import { parseCheckpoint } from '@aboveboard/tlog/checkpoint';
import { openLog } from '@aboveboard/tlog/log-reader';
import { formatNote, NOTE_BYTES_LIMIT } from '@aboveboard/tlog/note';
import { type Policy, verifyCheckpoint } from '@aboveboard/tlog/policy';
import { diskLayer } from '../blobs/file-layer.ts';
import { writeDurably } from '../keys/durable-file.ts';
import type { ReadLogFile } from './log-files.ts';

/**
 * The rules as the vault knows them itself (VLT92): the whole log under the policy of its enrolment file, replayed with the
 * parties' keys that stand there, over the bridges of changes, and never an older tree than it relied on before, also after a
 * restart. Null: they could not be proved, and then nothing may rest on them (T14). The server gives bytes and nothing else.
 */
export type VaultRules = {
  now(): Promise<VerifiedRules | null>;
  /** What the log of uses is held against, by the rules that were relied on last (RUL65). */
  usesPolicy(): Promise<Policy>;
};

export function makeVaultRules(parts: {
  enrolment: Enrolment;
  read: ReadLogFile;
  /** Where the tree that was relied on last is kept; null: nowhere, and each begins with the enrolment. */
  markPath: string | null;
  /** False beside a vault that runs, whose file it is: the tree is held against it, and it stays. */
  mayMark?: boolean;
  /** Seconds since 1970. */
  now: () => number;
}): VaultRules {
  const { enrolment, read, markPath } = parts;
  const { policy, trust } = enrolment.rules;
  let known: { served: Uint8Array; rules: VerifiedRules } | null = null;
  let kept: RulesMark | null = null;

  /** The tree that was relied on last; null: none was. */
  const markNow = async () => kept ?? (markPath === null ? null : await markAt(markPath));

  async function prove(): Promise<VerifiedRules | null> {
    const served = await read('rules', 'checkpoint', NOTE_BYTES_LIMIT);
    if (!served) return null;
    // The same note to the byte was proved before, and says itself how old it is.
    if (known && Buffer.from(known.served).equals(served)) return known.rules;
    for (let bridges = 0; bridges <= MOST_BRIDGES; bridges++) {
      const relied = policyNow(policy, (await markNow())?.policy);
      const signed = parseCheckpoint(served);
      if (signed.ok && verifyCheckpoint(signed.value, relied).ok) {
        const rules = await proveTree(served, relied);
        known = rules && { served, rules };
        return rules;
      }
      // Other keys count since: one bridge leads to them, or nothing does (RUL66).
      const bridge = await read(
        'rules',
        `bridges/${await policyDigest(relied, crypto.subtle)}`,
        NOTE_BYTES_LIMIT,
      );
      if (!bridge || !(await proveTree(bridge, relied))) return null;
    }
    return null;
  }

  async function proveTree(
    checkpoint: Uint8Array<ArrayBuffer>,
    relied: Policy,
  ): Promise<VerifiedRules | null> {
    const source = {
      read: async (path: string, limit: number) =>
        path === 'checkpoint' ? checkpoint : read('rules', path, limit),
    };
    const { signed, reader } = await openLog(source, relied);
    const entries: Uint8Array[] = [];
    for await (const { entry } of reader.entries()) entries.push(entry);
    const verified = await verifyRules({
      entries,
      checkpoint: formatNote(signed.note),
      policy,
      trust,
      before: await markNow(),
      now: parts.now() * 1000,
      subtle: crypto.subtle,
    });
    if (!verified.ok) return null;
    kept = markOf(verified.value);
    if (parts.mayMark !== false && markPath !== null)
      await writeDurably(markPath, new TextEncoder().encode(JSON.stringify(kept)));
    return verified.value;
  }

  let running: Promise<VerifiedRules | null> | null = null;
  return {
    now() {
      running ??= prove()
        .catch(() => null)
        .finally(() => {
          running = null;
        });
      return running;
    },
    usesPolicy: async () => policyNow(enrolment.uses.policy, (await markNow())?.policy),
  };
}

/** Changes of whose cosignatures count that one request goes over. */
const MOST_BRIDGES = 16;

/** Throws for one that can't be read: without it an older history would pass. */
async function markAt(path: string): Promise<RulesMark | null> {
  const bytes = await diskLayer.read(path);
  return bytes ? (JSON.parse(new TextDecoder().decode(bytes)) as RulesMark) : null;
}
