import type { ShownControl, ShownControls, ShownWait } from '@aboveboard/protocol/controls';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { client } from '../client.ts';
import { Loaded, useLoaded, useReturned } from '../loaded.tsx';
import { text } from './messages/en-controls.ts';
import './controls.css';

/** What waits for whoever looks, and what was agreed, each as it was found just now (spec/controls.md). */
export default function ControlsPage(): ReactNode {
  const [loading, reload] = useLoaded(client.controls);
  useReturned(reload);
  return (
    <>
      <h1>{text.title}</h1>
      <p>{text.lead}</p>
      <Loaded of={loading} retry={reload}>
        {(shown) => (
          <>
            <Verdict {...shown} />
            <Waits waits={shown.waits} />
            <ul className="controls">
              {shown.controls.map((one) => (
                <Control key={one.name} {...one} />
              ))}
            </ul>
            <div className="buttons">
              <button type="button" className="button" onClick={reload}>
                {text.again}
              </button>
            </div>
            <details>
              <summary>{text.how}</summary>
              <ul>
                <li>{text.server}</li>
                <li>{text.guardian}</li>
                <li>
                  {text.logged} <Link href="/logs">{text.log}</Link>
                </li>
              </ul>
            </details>
          </>
        )}
      </Loaded>
    </>
  );
}

function Verdict({ controls }: Pick<ShownControls, 'controls'>): ReactNode {
  const wrong = controls.filter(({ state }) => state !== 'ok').length;
  return (
    <p role="status" className={wrong === 0 ? 'notice' : 'notice warn'}>
      <strong>{wrong === 0 ? text.all(controls.length) : text.some(wrong, controls.length)}</strong>
    </p>
  );
}

function Waits({ waits }: { waits: readonly ShownWait[] }): ReactNode {
  return (
    <section aria-labelledby="waits">
      <h2 id="waits">{text.waits}</h2>
      {waits.length === 0 && <p>{text.nothingWaits}</p>}
      <ul className="waits">
        {waits.map(({ kind, says, by, because, page }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two of a kind may say the same; they have no ids here
          <li key={`${kind} ${index}`}>
            <strong>{by === null ? text.now : text.by(day(by))}</strong> {says}{' '}
            <span className="soft">{because}</span> {page && <Link href={page}>{text.go[page]}</Link>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Control({ name, state, checkedAt, agreed, found, todo }: ShownControl): ReactNode {
  return (
    <li className={`control ${state}`}>
      <h2>
        <Mark state={state} />
        <span>{text.names[name]}</span>
        <span className="verdict">{text.states[state]}</span>
      </h2>
      <p className="soft">{agreed}</p>
      <p>{found}</p>
      {todo && (
        <p>
          <strong>{text.todo}</strong> {todo}
        </p>
      )}
      <p className="checked soft">
        <time dateTime={checkedAt}>{text.checkedAt(moment(checkedAt))}</time>
      </p>
    </li>
  );
}

/** A shape for each state, besides word and colour. */
function Mark({ state }: Pick<ShownControl, 'state'>): ReactNode {
  return (
    <svg viewBox="0 0 16 16" className="mark" aria-hidden="true">
      {state === 'ok' && <path d="M3 8.5 6.5 12 13 4.5" />}
      {state === 'not-ok' && <path d="M4 4 12 12 M12 4 4 12" />}
      {state === 'unchecked' && <path d="M5.5 6a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 1.7 M8 12.5v.5" />}
    </svg>
  );
}

const moment = (at: string) =>
  new Date(at).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
const day = (date: string) =>
  new Date(`${date}T00:00:00Z`).toLocaleDateString('en-GB', { dateStyle: 'medium', timeZone: 'UTC' });
