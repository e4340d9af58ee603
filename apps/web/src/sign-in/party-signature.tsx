import type { StaffRole } from '@aboveboard/protocol/staff';
import { formatNote } from '@aboveboard/tlog/note';
import { signNote } from '@aboveboard/tlog/signed-note';
import { type ReactNode, useEffect, useId, useState } from 'react';
import { keptKey } from '../stewards/key-store.ts';
import { openKey, type SealedKey, takeKeyFile } from '../stewards/party-key.ts';
import { partyOf } from '../stewards/party-role.ts';
import { text } from './messages/en.ts';

const say = text.join;

/** Signs a statement with the keys of a party; null: they do not open. */
export type SignStatement = (statement: string) => Promise<string | null>;

/**
 * The keys of her party, kept in this browser or in a file (IDN11). They are opened here for one signature, and what
 * leaves is the note.
 */
export function PartySignature(props: {
  role: StaffRole;
  statement: string;
  onReady: (sign: SignStatement) => void;
}): ReactNode {
  const { role, statement, onReady } = props;
  const [kept, setKept] = useState<SealedKey | null>(null);
  const [file, setFile] = useState<Uint8Array | null>(null);
  const [passphrase, setPassphrase] = useState('');
  const id = useId();

  useEffect(() => {
    const party = partyOf(role);
    if (party) keptKey(party).then(setKept, () => setKept(null));
  }, [role]);

  useEffect(() => {
    onReady(async (signed) => {
      const key = file ? await takeKeyFile(file, passphrase) : kept;
      const opened = key && (await openKey(key, passphrase));
      if (!opened) return null;
      return new TextDecoder().decode(formatNote(await signNote(signed, opened.signers)));
    });
  }, [kept, file, passphrase, onReady]);

  return (
    <>
      <pre>{statement}</pre>
      {kept && <p>{say.keptKey}</p>}
      <label htmlFor={`${id}-file`}>{say.keyFile}</label>
      <input
        id={`${id}-file`}
        type="file"
        onChange={(event) => {
          const [chosen] = event.target.files ?? [];
          if (chosen && chosen.size < 65_536)
            chosen.arrayBuffer().then(
              (bytes) => setFile(new Uint8Array(bytes)),
              () => setFile(null),
            );
        }}
      />
      {kept?.by.how !== 'passkey' && (
        <>
          <label htmlFor={`${id}-pass`}>{say.passphrase}</label>
          <input
            id={`${id}-pass`}
            type="password"
            autoComplete="off"
            value={passphrase}
            onChange={(event) => setPassphrase(event.target.value)}
          />
        </>
      )}
    </>
  );
}
