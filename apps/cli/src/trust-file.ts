import { readFile } from 'node:fs/promises';
import type { LogFault } from '@aboveboard/tlog/log-fault';
import type { Policy, PolicyVerdict } from '@aboveboard/tlog/policy';
import { parsePolicy } from '@aboveboard/tlog/policy-file';
import { CommandFailure, UsageError } from './command.ts';

/** The policy of `--policy`: whose logs and which witnesses this person trusts. */
export async function readPolicy(path: string): Promise<Policy> {
  const bytes = await readFile(path).catch((cause) => {
    throw new UsageError(`The policy ${path} can’t be read.`, { cause });
  });
  const parsed = parsePolicy(new Uint8Array(bytes));
  if (parsed.ok) return parsed.value;
  throw new CommandFailure(`${path} is no policy:\n${faultLines(parsed.faults)}`);
}

/** One a line, with the rule of spec/log.md that it breaks. */
export function faultLines(faults: readonly LogFault[]): string {
  return faults.map(({ rule, at, message }) => `  ${rule} at ${at}: ${message}`).join('\n');
}

/** What cosignatures say, in words. */
export function witnessedLine(policy: Policy, { witnesses, time }: PolicyVerdict): string {
  if (policy.quorum === null) return 'by nobody: this policy asks for no witnesses';
  const names = witnesses.map(({ name }) => name).join(', ');
  return `by ${names}; the quorum saw it at ${time === null ? 'no time' : isoTime(time)}`;
}

export function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
