import type { Fault } from '@aboveboard/protocol/fault';
import type { Policy } from '@aboveboard/tlog/policy';
import { formatPolicy, parsePolicy } from '@aboveboard/tlog/policy-file';
import { formatVerifierKey } from '@aboveboard/tlog/verifier-key';
import { hex } from './canonical-json.ts';

/** Of each of the two policies of a change (RUL17): with its signatures it must be one entry. */
const POLICY_TEXT_LIMIT = 24_000;

/**
 * The two policies of a statement `policy`, from line 3 on (RUL17). All the faults; where there are some, the texts are whatever
 * stood there.
 */
export function parsePolicyChange(lines: readonly string[]): { from: string; to: string; faults: Fault[] } {
  const faults: Fault[] = [];
  const from = section(lines, 2, 'from', faults);
  const to = section(lines, from.next, 'to', faults);
  if (faults.length === 0 && lines.length !== to.next + 1)
    faults.push({ rule: 'RUL17', at: `line ${to.next + 1}`, message: 'more than two policies' });
  if (from.policy && to.policy) {
    const fault = (message: string) => faults.push({ rule: 'RUL17', at: 'to', message });
    if (from.text === to.text) fault('changes nothing');
    if (originsOf(from.policy) !== originsOf(to.policy))
      fault('names other logs: a log keeps its name for good');
  }
  return { from: from.text, to: to.text, faults };
}

/** A policy as it stands in the rules log: without addresses, which are for whoever asks to know. */
export function policyText(policy: Policy): string {
  const bare = <T extends { url: string | null }>(one: T): T => ({ ...one, url: null });
  return formatPolicy({
    ...policy,
    logs: policy.logs.map(bare),
    witnesses: policy.witnesses.map(bare),
  });
}

/** By name and id, the keys that count before a change and not after it, and those that count only from then on. */
export function keysOfChange({ from, to }: { from: string; to: string }): { gone: string[]; come: string[] } {
  const [before, after] = [namesIn(from), namesIn(to)];
  return {
    gone: before.filter((name) => !after.includes(name)),
    come: after.filter((name) => !before.includes(name)),
  };
}

function namesIn(text: string): string[] {
  const parsed = parsePolicy(new TextEncoder().encode(text));
  if (!parsed.ok) return [];
  const keys = [...parsed.value.logs, ...parsed.value.witnesses].map(({ key }) => formatVerifierKey(key));
  return keys.map((key) => key.split('+', 2).join(' '));
}

/** SHA-256 in hex of a policy as it stands in the rules log: the name of the bridge that leads away from it (RUL66). */
export async function policyDigest(policy: Policy, subtle: SubtleCrypto): Promise<string> {
  return hex(new Uint8Array(await subtle.digest('SHA-256', new TextEncoder().encode(policyText(policy)))));
}

function section(
  lines: readonly string[],
  at: number,
  name: 'from' | 'to',
  faults: Fault[],
): { text: string; policy: Policy | null; next: number } {
  const count = Number(new RegExp(`^${name} ([1-9][0-9]{0,3})$`).exec(lines[at] ?? '')?.[1] ?? Number.NaN);
  if (!(at + count < lines.length - 1)) {
    faults.push({ rule: 'RUL17', at: `line ${at + 1}`, message: `not "${name}" and how many lines follow` });
    return { text: '', policy: null, next: lines.length };
  }
  const next = at + 1 + count;
  const text = `${lines.slice(at + 1, next).join('\n')}\n`;
  const fault = (message: string) => faults.push({ rule: 'RUL17', at: name, message });
  if (text.length > POLICY_TEXT_LIMIT) {
    fault(`longer than ${POLICY_TEXT_LIMIT} bytes`);
    return { text, policy: null, next };
  }
  const parsed = parsePolicy(new TextEncoder().encode(text));
  if (!parsed.ok) {
    faults.push(...parsed.faults.map((one) => ({ ...one, at: `${name} ${one.at}` })));
    return { text, policy: null, next };
  }
  if (policyText(parsed.value) !== text) fault('not the one spelling of this policy, without addresses');
  if (parsed.value.quorum === null) fault('asks for no quorum of witnesses');
  if (parsed.value.logs.length === 0) fault('names no log');
  return { text, policy: parsed.value, next };
}

function originsOf({ logs }: Policy): string {
  return [...new Set(logs.map(({ key }) => key.name))].sort().join(' ');
}
