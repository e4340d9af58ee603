import type { Checked, Fault } from '@aboveboard/protocol/fault';
import { SIGNALS } from './agreement.ts';
import { parsePolicyChange } from './policy-change.ts';

/**
 * What a party says in the rules log, as the text that it signs (spec/rules-log.md, RUL10-RUL29). One text,
 * one meaning, one spelling: what does not format back to the same bytes is refused. Nothing in it names a
 * person; reasons come from closed lists.
 */
export type RulesStatement =
  | ({ kind: 'agreement' } & AboutVersion)
  | ({ kind: 'revocation' } & AboutVersion)
  | ({ kind: 'suspension'; reason: SuspensionReason; at: number } & AboutVersion)
  /** How many objection tokens are dealt for a version, and with which key (SHA-256 of its SPKI). */
  | ({ kind: 'tokens'; issued: number; key: string } & AboutVersion)
  /** How many codes are dealt, and under which list and key their blind tokens are (ENR30). */
  | { kind: 'enrolment'; id: string; issued: number; list: string; key: string }
  /** Whom the guardian's half of every key is sealed to: an age recipient, hybrid. */
  | { kind: 'halves'; id: string; recipient: string }
  /** Whose keys and cosignatures count for both logs, before and from then on: two tlog-policies without addresses (RUL17). */
  | { kind: 'policy'; id: string; from: string; to: string }
  /** `list`: SHA-256 of the published list of spent tokens. */
  | ({
      kind: 'objections';
      issued: number;
      spent: number;
      list: string;
      targets: ObjectionCount[];
    } & AboutVersion)
  | {
      kind: 'build';
      id: string;
      state: 'listed' | 'withdrawn';
      name: string;
      version: string;
      digest: string;
    }
  | { kind: 'breach'; id: string; at: number; digest: string };

/** An agreement, its version, and the SHA-256 of its document in hex. */
export type AboutVersion = { id: string; version: number; digest: string };

export const SUSPENSION_REASONS = ['restructuring', 'breach', 'control-failed'] as const;
export type SuspensionReason = (typeof SUSPENSION_REASONS)[number];

/** What is objected to: the whole agreement, an application, or a signal in one. */
export type ObjectionTarget =
  | { kind: 'agreement' }
  | { kind: 'app'; app: string }
  | { kind: 'signal'; app: string; signal: (typeof SIGNALS)[number] };
export type ObjectionCount = { target: ObjectionTarget; count: number };

/** More targets than an agreement can hold: 100 applications with six signals each, themselves, and it. */
const TARGET_LIMIT = 701;
const COUNT_LIMIT = 10_000_000;

export function statementText(statement: RulesStatement): string {
  const lines = [`aboveboard ${statement.kind} v1`, statement.id];
  switch (statement.kind) {
    case 'agreement':
    case 'revocation':
      lines.push(...versionLines(statement));
      break;
    case 'suspension':
      lines.push(...versionLines(statement), statement.reason, String(statement.at));
      break;
    case 'tokens':
      lines.push(...versionLines(statement), `issued ${statement.issued}`, `sha256 ${statement.key}`);
      break;
    case 'enrolment':
      lines.push(`issued ${statement.issued}`, `sha256 ${statement.list}`, `sha256 ${statement.key}`);
      break;
    case 'halves':
      lines.push(statement.recipient);
      break;
    case 'policy':
      lines.push(...policyLines('from', statement.from), ...policyLines('to', statement.to));
      break;
    case 'objections':
      lines.push(
        ...versionLines(statement),
        `issued ${statement.issued}`,
        `spent ${statement.spent}`,
        `sha256 ${statement.list}`,
        ...statement.targets.map(({ target, count }) => `${targetText(target)} ${count}`),
      );
      break;
    case 'build':
      lines.push(statement.state, `${statement.name} ${statement.version}`, `sha256 ${statement.digest}`);
      break;
    case 'breach':
      lines.push(String(statement.at), `sha256 ${statement.digest}`);
      break;
  }
  return `${lines.join('\n')}\n`;
}

/** `agreement`, `app mail`, `signal mail keys`. */
export function targetText(target: ObjectionTarget): string {
  if (target.kind === 'agreement') return 'agreement';
  return target.kind === 'app' ? `app ${target.app}` : `signal ${target.app} ${target.signal}`;
}

/** Null: not the text of a target. */
export function parseTarget(text: string): ObjectionTarget | null {
  const [kind, app = '', signal = '', ...rest] = text.split(' ');
  if (rest.length > 0) return null;
  let target: ObjectionTarget;
  if (kind === 'agreement') target = { kind };
  else if (kind === 'app') target = { kind, app };
  else if (kind === 'signal' && isSignal(signal)) target = { kind, app, signal };
  else return null;
  if (target.kind !== 'agreement' && !NAME.test(app)) return null;
  return targetText(target) === text ? target : null;
}

const NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;
const HEX = /^[0-9a-f]{64}$/;
const RECIPIENT = /^age1pq1[a-z0-9]{1,4000}$/;
const BUILD_VERSION = /^\d{1,5}\.\d{1,5}\.\d{1,5}$/;

