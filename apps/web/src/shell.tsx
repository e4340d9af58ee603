import type { About, Session } from '@aboveboard/protocol/installation';
import { type ReactNode, useEffect, useRef } from 'react';
import { Link, useLocation } from 'wouter';
import { words } from './messages/en.ts';
import { pagesOf } from './role-pages.ts';

/** What every page stands in: whose installation this is, which pages there are, who is signed in. */
export function Shell(props: {
  session: Session | null;
  about: About | null;
  onLeave: () => void;
  children: ReactNode;
}): ReactNode {
  const [location] = useLocation();
  const main = useRef<HTMLElement>(null);
  const pages = pagesOf(props.session?.role ?? null);
  const title = pages.find((page) => page.path === location)?.title;
  const shown = useRef(location);
  useEffect(() => {
    document.title = title ? `${title} · ${words.name}` : words.name;
    // After a page change the focus goes where the new page begins, as it would on a fresh load.
    if (shown.current !== location) main.current?.focus();
    shown.current = location;
  }, [location, title]);
  return (
    <>
      <a className="skip" href="#content">
        {words.skip}
      </a>
      <header>
        {props.about?.installation === 'demonstration' && <p className="band">{words.demonstration}</p>}
        <div className="head">
          <Link href="/" className="mark">
            <img src="/icon.svg" alt="" width="28" height="28" />
            {words.name}
          </Link>
          <nav aria-label={words.menu}>
            {pages.map((page) => (
              <Link
                key={page.path}
                href={page.path}
                aria-current={page.path === location ? 'page' : undefined}
              >
                {page.title}
              </Link>
            ))}
          </nav>
          {props.session && (
            <div className="who">
              <Who session={props.session} about={props.about} />
              <button type="button" className="button plain" onClick={props.onLeave}>
                {words.signOut}
              </button>
            </div>
          )}
        </div>
      </header>
      <main id="content" tabIndex={-1} ref={main}>
        {props.children}
      </main>
    </>
  );
}

/** Where there are accounts, her role leads to hers. */
function Who({ session, about }: { session: Session; about: About | null }): ReactNode {
  const name = words.roles[session.role];
  if (about?.installation !== 'production') return <span className="soft">{name}</span>;
  return <Link href="/account">{name}</Link>;
}
