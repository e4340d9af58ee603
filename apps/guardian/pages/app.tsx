import { type ReactNode, useEffect } from 'react';
import { CountPage } from './count-page.tsx';
import { ErasePage } from './erase-page.tsx';
import { makeGuardianClient } from './guardian-client.ts';
import { words } from './messages/en.ts';
import { ObjectPage } from './object-page.tsx';
import { RepresentativePage } from './representative-page.tsx';
import { VotePage } from './vote-page.tsx';

const client = makeGuardianClient();
const PATHS = ['/object', '/vote', '/count', '/erase', '/'] as const;

/** One page of five; each is loaded afresh, so that nothing of one stays in another. */
export function App({ path }: { path: string }): ReactNode {
  const here = PATHS.find((one) => one === path) ?? '/';
  const title = words.pages[here];
  useEffect(() => {
    document.title = `${title} · ${words.name}`;
  }, [title]);
  return (
    <>
      <a className="skip" href="#content">
        {words.skip}
      </a>
      <header className="head">
        <span className="mark">
          <img src="/icon.svg" alt="" width="28" height="28" />
          {words.name}
        </span>
        <nav aria-label={words.menu}>
          {PATHS.map((one) => (
            <a key={one} href={one} aria-current={one === here ? 'page' : undefined}>
              {words.pages[one]}
            </a>
          ))}
        </nav>
      </header>
      <main id="content" tabIndex={-1}>
        {here === '/object' && <ObjectPage client={client} />}
        {here === '/vote' && <VotePage client={client} />}
        {here === '/count' && <CountPage client={client} />}
        {here === '/erase' && <ErasePage />}
        {here === '/' && <RepresentativePage client={client} />}
      </main>
    </>
  );
}
