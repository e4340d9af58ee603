import { type ReactNode, useId, useState } from 'react';
import type { DeskSection } from './desk-section.ts';
import { Days } from './issue-section.tsx';
import { Fault, useAct } from './loaded.tsx';
import { words } from './messages/en.ts';
import { deskWords } from './messages/en-desk.ts';

const t = deskWords.election;
const DAY = 86_400;

/** Announces an election: candidates, days to ask, days to vote. */
export function ElectionSection({ client, about, onChange }: DeskSection): ReactNode {
  const [name, setName] = useState('');
  const [names, setNames] = useState('');
  const [days, setDays] = useState('7');
  const [voting, setVoting] = useState('7');
  const { busy, fault, act } = useAct();
  const id = useId();

  const submit = () =>
    act(async () => {
      const candidates = candidatesOf(names);
      if (candidates.length === 0) throw new Error(t.needCandidates);
      const opens = Math.floor(Date.now() / 1000) + Number(days) * DAY;
      const closes = opens + Number(voting) * DAY;
      await client.send('/representative/elections', { id: name.trim(), candidates, opens, closes });
      setName('');
      setNames('');
      onChange();
    });

  return (
    <section className="no-print">
      <h2>{t.title}</h2>
      <p>{t.help}</p>
      {about.issues.map((one) =>
        one.kind === 'election' ? (
          <p className="notice" key={one.digest}>
            {one.election}: {one.candidates.map((candidate) => candidate.name).join(', ')}.{' '}
            {words.vote.notOpen(words.time(one.opens))} {words.vote.closes(words.time(one.closes))}
          </p>
        ) : null,
      )}
      <form
        className="panel"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <div className="field">
          <label htmlFor={`${id}-name`}>{t.id}</label>
          <input
            id={`${id}-name`}
            type="text"
            required
            maxLength={64}
            pattern="[a-z0-9][a-z0-9\-]*"
            aria-describedby={`${id}-help`}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
          <p className="help" id={`${id}-help`}>
            {t.idHelp}
          </p>
        </div>
        <div className="field">
          <label htmlFor={`${id}-names`}>{t.candidates}</label>
          <textarea
            id={`${id}-names`}
            required
            value={names}
            onChange={(event) => setNames(event.target.value)}
          />
        </div>
        <Days id={`${id}-days`} label={t.days} value={days} onChange={setDays} />
        <Days id={`${id}-voting`} label={t.voting} value={voting} onChange={setVoting} />
        <p>{t.seen}</p>
        <Fault of={fault} />
        <button type="submit" className="button" disabled={busy}>
          {busy ? words.busy : t.button}
        </button>
      </form>
    </section>
  );
}

/** One a line; ids are their places, because names may be alike. */
function candidatesOf(text: string): { id: string; name: string }[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((name, at) => ({ id: `c${at + 1}`, name }));
}
