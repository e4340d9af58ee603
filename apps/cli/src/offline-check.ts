import { readFile } from 'node:fs/promises';
import { type ReceiptCheck, verifyReceipt } from '@aboveboard/consent/receipt';
import type { Policy } from '@aboveboard/tlog/policy';
import { parseProof, verifyProof } from '@aboveboard/tlog/proof-file';
import { type CommandContext, CommandFailure, UsageError } from './command.ts';
import { faultLines, isoTime, readPolicy, witnessedLine } from './trust-file.ts';

export type OfflineOptions = { policy?: string; entry?: string; agreement?: string; at?: number };

/** `aboveboard verify`: a proof with its entry, or a receipt, without a network. */
export async function verifyFile(
  path: string,
  options: OfflineOptions,
  context: CommandContext,
): Promise<void> {
  const bytes = await given(path);
  const policy = options.policy === undefined ? null : await readPolicy(options.policy);
  // A receipt is one JSON document; a proof begins with its own name.
  if (bytes[0] === 0x7b) await receipt(path, bytes, policy, options, context);
  else await proof(path, bytes, policy, options, context);
}

async function proof(
  path: string,
  bytes: Uint8Array,
  policy: Policy | null,
  options: OfflineOptions,
  context: CommandContext,
): Promise<void> {
  const parsed = parseProof(bytes);
  if (!parsed.ok)
    throw new CommandFailure(`${path} is neither a proof nor a receipt:\n${faultLines(parsed.faults)}`);
  if (!policy) throw new UsageError('A proof is held against whom you trust: --policy FILE.');
  const entryPath = options.entry ?? path.replace(/\.tlog-proof$/, '');
  if (entryPath === path) throw new UsageError('Name the file with the bytes of the entry: --entry FILE.');
  const verdict = verifyProof(parsed.value, await given(entryPath), policy);
  if (!verdict.ok) throw new CommandFailure(`This does not hold:\n${faultLines(verdict.faults)}`);
  const { index, signed } = parsed.value;
  const { origin, size } = signed.checkpoint;
  context.result({ origin, index, size, witnesses: verdict.value.witnesses, quorumTime: verdict.value.time });
  context.print(`${entryPath} is entry ${index} of ${origin}, of ${size} entries at that time.`);
  context.print(`witnessed   ${witnessedLine(policy, verdict.value)}`);
  for (const { name, time } of verdict.value.witnesses)
    context.print(`  ${name.padEnd(16)} ${isoTime(time)}`);
}

const CHECKS: Readonly<Record<ReceiptCheck, [checked: string, missing: string]>> = {
  form: ['it is a whole receipt', ''],
  signature: ['the device signed it', ''],
  words: ['the words are those of the notice', ''],
  agreement: ['it is within the agreement', 'the agreement: give it with --agreement'],
  log: [
    'its commitment is in the log',
    'the log: give whom you trust with --policy, and a receipt with its proof',
  ],
};

async function receipt(
  path: string,
  bytes: Uint8Array,
  policy: Policy | null,
  options: OfflineOptions,
  context: CommandContext,
): Promise<void> {
  const agreement = options.agreement === undefined ? null : await given(options.agreement);
  const now = options.at ?? Date.now();
  const verified = await verifyReceipt(bytes, { agreement, policy, now }, crypto.subtle);
  if (!verified.ok) throw new CommandFailure(`${path} does not hold:\n${faultLines(verified.faults)}`);
  const { state, checked } = verified.value;
  context.result({ state, checked });
  context.print(`This consent is ${state}. A receipt alone can’t show that it was not withdrawn later.`);
  for (const [name, [done, missing]] of Object.entries(CHECKS)) {
    const isChecked = checked.includes(name as ReceiptCheck);
    context.print(isChecked ? `checked     ${done}` : `not checked ${missing}`);
  }
}

async function given(path: string): Promise<Uint8Array> {
  const bytes = await readFile(path).catch((cause) => {
    throw new UsageError(`${path} can’t be read.`, { cause });
  });
  return new Uint8Array(bytes);
}
