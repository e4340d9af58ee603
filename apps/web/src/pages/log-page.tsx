import { LogFeed } from '@aboveboard/logbook/log-feed';
import type { LogBook } from '@aboveboard/logbook/log-line';
import { en } from '@aboveboard/logbook/messages/en';
import { LogError } from '@aboveboard/tlog/log-fault';
import { type ReactNode, useState } from 'react';
import { Loaded, useLoaded } from '../loaded.tsx';
import type { LogName } from '../log-source.ts';
import { words } from '../messages/en.ts';
import { saveBytes } from '../save-bytes.ts';
import { type Served, servedRules, servedUses, timeInWords } from '../served-books.ts';

const text = words.log;

/** Both logs for people, checked in this browser. */
export default function LogPage(): ReactNode {
  const [name, setName] = useState<LogName>('rules');
  return (
    <>
      <h1>{text.title}</h1>
      <p>{text.lead}</p>
      <p className="notice">{text.convenience}</p>
      <fieldset className="choice">
        <legend>{text.which}</legend>
        {(['rules', 'uses'] as const).map((each) => (
          <label key={each}>
            <input type="radio" name="log" checked={name === each} onChange={() => setName(each)} />{' '}
            {text.names[each]}
          </label>
        ))}
      </fieldset>
      <OneLog key={name} load={name === 'rules' ? rules : uses} />
    </>
  );
}

const rules = () => inWords<LogBook>(servedRules());
const uses = () => inWords<LogBook>(servedUses());

function OneLog({ load }: { load: () => Promise<Served<LogBook>> }): ReactNode {
  const [loading, reload] = useLoaded(load);
  return (
    <Loaded of={loading} retry={reload}>
      {(book) => (
        <>
          {book.quorum === false && (
            <p className="notice danger" role="alert">
              {text.noQuorum}
            </p>
          )}
          <LogFeed book={book} messages={en} when={timeInWords} save={saveBytes} />
        </>
      )}
    </Loaded>
  );
}

/** A log that does not hold is said with what is wrong with it, and not as if the server had not answered. */
async function inWords<Book>(reading: Promise<Served<Book>>): Promise<Served<Book>> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
    const why = error.code === 'unavailable' ? text.unavailable : text.unverified;
    throw new Error(`${why} (${error.message})`, { cause: error });
  }
}
