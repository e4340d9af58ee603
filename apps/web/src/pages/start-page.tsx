import { type FormEvent, type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import { client } from '../client.ts';
import { Loaded, useLoaded } from '../loaded.tsx';
import { words } from '../messages/en.ts';
import { SignInPanel } from '../sign-in/sign-in-panel.tsx';
import { staff } from '../sign-in/staff-client.ts';

export function StartPage(props: { onSignedIn: () => void }): ReactNode {
  const [ways, again] = useLoaded(staff.ways);
  return (
    <>
      <h1>{words.start.title}</h1>
      <p>{words.start.lead}</p>
      <div className="pair">
        <section className="panel">
          <h2>{words.start.tryTitle}</h2>
          <p>{words.start.tryText}</p>
          <Link href="/try" className="button">
            {words.start.tryButton}
          </Link>
        </section>
        <section className="panel">
          <h2>{words.start.signInTitle}</h2>
          <Loaded of={ways} retry={again}>
            {(known) =>
              known.codes ? (
                <CodeForm {...props} />
              ) : (
                <SignInPanel ways={known} onSignedIn={props.onSignedIn} />
              )
            }
          </Loaded>
        </section>
      </div>
    </>
  );
}

/** With the codes that a demonstration prints. */
function CodeForm(props: { onSignedIn: () => void }): ReactNode {
  const [code, setCode] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function signIn(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (!code.trim()) return setProblem(words.start.codeNeeded);
    setBusy(true);
    try {
      await client.redeem(code.trim());
      props.onSignedIn();
    } catch (error) {
      setProblem((error as Error).message);
      setBusy(false);
    }
  }

  return (
    <>
      <p>{words.start.signInText}</p>
      <form onSubmit={signIn}>
        <label htmlFor="code">{words.start.code}</label>
        <input
          id="code"
          type="text"
          autoComplete="off"
          spellCheck={false}
          value={code}
          onChange={(event) => setCode(event.target.value)}
          aria-invalid={problem !== null}
          aria-describedby={problem ? 'code-problem' : undefined}
        />
        {problem && (
          <p id="code-problem" role="alert" className="notice danger">
            {problem}
          </p>
        )}
        <div className="buttons">
          <button type="submit" className="button" disabled={busy}>
            {words.start.signIn}
          </button>
        </div>
      </form>
    </>
  );
}
