import { hex } from '@aboveboard/consent/canonical-json';
import { partyKeysOf } from '@aboveboard/consent/party-keys';
import type { RulesState, RulesVersion } from '@aboveboard/consent/rules-state';
import {
  type RulesStatement,
  SUSPENSION_REASONS,
  type SuspensionReason,
} from '@aboveboard/consent/rules-statement';
import { type ReactNode, useId, useRef, useState } from 'react';
import { Act, type Outcome } from './act.tsx';
import { text } from './messages/en.ts';
import { type Signing, signAndEnter } from './signing.ts';

const say = text.act;

export type ActProps = {
  state: RulesState;
  version: RulesVersion;
  signing: Signing;
  /** Where the passphrase is typed, if the key has one. */
  unlock: ReactNode;
  onDone: (entry: number) => void;
};

const now = () => Math.floor(Date.now() / 1000);

/** What the version adopted last counts as this party's keys. */
export function signForParty(statement: RulesStatement, { version, signing }: ActProps): Promise<Outcome> {
  const keys = partyKeysOf(version.agreement).get(signing.party);
  return signAndEnter(statement, keys ? [keys.ed25519, keys.mlDsa44] : [], signing);
}

/** Each party stops recording alone: take back a signature, give notice, report a breach. */
export function StopActs(props: ActProps): ReactNode {
  const { agreement, digest } = props.version;
  const [reason, setReason] = useState<SuspensionReason>('restructuring');
  const id = useId();
  const about = { id: agreement.id, version: agreement.version, digest };
  return (
    <>
      <h2>{say.stopTitle}</h2>
      <div className="pair">
        <Act
          title={say.suspend.title}
          what={say.suspend.what}
          undo={say.suspend.undo}
          button={say.suspend.button}
          typed={say.suspend.word}
          onDone={props.onDone}
          act={() => signForParty({ kind: 'suspension', ...about, reason, at: now() }, props)}
        >
          <div className="draft-field">
            <label htmlFor={id}>{say.suspend.reason}</label>
            <select
              id={id}
              value={reason}
              onChange={(event) => setReason(event.target.value as SuspensionReason)}
            >
              {SUSPENSION_REASONS.map((one) => (
                <option key={one} value={one}>
                  {say.suspend.reasons[one]}
                </option>
              ))}
            </select>
          </div>
          {props.unlock}
        </Act>
        <Act
          title={say.revoke.title}
          what={say.revoke.what(agreement.version)}
          undo={say.revoke.undo}
          button={say.revoke.button(agreement.version)}
          typed={say.revoke.word(agreement.version)}
          onDone={props.onDone}
          act={() => signForParty({ kind: 'revocation', ...about }, props)}
        >
          {props.unlock}
        </Act>
        <BreachAct {...props} />
      </div>
    </>
  );
}

function BreachAct(props: ActProps): ReactNode {
  const [notice, setNotice] = useState<{ name: string; digest: string } | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const { id } = props.version.agreement;
  return (
    <Act
      title={say.breach.title}
      what={say.breach.what}
      undo={say.breach.undo}
      button={say.breach.button}
      typed={say.breach.word}
      disabled={notice === null}
      onDone={props.onDone}
      act={() => signForParty({ kind: 'breach', id, at: now(), digest: notice?.digest ?? '' }, props)}
    >
      <div className="buttons">
        <button type="button" className="button plain" onClick={() => input.current?.click()}>
          {say.breach.file}
        </button>
      </div>
      <input
        ref={input}
        type="file"
        hidden
        data-pick="breach"
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          if (file) void digestOf(file).then((digest) => setNotice({ name: file.name, digest }));
          event.target.value = '';
        }}
      />
      <p role="status" className="long">
        {notice && say.breach.chosen(notice.name, notice.digest)}
      </p>
      {props.unlock}
    </Act>
  );
}

/** Builds of the recorder: the representative allows one, any party withdraws one (T24). */
export function RecorderActs(props: ActProps): ReactNode {
  const { builds } = props.state;
  const [chosen, setChosen] = useState('');
  const [given, setGiven] = useState({ name: '', version: '', digest: '' });
  const id = useId();
  const agreement = props.version.agreement.id;
  const withdrawn = builds.find(({ digest }) => digest === chosen) ?? builds[0];
  const isWhole =
    /^[a-z0-9][a-z0-9-]{0,63}$/.test(given.name) &&
    /^\d{1,5}\.\d{1,5}\.\d{1,5}$/.test(given.version) &&
    /^[0-9a-f]{64}$/.test(given.digest);
  return (
    <>
      <h2>{say.recorderTitle}</h2>
      <div className="pair">
        {props.signing.party === 'representative' && (
          <Act
            title={say.list.title}
            what={say.list.what}
            undo={say.list.undo}
            button={say.list.button}
            disabled={!isWhole}
            onDone={props.onDone}
            act={() => signForParty({ kind: 'build', id: agreement, state: 'listed', ...given }, props)}
          >
            {(['name', 'version', 'digest'] as const).map((field) => (
              <div key={field} className="draft-field">
                <label htmlFor={`${id}-${field}`}>{say.build[field]}</label>
                <input
                  id={`${id}-${field}`}
                  type="text"
                  autoComplete="off"
                  spellCheck={false}
                  value={given[field]}
                  onChange={(event) => setGiven({ ...given, [field]: event.target.value.trim() })}
                />
              </div>
            ))}
            {!isWhole && <p className="soft">{say.build.bad}</p>}
            {props.unlock}
          </Act>
        )}
        {withdrawn ? (
          <Act
            title={say.withdraw.title}
            what={say.withdraw.what}
            undo={say.withdraw.undo}
            button={say.withdraw.button}
            typed={say.withdraw.word(withdrawn.name)}
            onDone={props.onDone}
            act={() =>
              signForParty({ kind: 'build', id: agreement, state: 'withdrawn', ...withdrawn }, props)
            }
          >
            <div className="draft-field">
              <label htmlFor={`${id}-which`}>{say.withdraw.which}</label>
              <select
                id={`${id}-which`}
                value={withdrawn.digest}
                onChange={(event) => setChosen(event.target.value)}
              >
                {builds.map(({ name, version, digest }) => (
                  <option key={digest} value={digest}>
                    {name} {version} ({digest.slice(0, 12)})
                  </option>
                ))}
              </select>
            </div>
            {props.unlock}
          </Act>
        ) : (
          <p className="soft">{say.withdraw.none}</p>
        )}
      </div>
    </>
  );
}

async function digestOf(file: File): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer())));
}
