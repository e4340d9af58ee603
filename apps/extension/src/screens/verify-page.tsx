import type { KeptRules } from '@aboveboard/capture/line/followed-rules';
import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import { type Enrolment, enrolmentBytes, parseEnrolment } from '@aboveboard/consent/enrolment-file';
import { parseReceipt, verifyReceipt } from '@aboveboard/consent/receipt';
import { replayRules } from '@aboveboard/consent/rules-replay';
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
    if (parseReceipt(file).ok) {
      return await judgeReceipt(file, trust, await kept<KeptRules>(database, 'rules-log').get());
    }
    return judgeProof(file, entry, trust);
  } finally {
    database.close();
  }
}

async function judgeReceipt(
  file: Uint8Array,
  trust: Enrolment | null,
  log: KeptRules | null,
): Promise<Verdict> {
  const receipt = parseReceipt(file);
  const named = receipt.ok ? receipt.value.record['ab:agreement']['ab:sha256'] : '';
  const state = trust && log && (await replayRules(log.entries, trust.rules.trust, crypto.subtle));
  const version = state?.versions.find(({ digest }) => digest === named);
  const given = {
    agreement: version ? canonicalBytes(version.agreement) : null,
    policy: trust?.uses.policy ?? null,
    now: Date.now(),
  };
  const verified = await verifyReceipt(file, given, crypto.subtle);
  if (!verified.ok) return failed(verified.faults);
  const { checked, state: standing } = verified.value;
  const lacking = (['agreement', 'log'] as const).filter((check) => !checked.includes(check));
  return {
    holds: true,
    sentences: [
      ...checked.map((check) => say.checked[check]),
      ...lacking.map((check) => say.notChecked[check]),
      say.state[standing],
    ],
  };
}

function judgeProof(file: Uint8Array, entry: Uint8Array | null, trust: Enrolment | null): Verdict {
  const proof = parseProof(file);
  if (!proof.ok) return { holds: false, sentences: [say.neither] };
  if (!entry) return { holds: false, sentences: [say.entryFirst] };
  if (!trust) return { holds: false, sentences: [say.noTrust] };
  const { origin, size } = proof.value.signed.checkpoint;
  const policy = [trust.rules.policy, trust.uses.policy].find(({ logs }) =>
    logs.some(({ key }) => key.name === origin),
  );
  const verdict = verifyProof(proof.value, entry, policy ?? trust.rules.policy);
  if (!verdict.ok) return failed(verdict.faults);
  const names = verdict.value.witnesses.map(({ name }) => name);
  return {
    holds: true,
    sentences: [
      say.proof(proof.value.index, size),
      names.length > 0 ? say.witnessed(names) : say.unwitnessed,
    ],
  };
}

function failed(faults: readonly { rule: string; at: string; message: string }[]): Verdict {
  return { holds: false, sentences: faults.map(({ rule, at, message }) => `${rule}: ${at} ${message}`) };
}
