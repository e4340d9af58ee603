import type { KeptRules } from '@aboveboard/capture/line/followed-rules';
import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import { type Enrolment, enrolmentBytes, parseEnrolment } from '@aboveboard/consent/enrolment-file';
import { policiesThatCounted } from '@aboveboard/consent/followed-policy';
import { parseReceipt, verifyReceipt } from '@aboveboard/consent/receipt';
import { replayRules } from '@aboveboard/consent/rules-replay';
import type { RulesState } from '@aboveboard/consent/rules-state';
import type { Checked } from '@aboveboard/protocol/fault';
import { parseProof, verifyProof } from '@aboveboard/tlog/proof-file';
import { useId, useState } from 'react';
import { words } from '../messages/en.ts';
import { openDatabase } from '../store/database.ts';
import { kept } from '../store/settings.ts';
import { readSetup } from '../store/setup.ts';

const say = words.verify;

type Verdict = { holds: boolean; sentences: string[] };

/** A receipt or a proof, held against what this recorder relies on, with no network. */
export function VerifyPage() {
  const ids = { file: useId(), entry: useId(), hint: useId() };
  const [files, setFiles] = useState<{ file?: Uint8Array; entry?: Uint8Array }>({});
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const take = async (which: 'file' | 'entry', chosen: File | undefined) => {
    if (!chosen) return;
    const next = { ...files, [which]: new Uint8Array(await chosen.arrayBuffer()) };
    setFiles(next);
    setVerdict(next.file ? await judge(next.file, next.entry ?? null) : null);
  };
  return (
    <div className="page page-wide">
      <header className="page-head">
        <h1>{say.title}</h1>
      </header>
      <main className="stack">
        <p>{say.lead}</p>
        <div className="field">
          <label htmlFor={ids.file}>{say.file}</label>
          <input id={ids.file} type="file" onChange={(event) => void take('file', event.target.files?.[0])} />
        </div>
        <div className="field">
          <label htmlFor={ids.entry}>{say.entry}</label>
          <p className="soft small" id={ids.hint}>
            {say.entryHint}
          </p>
          <input
            id={ids.entry}
            type="file"
            aria-describedby={ids.hint}
            onChange={(event) => void take('entry', event.target.files?.[0])}
          />
        </div>
        <div role="status">
          {verdict && (
            <div className={`note ${verdict.holds ? '' : 'note-fault'}`}>
              <p>
                <strong>{verdict.holds ? say.holds : say.fails}</strong>
              </p>
              <ul className="plain-list">
                {verdict.sentences.map((sentence) => (
                  <li key={sentence} className="origin">
                    {sentence}
                  </li>
                ))}
              </ul>
            </div>
          )}
        </div>
      </main>
    </div>
  );
}

async function judge(file: Uint8Array, entry: Uint8Array | null): Promise<Verdict> {
  const database = await openDatabase();
  try {
    const { enrolment } = await readSetup(database);
    const parsed = enrolment && parseEnrolment(enrolmentBytes(enrolment));
    const trust = parsed?.ok ? parsed.value : null;
    const log = await kept<KeptRules>(database, 'rules-log').get();
    const state = trust && log && (await replayRules(log.entries, trust.rules.trust, crypto.subtle));
    if (parseReceipt(file).ok) return await judgeReceipt(file, trust, state);
    return judgeProof(file, entry, trust, state);
  } finally {
    database.close();
  }
}

async function judgeReceipt(
  file: Uint8Array,
  trust: Enrolment | null,
  state: RulesState | null,
): Promise<Verdict> {
  const receipt = parseReceipt(file);
  const named = receipt.ok ? receipt.value.record['ab:agreement']['ab:sha256'] : '';
  const version = state?.versions.find(({ digest }) => digest === named);
  const policies = trust ? policiesThatCounted(trust.uses.policy, state?.policies ?? []) : ([null] as const);
  const agreement = version ? canonicalBytes(version.agreement) : null;
  const { verified, isOlder } = await underAny(policies, (policy) =>
    verifyReceipt(file, { agreement, policy, now: Date.now() }, crypto.subtle),
  );
  if (!verified.ok) return failed(verified.faults);
  const { checked, state: standing } = verified.value;
  const lacking = (['agreement', 'log'] as const).filter((check) => !checked.includes(check));
  return {
    holds: true,
    sentences: [
      ...checked.map((check) => say.checked[check]),
      ...(isOlder ? [say.replacedSince] : []),
      ...lacking.map((check) => say.notChecked[check]),
      say.state[standing],
    ],
  };
}

async function judgeProof(
  file: Uint8Array,
  entry: Uint8Array | null,
  trust: Enrolment | null,
  state: RulesState | null,
): Promise<Verdict> {
  const proof = parseProof(file);
  if (!proof.ok) return { holds: false, sentences: [say.neither] };
  if (!entry) return { holds: false, sentences: [say.entryFirst] };
  if (!trust) return { holds: false, sentences: [say.noTrust] };
  const { origin, size } = proof.value.signed.checkpoint;
  const policy = [trust.rules.policy, trust.uses.policy].find(({ logs }) =>
    logs.some(({ key }) => key.name === origin),
  );
  const policies = policiesThatCounted(policy ?? trust.rules.policy, state?.policies ?? []);
  const { verified, isOlder } = await underAny(policies, async (one) => verifyProof(proof.value, entry, one));
  if (!verified.ok) return failed(verified.faults);
  const names = verified.value.witnesses.map(({ name }) => name);
  return {
    holds: true,
    sentences: [
      say.proof(proof.value.index, size),
      names.length > 0 ? say.witnessed(names) : say.unwitnessed,
      ...(isOlder ? [say.replacedSince] : []),
    ],
  };
}

/** Under the first of these that it holds under; under none: what the one in force says. */
async function underAny<P, T>(
  policies: readonly [P, ...P[]],
  check: (policy: P) => Promise<Checked<T>>,
): Promise<{ verified: Checked<T>; isOlder: boolean }> {
  const [inForce, ...older] = policies;
  const newest = await check(inForce);
  if (newest.ok) return { verified: newest, isOlder: false };
  for (const policy of older) {
    const verified = await check(policy);
    if (verified.ok) return { verified, isOlder: true };
  }
  return { verified: newest, isOlder: false };
}

function failed(faults: readonly { rule: string; at: string; message: string }[]): Verdict {
  return { holds: false, sentences: faults.map(({ rule, at, message }) => `${rule}: ${at} ${message}`) };
}
