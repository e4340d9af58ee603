import type { PartyRole } from '@aboveboard/consent/agreement';
import type { TaskCard } from '@aboveboard/protocol/manifest';
import { type ReactNode, useCallback, useId, useState } from 'react';
import { client } from '../client.ts';
import { Loaded, useLoaded, useReturned } from '../loaded.tsx';
import { Secret } from '../stewards/key-panel.tsx';
import { keptKey } from '../stewards/key-store.ts';
import { text as steward } from '../stewards/messages/en.ts';
import type { SealedKey } from '../stewards/party-key.ts';
import { AskForm } from './ask-form.tsx';
import { GrantActs } from './grant-acts.tsx';
import { GrantCard } from './grant-card.tsx';
import { type ReadGrant, readGrant } from './grant-words.ts';
import { text } from './messages/en.ts';
import '../stewards/stewards.css';

const say = text.list;

type Known = { grants: ReadGrant[]; cards: readonly TaskCard[]; kept: SealedKey | null };

/** Requests to read: who asks sees his own and asks; a party sees all, first what waits for it, and decides. */
export default function GrantsPage({ party }: { party: PartyRole | null }): ReactNode {
  const load = useCallback(async (): Promise<Known> => {
    const [{ grants }, { cards }, kept] = await Promise.all([
      client.grants(),
      client.taskCards(),
      party ? keptKey(party).catch(() => null) : null,
    ]);
    return { grants: await Promise.all(grants.map(readGrant)), cards, kept };
  }, [party]);
  const [loading, reload] = useLoaded(load);
  useReturned(reload);
  return (
    <>
      <h1>{say.title}</h1>
      <p>{party ? say.leadParty : say.leadResearcher}</p>
      <Loaded of={loading} retry={reload}>
        {(known) =>
          party ? (
            <Deciding {...known} party={party} onChange={reload} />
          ) : (
            <Asking {...known} onChange={reload} />
          )
        }
      </Loaded>
    </>
  );
}

function Asking({ grants, cards, onChange }: Known & { onChange: () => void }): ReactNode {
  const [problem, setProblem] = useState('');
  return (
    <>
      <AskForm cards={cards} onAsked={onChange} />
      <h2>{say.mine}</h2>
      {problem && (
        <p role="alert" className="notice danger">
          {problem}
        </p>
      )}
      {grants.length === 0 && <p>{say.none}</p>}
      {grants.map((read) => (
        <GrantCard key={read.shown.id} read={read}>
          {read.shown.state !== 'ended' && (
            <div className="buttons">
              <button
                type="button"
                className="button plain"
                onClick={() =>
                  void client
                    .withdrawGrant(read.shown.id)
                    .then(onChange, (error: Error) => setProblem(error.message))
                }
              >
                {text.ask.withdraw}
              </button>
            </div>
          )}
        </GrantCard>
      ))}
    </>
  );
}

function Deciding({
  grants,
  kept,
  party,
  onChange,
}: Known & { party: PartyRole; onChange: () => void }): ReactNode {
  const [passphrase, setPassphrase] = useState('');
  const id = useId();
  const waiting = grants.filter(({ shown }) => shown.waitsFor.includes(party));
  const others = grants.filter((one) => !waiting.includes(one));
  const unlock = kept?.by.how === 'passphrase' && (
    <Secret label={steward.key.unlock} id={id} value={passphrase} onChange={setPassphrase} />
  );
  const card = (read: ReadGrant) => (
    <GrantCard key={read.shown.id} read={read}>
      {read.shown.state !== 'ended' &&
        (kept && read.grant ? (
          <GrantActs
            read={read}
            signing={{ party, kept, passphrase }}
            unlock={unlock}
            onDone={() => {
              setPassphrase('');
              onChange();
            }}
          />
        ) : (
          <p className="notice">{text.noKey}</p>
        ))}
    </GrantCard>
  );
  return (
    <>
      <h2>{say.waiting}</h2>
      {waiting.length === 0 && <p>{say.nothingWaits}</p>}
      {waiting.map(card)}
      {others.length > 0 && <h2>{say.others}</h2>}
      {others.map(card)}
    </>
  );
}
