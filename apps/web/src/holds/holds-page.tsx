import type { PartyRole } from '@aboveboard/consent/agreement';
import { type Hold, holdDigest, parseHold } from '@aboveboard/consent/hold-document';
import { type HoldStatement, signHoldStatement } from '@aboveboard/consent/hold-note';
import type { ShownHold } from '@aboveboard/protocol/holds';
import { type ReactNode, useCallback, useId, useState } from 'react';
import { client } from '../client.ts';
import { Loaded, useLoaded, useReturned } from '../loaded.tsx';
import { Act, type Outcome, outcomeOf } from '../stewards/act.tsx';
import { shown as painted, Secret } from '../stewards/key-panel.tsx';
import { keptKey } from '../stewards/key-store.ts';
import { text as steward } from '../stewards/messages/en.ts';
import { openKey, type SealedKey } from '../stewards/party-key.ts';
import type { Signing } from '../stewards/signing.ts';
import { HoldForm } from './hold-form.tsx';
import { text } from './messages/en.ts';
import '../stewards/stewards.css';

/** A hold as this page read it itself: what is signed is the digest of these bytes. `hold` null: the server shows something else. */
type ReadHold = { shown: ShownHold; hold: Hold | null };
type Known = { holds: ReadHold[]; kept: SealedKey | null };

/** Legal holds, for the parties: what is held, why, until when; asking, approving, ending (spec/hold.md). */
export default function HoldsPage({ party }: { party: PartyRole }): ReactNode {
  const load = useCallback(async (): Promise<Known> => {
    const [{ holds }, kept] = await Promise.all([client.holds(), keptKey(party).catch(() => null)]);
    return { holds: await Promise.all(holds.map(readHold)), kept };
  }, [party]);
  const [loading, reload] = useLoaded(load);
  const [passphrase, setPassphrase] = useState('');
  const id = useId();
  useReturned(reload);
  return (
    <>
      <h1>{text.title}</h1>
      <p>{text.lead}</p>
      {party === 'employer' && <HoldForm onAsked={reload} />}
      <Loaded of={loading} retry={reload}>
        {({ holds, kept }) => (
          <>
            {holds.length > 0 ? <h2>{text.list}</h2> : <p>{text.none}</p>}
            {holds.map((read) => (
              <HoldCard key={read.shown.id} read={read}>
                {kept ? (
                  <HoldActs
                    read={read}
                    signing={{ party, kept, passphrase }}
                    unlock={
                      kept.by.how === 'passphrase' && (
                        <Secret
                          label={steward.key.unlock}
                          id={id}
                          value={passphrase}
                          onChange={setPassphrase}
                        />
                      )
                    }
                    onDone={() => {
                      setPassphrase('');
                      reload();
                    }}
                  />
                ) : (
                  <p className="notice">{text.noKey}</p>
                )}
              </HoldCard>
            ))}
          </>
        )}
      </Loaded>
    </>
  );
}

async function readHold(shown: ShownHold): Promise<ReadHold> {
  const bytes = new TextEncoder().encode(shown.document);
  const parsed = parseHold(bytes);
  const isSame = parsed.ok && parsed.value.id === shown.id;
  return {
    shown,
    hold: isSame && (await holdDigest(bytes, crypto.subtle)) === shown.digest ? parsed.value : null,
  };
}

function HoldCard({ read, children }: { read: ReadHold; children: ReactNode }): ReactNode {
  const { shown, hold } = read;
  const title = `hold-${shown.id}`;
  return (
    <section className="panel" aria-labelledby={title}>
      <h3 id={title}>
        {text.state[shown.state]} <span className="soft">{shown.id.slice(0, 8)}</span>
      </h3>
      {hold ? (
        <ul>
          <li>{text.because(hold.reason)}</li>
          <li>{sliceWords(hold.slice)}</li>
          <li>{text.until(new Date(hold.until * 1000).toISOString().slice(0, 10))}</li>
        </ul>
      ) : (
        <p role="alert" className="notice danger">
          {text.unreadable}
        </p>
      )}
      <p>{text.askedOn(shown.askedOn)}</p>
      {shown.approvedBy.length > 0 && <p>{text.approvedBy(shown.approvedBy)}</p>}
      {shown.waitsFor.length > 0 && <p>{text.waitsFor(shown.waitsFor, shown.answerBy)}</p>}
      {shown.end && <p>{text.end(shown.end)}</p>}
      {hold && shown.state !== 'ended' && children}
    </section>
  );
}

function sliceWords(slice: Hold['slice']): string {
  if (slice.kind === 'recordings') return text.listed(slice.recordings.length);
  const { from, to } = slice.weeks;
  return slice.cards === null ? text.weeks(from, to) : text.cards(from, to);
}

function HoldActs(props: {
  read: ReadHold;
  signing: Signing;
  unlock: ReactNode;
  onDone: () => void;
}): ReactNode {
  const { read, signing, unlock, onDone } = props;
  const { id, digest, state, waitsFor } = read.shown;
  const said = (kind: HoldStatement['kind']) => () => signAndSay({ kind, hold: id, digest }, signing);
  return (
    <div className="pair">
      {state === 'waiting' && waitsFor.includes(signing.party) && (
        <Act {...text.approve} onDone={onDone} act={said('hold-approval')}>
          {unlock}
        </Act>
      )}
      <Act
        title={text.finish.title}
        what={text.finish.what}
        undo={text.finish.undo}
        button={text.finish.button}
        typed={text.finish.word}
        onDone={onDone}
        act={said('hold-end')}
      >
        {unlock}
      </Act>
    </div>
  );
}

/** Signs with the key of this browser and hands the note in; the key is open for this one act. */
async function signAndSay(statement: HoldStatement, { kept, passphrase }: Signing): Promise<Outcome> {
  await painted();
  const opened = await openKey(kept, passphrase);
  if (!opened) return { problem: steward.key.wrong, faults: [] };
  return outcomeOf(
    signHoldStatement(statement, opened.signers).then(async (note) => {
      await client.sayOfHold(statement.hold, note);
      return { index: 0 };
    }),
  );
}
