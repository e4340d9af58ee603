import { parseAgreement } from '@aboveboard/consent/agreement';
import { hex } from '@aboveboard/consent/canonical-json';
import { parseReceipt, verifyReceipt } from '@aboveboard/consent/receipt';
import { readRulesEntry } from '@aboveboard/consent/rules-entry';
import { readUsesEntry } from '@aboveboard/consent/uses-entry';
import { en as logWords } from '@aboveboard/logbook/messages/en';
import { usesLines } from '@aboveboard/logbook/uses-lines';
import type { Fault } from '@aboveboard/protocol/fault';
import type { Policy } from '@aboveboard/tlog/policy';
import { quorumTime } from '@aboveboard/tlog/policy';
import { parsePolicy } from '@aboveboard/tlog/policy-file';
import { parseProof, verifyProof } from '@aboveboard/tlog/proof-file';
import { text } from './messages/en.ts';

/**
 * What files hold and what not, in words (spec/consent.md CON40-CON55, spec/log.md LOG120-LOG125). Pure: reads
 * what it is given, asks nobody.
 */
export type Given = { name: string; bytes: Uint8Array };
/** `null`: it could not be checked, and why stands in the words. */
export type Check = { holds: boolean | null; words: string };
export type Verdict = {
  title: string;
  checks: Check[];
  /** What the file says, if it holds. */
  says: { heading: string; sentences: string[] }[];
};
export type Against = {
  policy: Policy | null;
  /** `own`: a file of the person; `served`: this server named it. */
  policyFrom: 'own' | 'served' | null;
  /** Documents of agreements that are at hand. */
  agreements: readonly Uint8Array[];
  /** Milliseconds since the epoch. */
  now: number;
  subtle: SubtleCrypto;
  when: (seconds: number) => string;
};

/** A verdict for each receipt and each proof among the files; other files are used for checking them. */
export async function verdictsOf(files: readonly Given[], against: Against): Promise<Verdict[]> {
  const kinds = files.map((file) => ({ file, kind: kindOf(file) }));
  const own = kinds.find(({ kind }) => kind === 'policy');
  const parsed = own && parsePolicy(own.file.bytes);
  const agreements = kinds.filter(({ kind }) => kind === 'agreement').map(({ file }) => file.bytes);
  const all: Against = {
    ...against,
    ...(parsed?.ok ? { policy: parsed.value, policyFrom: 'own' as const } : {}),
    agreements: [...agreements, ...against.agreements],
  };
  const verdicts: Verdict[] = [];
  if (parsed && !parsed.ok) verdicts.push(broken(own.file.name, parsed.faults));
  const entries = kinds.filter(({ kind }) => kind !== 'proof' && kind !== 'receipt' && kind !== 'policy');
  for (const { file, kind } of kinds) {
    if (kind === 'receipt') verdicts.push(await receiptVerdict(file, all));
    if (kind === 'proof') {
      const entry =
        entries.find((one) => stem(one.file.name) === stem(file.name)) ??
        (entries.length === 1 ? entries[0] : undefined);
      verdicts.push(await proofVerdict(file, entry?.file ?? null, all));
    }
  }
  const isUsed = verdicts.length > 0;
  return isUsed ? verdicts : files.map(({ name }) => ({ title: text.unknown(name), checks: [], says: [] }));
}

type Kind = 'receipt' | 'proof' | 'policy' | 'agreement' | 'other';

