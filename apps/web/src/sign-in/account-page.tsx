import type { ListedAccount, OwnAccount, OwnSession } from '@aboveboard/protocol/staff';
import { type ReactNode, useCallback, useRef, useState } from 'react';
import { ApiError } from '../client.ts';
import { Loaded, useLoaded } from '../loaded.tsx';
import { text } from './messages/en.ts';
import { OwnSessions } from './own-sessions.tsx';
import { PartySignature, type SignStatement } from './party-signature.tsx';
import { staff } from './staff-client.ts';

const say = text.account;
type Page = { own: OwnAccount; sessions: OwnSession[]; all: ListedAccount[] | null };

async function load(): Promise<Page | null> {
  try {
    const own = await staff.account();
    const isParty = own.role !== 'researcher' && own.role !== 'operator';
    return { own, sessions: await staff.sessions(), all: isParty ? await staff.accounts() : null };
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

/** What one signs in with, and, for the parties, who else can. */
export default function AccountPage(): ReactNode {
  const [loading, reload] = useLoaded(load);
  const [said, setSaid] = useState('');

  const doing = useCallback(
    async (act: () => Promise<unknown>, done = '') => {
      setSaid('');
      await act().then(
        () => {
          setSaid(done);
          reload();
        },
        (error: Error) => setSaid(error.name === 'ApiError' ? error.message : text.ways.no),
      );
    },
    [reload],
  );

  return (
    <>
      <h1>{say.title}</h1>
      <Loaded of={loading} retry={reload}>
        {(page) =>
          page === null ? (
            <p>{say.nothing}</p>
          ) : (
            <>
              <p>{say.lead(text.roles[page.own.role])}</p>
              <Own account={page.own} doing={doing} />
              <OwnSessions sessions={page.sessions} doing={doing} />
              {page.all && <Others accounts={page.all} own={page.own} say={setSaid} />}
            </>
          )
        }
      </Loaded>
      <p role="status">{said}</p>
    </>
  );
}

function Own(props: {
  account: OwnAccount;
  doing: (act: () => Promise<unknown>) => Promise<void>;
}): ReactNode {
  const { account, doing } = props;
  return (
    <section className="panel">
      <h2>{say.passkeys}</h2>
      <ul>
        {account.passkeys.map(({ madeOn }, n) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a passkey is known here by its place and nothing else
          <li key={n}>
            {say.madeOn(madeOn)}{' '}
            {(account.passkeys.length > 1 || account.provider) && (
              <button
                type="button"
                className="button plain"
                onClick={() => void doing(() => staff.removePasskey(n))}
              >
                {say.remove}
              </button>
            )}
          </li>
        ))}
      </ul>
      {account.provider && <p>{say.byProvider}</p>}
      <p className="soft">{say.addNote}</p>
      <div className="buttons">
        <button type="button" className="button" onClick={() => void doing(staff.addPasskey)}>
          {say.add}
        </button>
      </div>
      {account.bound === true && <p>{say.bound}</p>}
      {account.bound === false && <Bind account={account} doing={doing} />}
    </section>
  );
}

function Bind(props: {
  account: OwnAccount;
  doing: (act: () => Promise<unknown>) => Promise<void>;
}): ReactNode {
  const { account, doing } = props;
  const [asked, setAsked] = useState<{ challenge: string; statement: string } | null>(null);
  const sign = useRef<SignStatement | null>(null);
  const onReady = useCallback((ready: SignStatement) => {
    sign.current = ready;
  }, []);

  async function ask(): Promise<void> {
    const { options, statement } = await staff.ownChallenge();
    if (statement !== null) setAsked({ challenge: options['challenge'] as string, statement });
  }
  async function bind(): Promise<void> {
    if (!asked) return;
    const note = await sign.current?.(asked.statement);
    if (!note) throw new ApiError(0, null, text.join.wrongKey);
    await staff.bind(asked.challenge, note);
  }

  return (
    <>
      <p className="notice warn">{say.unbound}</p>
      {asked && <PartySignature role={account.role} statement={asked.statement} onReady={onReady} />}
      <div className="buttons">
        <button type="button" className="button" onClick={() => void (asked ? doing(bind) : ask())}>
          {say.bind}
        </button>
      </div>
    </>
  );
}

function Others(props: {
  accounts: ListedAccount[];
  own: OwnAccount;
  say: (said: string) => void;
}): ReactNode {
  const yes = (is: boolean | null) => (is === null ? say.none : is ? say.yes : say.no);
  return (
    <>
      <h2>{say.others}</h2>
      <p>{say.othersNote}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region needs focus */}
      <section className="scroll" tabIndex={0} aria-label={say.others}>
        <table className="narrow">
          <thead>
            <tr>
              <th>{say.columns.role}</th>
              <th>{say.columns.made}</th>
              <th className="number">{say.columns.passkeys}</th>
              <th>{say.columns.provider}</th>
              <th>{say.columns.bound}</th>
              <th>{say.give}</th>
            </tr>
          </thead>
          <tbody>
            {props.accounts.map(({ account, role, madeOn, passkeys, provider, bound, probe }) => (
              <tr key={account}>
                <td>
                  {text.roles[role]}
                  {probe && <small> {say.probe}</small>}
                </td>
                <td>{madeOn}</td>
                <td className="number">{passkeys}</td>
                <td>{yes(provider)}</td>
                <td>{yes(bound)}</td>
                <td>
                  {!probe && role !== props.own.role && (
                    <button
                      type="button"
                      className="button plain"
                      onClick={() =>
                        void staff.giveHalf(account).then(
                          ({ half, hours }) => props.say(say.given(half, hours)),
                          (error: Error) => props.say(error.message),
                        )
                      }
                    >
                      {say.give}
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}
