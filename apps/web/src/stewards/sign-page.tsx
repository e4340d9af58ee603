import type { PartyRole } from '@aboveboard/consent/agreement';
import type { RulesBook } from '@aboveboard/logbook/read-logbook';
import { type ReactNode, useCallback, useEffect, useId, useRef, useState } from 'react';
import { Loaded, useLoaded, useReturned } from '../loaded.tsx';
import { type Served, servedRules } from '../served-books.ts';
import { KeyPanel, Secret } from './key-panel.tsx';
import { keptKey } from './key-store.ts';
import { text } from './messages/en.ts';
import { NoteUpload } from './note-upload.tsx';
import type { SealedKey } from './party-key.ts';
import { WaitingVersion } from './pending-version.tsx';
import { PreparedStatement } from './prepared-statement.tsx';
import { RecorderActs, StopActs } from './stop-acts.tsx';
import './stewards.css';

const say = text.sign;

type Known = { book: Served<RulesBook>; kept: SealedKey | null };

/** What a party does: sign, allow, stop. Each act is an entry of the rules log. */
export default function SignPage({ party }: { party: PartyRole }): ReactNode {
  const load = useCallback(async (): Promise<Known> => {
    const [book, kept] = await Promise.all([servedRules(), keptKey(party).catch(() => null)]);
    return { book, kept };
  }, [party]);
  const [loading, reload] = useLoaded(load);
  useReturned(reload);
  return (
    <>
      <h1>{say.title}</h1>
      <p>{say.lead}</p>
      <Loaded of={loading} retry={reload}>
        {(known) => <Acts {...known} party={party} onChange={reload} />}
      </Loaded>
    </>
  );
}

function Acts({
  book,
  kept,
  party,
  onChange,
}: Known & { party: PartyRole; onChange: () => void }): ReactNode {
  const [passphrase, setPassphrase] = useState('');
  const { state, entries } = book;
  const signing = kept && { party, kept, passphrase };
  const unlock = kept?.by.how === 'passphrase' && <Unlock value={passphrase} onChange={setPassphrase} />;
  const version = state.standing.version;
  const [entered, setEntered] = useState('');
  const said = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    // The act may be gone, or far below: whoever did it is told where it stands.
    if (entered !== '') said.current?.focus();
  }, [entered]);
  // What it entered itself counts before the log was read again.
  const enteredUpTo = useRef(0);
  const done = (entry: number) => {
    setPassphrase('');
    // To the byte the same text is one entry: said again it does nothing, and must not look as if it did.
    const known = Math.max(state.size, enteredUpTo.current);
    setEntered(entry < known ? say.before(entry) : say.done(entry));
    enteredUpTo.current = Math.max(known, entry + 1);
    onChange();
  };
  return (
    <>
      <p role="status" ref={said} tabIndex={-1} className={entered === '' ? 'entered' : 'entered notice'}>
        {entered}
      </p>
      <h2>{say.waiting}</h2>
      {state.pending.length === 0 && <p>{say.nothingWaits}</p>}
      {state.pending.map((pending) => (
        <WaitingVersion
          key={pending.digest}
          pending={pending}
          document={entries[pending.entered] ?? new Uint8Array()}
          state={state}
          party={party}
          signing={signing}
          onDone={done}
        >
          {unlock}
        </WaitingVersion>
      ))}
      <KeyPanel party={party} kept={kept} onChange={onChange} />
      <NoteUpload onDone={done} />
      {signing && version && (
        <>
          {(party === 'representative' || party === 'employer') && (
            <PreparedStatement {...{ state, version, signing, unlock, party }} onDone={done} />
          )}
          <StopActs {...{ state, version, signing, unlock }} onDone={done} />
          <RecorderActs {...{ state, version, signing, unlock }} onDone={done} />
        </>
      )}
    </>
  );
}

/** One passphrase for whichever act is done; it is gone after it. */
function Unlock({ value, onChange }: { value: string; onChange: (value: string) => void }): ReactNode {
  const id = useId();
  return <Secret label={text.key.unlock} id={id} value={value} onChange={onChange} />;
}
