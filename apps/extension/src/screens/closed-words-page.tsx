import { writtenWords } from '@aboveboard/redact/written-words';
import { type FormEvent, useEffect, useId, useState } from 'react';
import { freshId } from '../background/recording-writing.ts';
import { words } from '../messages/en.ts';
import { ClosedWords } from '../store/closed-words.ts';
import { openDatabase } from '../store/database.ts';
import { deviceKeyRing } from '../store/device-keys.ts';

const say = words.closedWords;

type Shown = 'loading' | 'lost' | 'ready';

/** Where she writes down what is to be closed everywhere. The page reads and writes the device's store itself: no message holds them. */
export function ClosedWordsPage() {
  const [shown, setShown] = useState<Shown>('loading');
  const [text, setText] = useState('');
  const [said, setSaid] = useState('');
  const [fault, setFault] = useState('');
  const field = useId();
  useEffect(() => {
    void withWords((kept) => kept.all()).then(
      (all) => {
        setText(all.join('\n'));
        setShown('ready');
      },
      () => setShown('lost'),
    );
  }, []);
  const keep = async (event: FormEvent) => {
    event.preventDefault();
    const kept = writtenWords(text);
    setSaid('');
    if (!kept) return setFault(say.tooMany);
    try {
      await withWords((store) => store.keep(kept, freshId()));
      setText(kept.join('\n'));
      setFault('');
      setShown('ready');
      setSaid(say.kept(kept.length));
    } catch {
      setFault(say.notKept);
    }
  };
  return (
    <div className="page">
      <header className="page-head">
        <h1>{say.heading}</h1>
      </header>
      <main className="stack">
        <p>{say.lead}</p>
        <p className="soft">{say.where}</p>
        {shown === 'lost' && (
          <p className="note note-warn" role="alert">
            {say.lost}
          </p>
        )}
        {shown === 'loading' ? (
          <p className="soft">{words.loading}</p>
        ) : (
          <form className="stack" onSubmit={(event) => void keep(event)}>
            <div className="field">
              <label htmlFor={field}>{say.label}</label>
              <p className="soft small" id={`${field}-hint`}>
                {say.hint}
              </p>
              <textarea
                id={field}
                rows={12}
                value={text}
                autoComplete="off"
                spellCheck={false}
                aria-describedby={`${field}-hint`}
                aria-invalid={fault !== ''}
                onChange={(event) => setText(event.target.value)}
              />
            </div>
            {fault !== '' && (
              <p className="note note-warn" role="alert">
                {fault}
              </p>
            )}
            <button type="submit" className="main-act">
              {say.keep}
            </button>
          </form>
        )}
        <p role="status">{said}</p>
        <p className="soft">{say.when}</p>
        <p className="soft">{say.not}</p>
      </main>
    </div>
  );
}

async function withWords<T>(act: (kept: ClosedWords) => Promise<T>): Promise<T> {
  const database = await openDatabase();
  try {
    return await act(new ClosedWords(database, await deviceKeyRing(database)));
  } finally {
    database.close();
  }
}
