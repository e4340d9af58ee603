import { DayTable } from '@aboveboard/logbook/day-table';
import { LogFeed } from '@aboveboard/logbook/log-feed';
import { en } from '@aboveboard/logbook/messages/en';
import { useEffect, useId, useState } from 'react';
import { words } from '../messages/en.ts';
import { FaultList } from './fault-list.tsx';
import { type HeldLog, heldLog, type LogName } from './log-books.ts';
import { whenWords } from './rules-section.tsx';
import { saveFile } from './save-file.ts';

const say = words.log;

type Read = { state: 'none' | 'bad' } | ({ state: 'read' } & HeldLog);

/** Both logs as this recorder holds them. */
export function LogPage() {
  const [name, setName] = useState<LogName>('rules');
  const group = useId();
  return (
    <div className="page page-wide">
      <header className="page-head">
        <h1>{say.title}</h1>
      </header>
      <main className="stack">
        <p>{say.lead}</p>
        <fieldset>
          <legend>{say.which}</legend>
          {(['rules', 'uses'] as const).map((each) => (
            <label key={each} className="choice">
              <input type="radio" name={group} checked={name === each} onChange={() => setName(each)} />
              <span>{say.names[each]}</span>
            </label>
          ))}
        </fieldset>
        <OneLog key={name} name={name} />
      </main>
    </div>
  );
}

function OneLog({ name }: { name: LogName }) {
  const [read, setRead] = useState<Read | null>(null);
  useEffect(() => {
    let open = true;
    const show = (found: Read) => open && setRead(found);
    void heldLog(name).then(
      (held) => show(held ? { state: 'read', ...held } : { state: 'none' }),
      () => show({ state: 'bad' }),
    );
    return () => {
      open = false;
    };
  }, [name]);
  return (
    <section className="stack" aria-label={say.names[name]}>
      <p>{say.about[name]}</p>
      {read === null && <p className="soft">{words.loading}</p>}
      {read?.state === 'none' && <p className="note">{say.none}</p>}
      {read?.state === 'bad' && <p className="note note-fault">{say.bad}</p>}
      {read?.state === 'read' && (
        <>
          {read.fork && <Fork fork={read.fork} />}
          <FaultList lead={words.rules.faults} faults={read.faults} />
          {read.book.days && <DayTable days={read.book.days} messages={en} />}
          <LogFeed
            book={read.book}
            messages={en}
            when={(seconds) => whenWords(seconds * 1000)}
            save={saveFile}
          />
          <button type="button" onClick={() => saveFile(`${name}-checkpoint`, read.checkpoint)}>
            {say.saveCheckpoint}
          </button>
        </>
      )}
    </section>
  );
}

function Fork({ fork }: { fork: NonNullable<HeldLog['fork']> }) {
  return (
    <div className="note note-fault stack">
      <p>
        {say.fork} {whenWords(fork.seenAt)}
      </p>
      <button type="button" onClick={() => saveFile('second-checkpoint', fork.checkpoint)}>
        {say.saveFork}
      </button>
      {fork.evidence && (
        <button type="button" onClick={() => saveFile('two-histories.fork', fork.evidence as Uint8Array)}>
          {say.saveEvidence}
        </button>
      )}
    </div>
  );
}