function kindOf({ name, bytes }: Given): Kind {
  const head = new TextDecoder().decode(bytes.subarray(0, 4096));
  if (head.startsWith('c2sp.org/tlog-proof@')) return 'proof';
  if (/^\s*\{/.test(head)) {
    if (head.includes('"aboveboard-receipt"') || isReceipt(bytes)) return 'receipt';
    return parseAgreement(bytes).ok ? 'agreement' : 'other';
  }
  return /policy/i.test(name) || parsePolicy(bytes).ok ? 'policy' : 'other';
}

function isReceipt(bytes: Uint8Array): boolean {
  return parseReceipt(bytes).ok;
}

async function receiptVerdict({ name, bytes }: Given, against: Against): Promise<Verdict> {
  const { policy, now, subtle } = against;
  const read = parseReceipt(bytes);
  if (!read.ok) return broken(name, read.faults);
  const receipt = read.value;
  const { record } = receipt;
  const named = record['ab:agreement']['ab:sha256'];
  const agreement = await documentOf(named, against);
  const verified = await verifyReceipt(bytes, { agreement, policy, now }, subtle);
  const faults = verified.ok ? [] : verified.faults;
  const of = (holds: (rule: string) => boolean) => faults.filter(({ rule }) => holds(rule));
  const logged = receipt.log !== null && receipt.log.proof !== null;
  const checks: Check[] = [
    { holds: true, words: text.receipt.form },
    check(
      of((rule) => rule === 'CON45'),
      text.receipt.signature,
    ),
    check(
      of((rule) => rule === 'CON46'),
      text.receipt.words,
    ),
    check(
      of((rule) => rule === 'CON47'),
      text.receipt.times,
    ),
    agreement
      ? check(
          of((rule) => rule === 'CON48' || rule.startsWith('AGR')),
          text.receipt.agreement,
        )
      : { holds: null, words: text.receipt.noAgreement },
    receipt.log === null
      ? { holds: null, words: text.receipt.noLog }
      : check(
          of((rule) => rule === 'CON49'),
          text.receipt.commitment,
        ),
    logged && policy
      ? check(
          of((rule) => rule.startsWith('LOG')),
          text.receipt.log,
        )
      : { holds: null, words: logged ? text.noPolicy : text.receipt.noProof },
  ];
  const rest = of((rule) => !/^(CON4[5-9]|AGR|LOG)/.test(rule));
  if (rest.length > 0) checks.push(check(rest, text.receipt.other));
  if (logged && policy) checks.push(trust(against));
  return {
    title: verified.ok ? text.receipt.holds(name) : text.doesNotHold(name),
    checks,
    says: verified.ok
      ? [
          {
            heading: text.says,
            sentences: [
              text.receipt.state[verified.value.state](record['dct:valid'].slice(0, 10)),
              text.receipt.under(
                record['ab:agreement']['dct:identifier'],
                record['ab:agreement']['dct:hasVersion'],
              ),
            ],
          },
          ...receipt.shown,
        ]
      : [],
  };
}

async function proofVerdict(file: Given, entry: Given | null, against: Against): Promise<Verdict> {
  const { policy, when } = against;
  const parsed = parseProof(file.bytes);
  if (!parsed.ok) return broken(file.name, parsed.faults);
  const { index, signed } = parsed.value;
  const { origin, size } = signed.checkpoint;
  const form: Check = { holds: true, words: text.proof.form(index, size, origin) };
  if (!entry)
    return {
      title: text.proof.needsEntry(file.name),
      checks: [form, { holds: null, words: text.proof.noEntry }],
      says: [],
    };
  if (!policy)
    return {
      title: text.unchecked(file.name),
      checks: [form, { holds: null, words: text.noPolicy }],
      says: [],
    };
  const verdict = verifyProof(parsed.value, entry.bytes, policy);
  const faults = verdict.ok ? [] : verdict.faults;
  const of = (rule: string) => faults.filter((one) => one.rule === rule);
  const signature = faults.filter(({ rule }) => rule !== 'LOG125' && rule !== 'LOG104');
  const checks: Check[] = [form, check(of('LOG125'), text.proof.stands), check(signature, text.proof.signed)];
  if (policy.quorum === null) checks.push({ holds: null, words: text.proof.unwitnessed });
  else {
    const time = verdict.ok ? quorumTime(policy, verdict.value.witnesses) : null;
    checks.push(
      time === null
        ? check(of('LOG104'), text.proof.quorum)
        : { holds: true, words: text.proof.witnessed(witnessNames(verdict), when(time)) },
    );
  }
  checks.push(trust(against));
  return {
    title: verdict.ok ? text.proof.holds(entry.name) : text.doesNotHold(file.name),
    checks,
    says: verdict.ok ? [{ heading: text.says, sentences: await entryWords(entry.bytes, against) }] : [],
  };
}

/** What an entry says. Of a rules entry only what stands in it: its effect depends on the whole log. */
async function entryWords(entry: Uint8Array, { subtle }: Against): Promise<string[]> {
  if (readUsesEntry(entry).ok) {
    const lines = await usesLines([{ index: 0, entry }], [], logWords, subtle);
    return lines.map(({ words }) => words);
  }
  const rules = await readRulesEntry(entry, subtle);
  if (rules.kind === 'document')
    return [text.proof.document(rules.agreement.id, rules.agreement.version, rules.digest)];
  if (rules.kind === 'note') return [text.proof.note, ...rules.text.trimEnd().split('\n')];
  return [text.proof.otherEntry];
}

async function documentOf(digest: string, { agreements, subtle }: Against): Promise<Uint8Array | null> {
  for (const bytes of agreements) {
    const hash = new Uint8Array(await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
    if (hex(hash) === digest) return bytes;
  }
  return null;
}

function check(faults: readonly Fault[], words: { yes: string; no: string }): Check {
  if (faults.length === 0) return { holds: true, words: words.yes };
  const why = faults.map(({ rule, at, message }) => `${at}: ${message} (${rule})`).join('; ');
  return { holds: false, words: `${words.no} ${why}` };
}

function trust({ policyFrom }: Against): Check {
  return policyFrom === 'own'
    ? { holds: true, words: text.ownPolicy }
    : { holds: null, words: text.servedPolicy };
}

function broken(name: string, faults: readonly Fault[]): Verdict {
  return { title: text.doesNotHold(name), checks: [check(faults, text.form)], says: [] };
}

function witnessNames(verdict: ReturnType<typeof verifyProof>): string {
  return verdict.ok ? verdict.value.witnesses.map(({ name }) => name).join(', ') : '';
}

/** `entry-7.tlog-proof` and `entry-7.bin` belong together. */
function stem(name: string): string {
  return name.replace(/\.(tlog-proof|bin|json|note)$/i, '');
}
