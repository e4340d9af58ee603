import { WORDS_BYTES_LIMIT } from '@aboveboard/vault/sealed-words';
import { type FormEvent, useId, useState } from 'react';
import { words } from '../messages/en.ts';
import type { VoiceIssueView } from '../wire/voice-message.ts';

const say = words.voice;

type Apps = (VoiceIssueView & { kind: 'objection' })['apps'];

/** To the agreement, to an application, or to one signal in it; with or without words. Nothing is chosen for her. */
export function ObjectionForm(props: {
  apps: Apps;
  takesWords: boolean;
  onSay: (says: string, why: string) => void;
}) {
  const { apps, takesWords, onSay } = props;
  const [says, setSays] = useState('');
  const [why, setWhy] = useState('');
  const [isEmpty, setEmpty] = useState(false);
  const ids = { why: useId(), hint: useId() };
  const choosing = { group: useId(), chosen: says, choose: setSays };
  const left = WORDS_BYTES_LIMIT - new TextEncoder().encode(why).length;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setEmpty(says === '');
    if (says !== '' && left >= 0) onSay(says, why);
  };
  return (
    <form className="stack" onSubmit={submit}>
      <fieldset>
        <legend>{say.what}</legend>
        <Choice value="agreement" {...choosing}>
          {say.whole}
        </Choice>
        {apps.map(({ id, name, signals }) => (
          <div key={id} className="stack">
            <Choice value={`app ${id}`} {...choosing}>
              {say.app(name)}
            </Choice>
            {signals.map((signal) => (
              <Choice key={signal} value={`signal ${id} ${signal}`} {...choosing} inner>
                {say.signal(say.signals[signal] ?? signal, name)}
              </Choice>
            ))}
          </div>
        ))}
      </fieldset>
      {takesWords && (
        <div className="field">
          <label htmlFor={ids.why}>{say.why}</label>
          <textarea
            id={ids.why}
            value={why}
            aria-describedby={ids.hint}
            onChange={(event) => setWhy(event.target.value)}
          />
          <p className="soft small" id={ids.hint}>
            {say.whyHint} {say.left(left)}
          </p>
        </div>
      )}
      <SeenBy lines={say.seen} />
      <div role="alert">
        {left < 0 && <p className="note note-fault">{say.tooLong}</p>}
        {isEmpty && says === '' && <p className="note note-fault">{say.chooseFirst}</p>}
      </div>
      <button type="submit">{say.object}</button>
    </form>
  );
}

export function BallotForm(props: {
  candidates: readonly { id: string; name: string }[];
  onSay: (says: string) => void;
}) {
  const [says, setSays] = useState('');
  const [isEmpty, setEmpty] = useState(false);
  const choosing = { group: useId(), chosen: says, choose: setSays };
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        setEmpty(says === '');
        if (says !== '') props.onSay(says);
      }}
    >
      <fieldset>
        <legend>{say.whom}</legend>
        {props.candidates.map(({ id, name }) => (
          <Choice key={id} value={`candidate ${id}`} {...choosing}>
            {name}
          </Choice>
        ))}
        <Choice value="abstain" {...choosing}>
          {say.abstain}
        </Choice>
      </fieldset>
      <SeenBy lines={say.seenVote} />
      <div role="alert">{isEmpty && says === '' && <p className="note note-fault">{say.voteFirst}</p>}</div>
      <button type="submit">{say.vote}</button>
    </form>
  );
}

function Choice(props: {
  group: string;
  value: string;
  chosen: string;
  choose: (value: string) => void;
  inner?: boolean;
  children: string;
}) {
  const { group, value, chosen, choose, inner, children } = props;
  return (
    <label className={inner ? 'choice choice-inner' : 'choice'}>
      <input
        type="radio"
        name={group}
        checked={chosen === value}
        value={value}
        onChange={() => choose(value)}
      />
      <span>{children}</span>
    </label>
  );
}

function SeenBy({ lines }: { lines: readonly string[] }) {
  return (
    <div className="stack">
      <h3>{say.how}</h3>
      <ul className="plain-list">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </div>
  );
}
