import {
  GRANT_REFUSALS,
  type GrantRefusal,
  type GrantStatement,
  signGrantStatement,
} from '@aboveboard/consent/grant-note';
import { type ReactNode, useId, useState } from 'react';
import { client } from '../client.ts';
import { Act, type Outcome, outcomeOf } from '../stewards/act.tsx';
import { shown } from '../stewards/key-panel.tsx';
import { text as steward } from '../stewards/messages/en.ts';
import { openKey } from '../stewards/party-key.ts';
import type { Signing } from '../stewards/signing.ts';
import type { ReadGrant } from './grant-words.ts';
import { text } from './messages/en.ts';

/** What a party does about a request, each by a note that its own key signs in this browser. */
export function GrantActs(props: {
  read: ReadGrant & { grant: NonNullable<ReadGrant['grant']> };
  signing: Signing;
  unlock: ReactNode;
  onDone: () => void;
}): ReactNode {
  const { read, signing, unlock, onDone } = props;
  const [reason, setReason] = useState<GrantRefusal>('slice');
  const id = useId();
  const about = { grant: read.shown.id, digest: read.digest };
  const said = (statement: GrantStatement) => () => signAndSay(statement, signing);
  const { state, approvedBy } = read.shown;
  return (
    <div className="pair">
      {state === 'waiting' && !approvedBy.includes(signing.party) && (
        <Act
          title={text.approve.title}
          what={text.approve.what}
          undo={text.approve.undo}
          button={text.approve.button}
          onDone={onDone}
          act={said({ kind: 'grant-approval', ...about })}
        >
          {unlock}
        </Act>
      )}
      {state === 'waiting' && (
        <Act
          title={text.refuse.title}
          what={text.refuse.what}
          undo={text.refuse.undo}
          button={text.refuse.button}
          onDone={onDone}
          act={said({ kind: 'grant-refusal', ...about, reason })}
        >
          <div className="draft-field">
            <label htmlFor={id}>{text.refuse.reason}</label>
            <select
              id={id}
              value={reason}
              onChange={(event) => setReason(event.target.value as GrantRefusal)}
            >
              {GRANT_REFUSALS.map((one) => (
                <option key={one} value={one}>
                  {text.reasons[one]}
                </option>
              ))}
            </select>
          </div>
          {unlock}
        </Act>
      )}
      {state === 'holds' && (
        <Act
          title={text.revoke.title}
          what={text.revoke.what}
          undo={text.revoke.undo}
          button={text.revoke.button}
          typed={text.revoke.word}
          onDone={onDone}
          act={said({ kind: 'grant-revocation', ...about })}
        >
          {unlock}
        </Act>
      )}
    </div>
  );
}

/** Signs with the key of this browser and hands the note in; the key is open for this one act. */
async function signAndSay(statement: GrantStatement, { kept, passphrase }: Signing): Promise<Outcome> {
  await shown();
  const opened = await openKey(kept, passphrase);
  if (!opened) return { problem: steward.key.wrong, faults: [] };
  return outcomeOf(
    signGrantStatement(statement, opened.signers).then(async (note) => {
      await client.sayOfGrant(statement.grant, note);
      return { index: 0 };
    }),
  );
}
