import { enrolmentBytes, parseEnrolment } from '@aboveboard/consent/enrolment-file';
import { LogFeed } from '@aboveboard/logbook/log-feed';
import type { LogBook } from '@aboveboard/logbook/log-line';
import { en } from '@aboveboard/logbook/messages/en';
import { readRulesBook } from '@aboveboard/logbook/read-logbook';
import { useEffect, useState } from 'react';
import { words } from '../messages/en.ts';
import type { KeptRules } from '../relay/followed-rules.ts';
import { openDatabase } from '../store/database.ts';
import { kept } from '../store/settings.ts';
import { readSetup } from '../store/setup.ts';
import { keptLog } from './kept-log.ts';
import { whenWords } from './rules-section.tsx';
import { saveFile } from './save-file.ts';

const say = words.log;

type Read =
  | { state: 'none' | 'bad' }
  | { state: 'read'; book: LogBook; fork: KeptRules['fork']; checkpoint: Uint8Array };

/** The log as this recorder holds it, checked anew by this page. */
export function LogPage() {
  const [read, setRead] = useState<Read | null>(null);
  useEffect(() => {
    void readKept().then(setRead, () => setRead({ state: 'bad' }));
  }, []);
  return (
    <div className="page page-wide">
      <header className="page-head">
        <h1>{say.title}</h1>
      </header>
      <main className="stack">
        <p>{say.lead}</p>
        {read === null && <p className="soft">{words.loading}</p>}
        {read?.state === 'none' && <p className="note">{say.none}</p>}
        {read?.state === 'bad' && <p className="note note-fault">{say.bad}</p>}
        {read?.state === 'read' && (
          <>
            {read.fork && <Fork fork={read.fork} />}
            <LogFeed
              book={read.book}
              messages={en}
              when={(seconds) => whenWords(seconds * 1000)}
              save={saveFile}
            />
            <button type="button" onClick={() => saveFile('checkpoint', read.checkpoint)}>
              {say.saveCheckpoint}
            </button>
          </>
        )}
      </main>
    </div>
  );
}

function Fork({ fork }: { fork: NonNullable<KeptRules['fork']> }) {
  return (
    <div className="note note-fault stack">
      <p>
        {say.fork} {whenWords(fork.seenAt)}
      </p>
      <button type="button" onClick={() => saveFile('second-checkpoint', fork.checkpoint)}>
        {say.saveFork}
      </button>
    </div>
  );
}

async function readKept(): Promise<Read> {
  const database = await openDatabase();
  try {
    const { enrolment } = await readSetup(database);
    const log = await kept<KeptRules>(database, 'rules-log').get();
    if (!enrolment || !log?.checkpoint) return { state: 'none' };
    const parsed = parseEnrolment(enrolmentBytes(enrolment));
    if (!parsed.ok) return { state: 'bad' };
    const book = await readRulesBook({
      source: keptLog(log.checkpoint, log.entries),
      policy: parsed.value.rules.policy,
      trust: parsed.value.rules.trust,
      messages: en,
      subtle: crypto.subtle,
      when: (seconds) => whenWords(seconds * 1000),
    });
    return { state: 'read', book, fork: log.fork, checkpoint: log.checkpoint };
  } finally {
    database.close();
  }
}