/** A text from outside. All the faults at once; never throws. */
export function parseStatement(text: string): Checked<RulesStatement> {
  const faults: Fault[] = [];
  const fault = (rule: string, line: number, message: string) =>
    faults.push({ rule, at: `line ${line + 1}`, message });
  const lines = text.split('\n');
  const kind = /^aboveboard ([a-z]+) v1$/.exec(lines[0] ?? '')?.[1];
  const id = lines[1] ?? '';
  if (!NAME.test(id)) fault('RUL11', 1, 'not the id of an agreement');

  const whole = (line: number, found: string | undefined, least: number, most: number): number => {
    const value = /^(0|[1-9]\d{0,15})$/.test(found ?? '') ? Number(found) : Number.NaN;
    if (!(value >= least && value <= most)) fault('RUL11', line, 'not a whole number in its range');
    return value;
  };
  const sha256 = (line: number): string => {
    const digest = /^sha256 (.*)$/.exec(lines[line] ?? '')?.[1] ?? '';
    if (!HEX.test(digest)) fault('RUL11', line, 'not a SHA-256 in lower-case hex');
    return digest;
  };
  const about = (): AboutVersion => ({
    id,
    version: whole(2, lines[2], 1, 1_000_000),
    digest: sha256(3),
  });
  const time = (line: number) => whole(line, lines[line], 1, 253_402_300_799);

  let statement: RulesStatement | null = null;
  switch (kind) {
    case 'agreement':
    case 'revocation':
      statement = { kind, ...about() };
      break;
    case 'suspension': {
      const reason = SUSPENSION_REASONS.find((one) => one === lines[4]);
      if (!reason) fault('RUL13', 4, 'not a reason of the list');
      statement = { kind, ...about(), reason: reason ?? 'restructuring', at: time(5) };
      break;
    }
    case 'tokens': {
      const issued = whole(4, /^issued (.*)$/.exec(lines[4] ?? '')?.[1], 1, COUNT_LIMIT);
      statement = { kind, ...about(), issued, key: sha256(5) };
      break;
    }
    case 'enrolment': {
      const issued = whole(2, /^issued (.*)$/.exec(lines[2] ?? '')?.[1], 1, COUNT_LIMIT);
      statement = { kind, id, issued, list: sha256(3), key: sha256(4) };
      break;
    }
    case 'halves': {
      const recipient = lines[2] ?? '';
      if (!RECIPIENT.test(recipient)) fault('RUL16', 2, 'not a hybrid age recipient');
      statement = { kind, id, recipient };
      break;
    }
    case 'policy': {
      const parsed = parsePolicyChange(lines);
      faults.push(...parsed.faults);
      statement = { kind, id, from: parsed.from, to: parsed.to };
      break;
    }
    case 'objections':
      statement = { kind, ...about(), list: sha256(6), ...parseCounts(lines.slice(4, -1), fault, whole) };
      break;
    case 'build': {
      const state = lines[2];
      const [name = '', version = ''] = (lines[3] ?? '').split(' ');
      if (state !== 'listed' && state !== 'withdrawn') fault('RUL15', 2, 'neither listed nor withdrawn');
      if (!NAME.test(name) || !BUILD_VERSION.test(version)) fault('RUL15', 3, 'not a name and a version');
      statement = {
        kind,
        id,
        state: state === 'listed' ? state : 'withdrawn',
        name,
        version,
        digest: sha256(4),
      };
      break;
    }
    case 'breach':
      statement = { kind, id, at: time(2), digest: sha256(3) };
      break;
    default:
      fault('RUL10', 0, 'not a statement that this software knows');
  }
  if (faults.length === 0 && statement && statementText(statement) !== text) {
    faults.push({ rule: 'RUL10', at: 'text', message: 'not the one spelling of what it says' });
  }
  return faults.length === 0 && statement ? { ok: true, value: statement } : { ok: false, faults };
}

function parseCounts(
  lines: readonly string[],
  fault: (rule: string, line: number, message: string) => void,
  whole: (line: number, found: string | undefined, least: number, most: number) => number,
): { issued: number; spent: number; targets: ObjectionCount[] } {
  const named = (line: number, name: string, most: number) =>
    whole(line + 4, new RegExp(`^${name} (.*)$`).exec(lines[line] ?? '')?.[1], 0, most);
  const issued = named(0, 'issued', COUNT_LIMIT);
  const spent = named(1, 'spent', COUNT_LIMIT);
  if (spent > issued) fault('RUL14', 5, 'more tokens spent than were issued');
  const targets: ObjectionCount[] = [];
  if (lines.length - 3 > TARGET_LIMIT) {
    fault('RUL14', 7, `more than ${TARGET_LIMIT} targets`);
    return { issued, spent, targets };
  }
  let total = 0;
  for (const [i, line] of lines.slice(3).entries()) {
    const cut = line.lastIndexOf(' ');
    const target = parseTarget(line.slice(0, Math.max(0, cut)));
    const count = whole(i + 7, line.slice(cut + 1), 1, COUNT_LIMIT);
    if (!target) fault('RUL14', i + 7, 'not something that can be objected to');
    else {
      const before = targets.at(-1);
      if (before && targetText(before.target) >= targetText(target)) {
        fault('RUL14', i + 7, 'out of order or twice');
      }
      targets.push({ target, count });
      total += count;
    }
  }
  if (total !== spent) fault('RUL14', 5, 'the counts do not add up to the tokens spent');
  return { issued, spent, targets };
}

function policyLines(name: 'from' | 'to', policy: string): string[] {
  const lines = policy.split('\n').slice(0, -1);
  return [`${name} ${lines.length}`, ...lines];
}

function versionLines({ version, digest }: AboutVersion): string[] {
  return [String(version), `sha256 ${digest}`];
}

function isSignal(text: string): text is (typeof SIGNALS)[number] {
  return SIGNALS.some((signal) => signal === text);
}
