import { useId, useState } from 'react';
import { everyWords, words } from '../messages/en.ts';
import type { VoiceIssueView, VoiceView } from '../wire/voice-message.ts';
import { CountedNote } from './counted-note.tsx';
import { FaultNote } from './fault-note.tsx';
import { BallotForm, ObjectionForm } from './object-forms.tsx';
import { type Send, useRecorder } from './recorder-link.ts';
import { timeWords } from './rules-section.tsx';
import { saveFile } from './save-file.ts';

const say = words.voice;

/** Everyone's voice, whether or not she takes part: what can be said, what she said, and what was counted. */
export function ObjectPage() {
  const { view, fault, send } = useRecorder();
  const { voice } = view ?? {};
  return (
    <div className="page">
      <header className="page-head">
        <h1>{say.title}</h1>
      </header>
      <main className="stack">
        <p>{say.lead}</p>
        <FaultNote fault={fault} />
        {!view && <p className="soft">{words.loading}</p>}
        {view && !voice && <p className="note">{say.unheard}</p>}
        {voice && <Voice voice={voice} send={send} />}
      </main>
    </div>
  );
}

function Voice({ voice, send }: { voice: VoiceView; send: Send }) {
  return (
    <>
      {voice.hasCode ? <p className="soft">{say.codeHere}</p> : <Code send={send} />}
      {voice.issues.length === 0 && <p className="note">{say.none}</p>}
      {voice.issues.map((issue) => (
        <Issue key={issue.digest} issue={issue} voice={voice} send={send} />
      ))}
      <details>
        <summary>{say.hidden}</summary>
        <p>{say.same(everyWords(voice.periodSeconds))}</p>
      </details>
    </>
  );
}

function Code({ send }: { send: Send }) {
  const [code, setCode] = useState('');
  const ids = { code: useId(), hint: useId() };
  return (
    <form
      className="card stack"
      onSubmit={(event) => {
        event.preventDefault();
        void send({ command: 'give-code', code });
      }}
    >
      <h2>{say.codeHeading}</h2>
      <p>{say.codeLead}</p>
      <div className="field">
        <label htmlFor={ids.code}>{say.code}</label>
        <input
          id={ids.code}
          type="text"
          autoComplete="off"
          spellCheck={false}
          maxLength={100}
          required
          value={code}
          aria-describedby={ids.hint}
          onChange={(event) => setCode(event.target.value)}
        />
        <p className="soft small" id={ids.hint}>
          {say.codeHint}
        </p>
      </div>
      <button type="submit">{say.giveCode}</button>
    </form>
  );
}

function Issue(props: { issue: VoiceIssueView; voice: VoiceView; send: Send }) {
  const { issue, voice, send } = props;
  const id = useId();
  const title = issue.kind === 'objection' ? say.version(issue.title, issue.version) : say.election;
  return (
    <section className="card stack" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {issue.kind === 'objection' && <p className="soft">{say.stops(issue.objectionPercent)}</p>}
      <Step issue={issue} voice={voice} send={send} />
      <CountedNote issue={issue} />
    </section>
  );
}

/** Where she stands in this issue, and what she can do next. */
function Step({ issue, voice, send }: { issue: VoiceIssueView; voice: VoiceView; send: Send }) {
  const { own, asksUntil } = issue;
  const now = Date.now() / 1000;
  const until = timeWords(asksUntil);
  if (own?.fault) return <p className="note note-fault">{say.faults[own.fault] ?? say.otherFault}</p>;
  if (own?.says) return <Said issue={issue} says={own.says} nullifier={own.nullifier} />;
  if (!own?.hasToken) {
    if (!own && now >= asksUntil) return <p>{say.over(until)}</p>;
    if (!own && !voice.hasCode) return <p>{say.noCode(until)}</p>;
    return <p>{own?.asked ? say.asked(until) : say.asks}</p>;
  }
  const speak = (says: string, why = '') =>
    void send({ command: 'say', issue: issue.digest, says, words: why });
  if (issue.kind === 'objection')
    return <ObjectionForm apps={issue.apps} takesWords={voice.takesWords} onSay={speak} />;
  if (now < issue.opens) return <p>{say.opens(timeWords(issue.opens))}</p>;
  if (now >= issue.closes) return <p>{say.closed(timeWords(issue.closes))}</p>;
  return (
    <>
      <p>{say.closes(timeWords(issue.closes))}</p>
      <BallotForm candidates={issue.candidates} onSay={speak} />
    </>
  );
}

function Said(props: { issue: VoiceIssueView; says: string; nullifier: string | null }) {
  const { issue, says, nullifier } = props;
  return (
    <div className="stack" role="status">
      <p>
        {issue.kind === 'objection' ? say.said : say.voted}: <strong>{saidWords(issue, says)}</strong>
      </p>
      <p className={nullifier === null ? 'note' : undefined}>{nullifier === null ? say.waits : say.taken}</p>
      {nullifier !== null && (
        <>
          <p className="soft small">{say.receiptHint}</p>
          <dl className="prints">
            <div>
              <dt>{say.receipt}</dt>
              <dd>
                <code className="origin">{nullifier}</code>
              </dd>
            </div>
          </dl>
          <button
            type="button"
            onClick={() =>
              saveFile(`voice-${nullifier.slice(0, 8)}.txt`, receiptText(issue, says, nullifier))
            }
          >
            {say.save}
          </button>
        </>
      )}
    </div>
  );
}

function saidWords(issue: VoiceIssueView, says: string): string {
  if (issue.kind === 'election')
    return issue.candidates.find(({ id }) => says === `candidate ${id}`)?.name ?? say.abstain;
  const [, id, signal] = says.split(' ');
  const app = issue.apps.find((one) => one.id === id)?.name ?? id ?? '';
  if (!id) return say.whole;
  return signal ? say.signal(say.signals[signal] ?? signal, app) : say.app(app);
}

/** What anyone can look for in a published list. */
function receiptText({ digest }: VoiceIssueView, says: string, nullifier: string): Uint8Array {
  return new TextEncoder().encode(`issue ${digest}\nsaid ${says}\nnullifier ${nullifier}\n`);
}
