import { type Checked, fault, faulty, type LogFault } from './log-fault.ts';
import type { Policy, PolicyGroup, PolicyWitness } from './policy.ts';
import { formatVerifierKey, parseVerifierKey, type VerifierKey } from './verifier-key.ts';

/** The text of a policy (tlog-policy; spec/log.md, LOG100-LOG102, LOG107-LOG110). All faults, each with its line. */
export const POLICY_BYTES_LIMIT = 262_144;
/** Of logs, of witnesses, and of groups, each. */
export const POLICY_NAMES_LIMIT = 64;

export function parsePolicy(bytes: Uint8Array): Checked<Policy> {
  if (bytes.length > POLICY_BYTES_LIMIT) return faulty(fault('LOG110', 'policy', 'has too many bytes'));
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return faulty(fault('LOG107', 'policy', 'not UTF-8'));
  }
  return new PolicyParser().parse(text);
}

export function formatPolicy(policy: Policy): string {
  const lines = [
    ...policy.logs.map(({ key, url }) => ['log', formatVerifierKey(key), url]),
    ...policy.witnesses.map(({ name, key, url }) => ['witness', name, formatVerifierKey(key), url]),
    ...policy.groups.map(({ name, threshold, members }) => [
      'group',
      name,
      threshold === members.length ? 'all' : threshold === 1 ? 'any' : String(threshold),
      ...members,
    ]),
    ['quorum', policy.quorum ?? 'none'],
  ];
  return `${lines.map((words) => words.filter((word) => word !== null).join(' ')).join('\n')}\n`;
}

class PolicyParser {
  readonly logs: { key: VerifierKey; url: string | null }[] = [];
  readonly witnesses: PolicyWitness[] = [];
  readonly groups: PolicyGroup[] = [];
  /** Null: `none`. */
  quorum: string | null | undefined;
  readonly faults: LogFault[] = [];
  /** Names that are members of a group: each may be of one. */
  readonly grouped = new Set<string>();
  at = '';

  parse(text: string): Checked<Policy> {
    if (!text.endsWith('\n')) this.refuse('LOG107', 'the last line has no newline');
    for (const [i, line] of text.split('\n').entries()) {
      this.at = `line ${i + 1}`;
      this.line(line);
    }
    const { logs, witnesses, groups, quorum, faults } = this;
    if (quorum === undefined) faults.push(fault('LOG102', 'policy', 'has no quorum line'));
    for (const [what, { length }] of Object.entries({ logs, witnesses, groups })) {
      if (length > POLICY_NAMES_LIMIT) faults.push(fault('LOG110', what, `more than ${POLICY_NAMES_LIMIT}`));
    }
    if (faults.length > 0 || quorum === undefined) return { ok: false, faults };
    return { ok: true, value: { logs, witnesses, groups, quorum } };
  }

  private line(line: string): undefined {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    if (/[\u0000-\u0008\u000b-\u001f\u007f]/.test(line)) return this.refuse('LOG107', 'a control character');
    const words = line.split(/[ \t]+/).filter((word) => word !== '');
    const [keyword, ...rest] = words;
    if (keyword === undefined || keyword.startsWith('#')) return;
    if (keyword === 'log') this.log(rest);
    else if (keyword === 'witness') this.witness(rest);
    else if (keyword === 'group') this.group(rest);
    else if (keyword === 'quorum') this.quorumLine(rest);
    else this.refuse('LOG107', 'not a log, witness, group or quorum');
  }

  private log([vkey, url, ...more]: string[]): undefined {
    if (vkey === undefined || more.length > 0) return this.refuse('LOG107', 'not: log KEY [URL]');
    const key = this.key(vkey, ['ed25519', 'ml-dsa-44-cosignature'], this.logs);
    if (key) this.logs.push({ key, url: url ?? null });
  }

  private witness([name, vkey, url, ...more]: string[]): undefined {
    if (name === undefined || vkey === undefined || more.length > 0) {
      return this.refuse('LOG107', 'not: witness NAME KEY [URL]');
    }
    const key = this.key(vkey, ['ed25519-cosignature', 'ml-dsa-44-cosignature'], this.witnesses);
    if (this.isFree(name) && key) this.witnesses.push({ name, key, url: url ?? null });
  }

  private group([name, count, ...members]: string[]): undefined {
    if (name === undefined || count === undefined || members.length === 0) {
      return this.refuse('LOG107', 'not: group NAME all|any|K NAME...');
    }
    const threshold = count === 'all' ? members.length : count === 'any' ? 1 : Number(count);
    if (!/^(?:all|any|[1-9][0-9]{0,3})$/.test(count) || threshold > members.length) {
      return this.refuse('LOG101', 'the number is not between 1 and that of the members');
    }
    for (const member of members) {
      if (!this.isNamed(member)) this.refuse('LOG101', 'a member that no line before names');
      else if (this.grouped.has(member)) this.refuse('LOG101', 'a member that a group has already');
      this.grouped.add(member);
    }
    if (this.isFree(name)) this.groups.push({ name, threshold, members });
  }

  private quorumLine([name, ...more]: string[]): undefined {
    if (name === undefined || more.length > 0) this.refuse('LOG107', 'not: quorum NAME');
    else if (this.quorum !== undefined) this.refuse('LOG102', 'a second quorum line');
    else if (name !== 'none' && !this.isNamed(name))
      this.refuse('LOG102', 'a name that no line before gives');
    else this.quorum = name === 'none' ? null : name;
  }

  private key(
    text: string,
    types: readonly VerifierKey['type'][],
    others: readonly { key: VerifierKey }[],
  ): VerifierKey | null {
    const parsed = parseVerifierKey(text, this.at);
    if (!parsed.ok) this.faults.push(...parsed.faults);
    else if (!types.includes(parsed.value.type)) this.refuse('LOG108', 'not a type of key for this');
    else if (others.some(({ key }) => samePublicKey(key, parsed.value))) this.refuse('LOG109', 'a key twice');
    else return parsed.value;
    return null;
  }

  private isFree(name: string): boolean {
    if (name !== 'none' && !this.isNamed(name)) return true;
    this.refuse('LOG101', 'a name that is taken');
    return false;
  }

  private isNamed(name: string): boolean {
    return [...this.witnesses, ...this.groups].some((one) => one.name === name);
  }

  private refuse(rule: string, message: string): undefined {
    this.faults.push(fault(rule, this.at, message));
  }
}

function samePublicKey(a: VerifierKey, b: VerifierKey): boolean {
  const [one, other] = [a.publicKey, b.publicKey];
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}
