import type { SignInWays } from '@aboveboard/protocol/staff';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import { text } from './messages/en.ts';
import { staff } from './staff-client.ts';

const say = text.ways;

/** The ways in for staff, as this installation has them. */
export function SignInPanel({ ways, onSignedIn }: { ways: SignInWays; onSignedIn: () => void }): ReactNode {
  const [problem, setProblem] = useState(location.search === '?refused' ? say.refused : null);
  const [busy, setBusy] = useState(false);

  async function by(act: () => Promise<unknown>): Promise<void> {
    setBusy(true);
    setProblem(null);
    try {
      await act();
      onSignedIn();
    } catch (error) {
      // The browser's own refusals have names, and their words are for programmers.
      setProblem((error as Error).name === 'ApiError' ? (error as Error).message : say.no);
    }
    setBusy(false);
  }

  return (
    <>
      <p>{say.lead}</p>
      {ways.passkeyAddress !== null && (
        <p className="notice">
          {say.address} <a href={ways.passkeyAddress}>{ways.passkeyAddress}</a>
        </p>
      )}
      <div className="buttons">
        {ways.passkeys && (
          <button type="button" className="button" disabled={busy} onClick={() => void by(staff.signIn)}>
            {say.passkey}
          </button>
        )}
        {ways.provider && (
          <button
            type="button"
            className="button plain"
            disabled={busy}
            onClick={() => void staff.goToProvider().catch((error: Error) => setProblem(error.message))}
          >
            {say.provider}
          </button>
        )}
      </div>
      {problem && (
        <p role="alert" className="notice danger">
          {problem}
        </p>
      )}
      {ways.passkeys && (
        <p>
          <Link href="/join">{say.join}</Link>
        </p>
      )}
    </>
  );
}
