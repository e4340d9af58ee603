import { type Agreement, type PartyRole, parseAgreement } from '@aboveboard/consent/agreement';
import { agreementStatement } from '@aboveboard/consent/agreement-signing';
import { partyKeysOf } from '@aboveboard/consent/party-keys';
import type { PendingVersion, RulesState } from '@aboveboard/consent/rules-state';
import type { ReactNode } from 'react';
import { saveBytes } from '../save-bytes.ts';
import { Act } from './act.tsx';
import { AgreementComparison, AgreementReading } from './agreement-reading.tsx';
import { text } from './messages/en.ts';
import { type Signing, signAndEnter } from './signing.ts';

const say = text.sign;

/** A version that waits: read it, compare it, sign it here or elsewhere. */
export function WaitingVersion(props: {
  pending: PendingVersion;
  /** The document's entry in the log. */
  document: Uint8Array;
  state: RulesState;
  party: PartyRole;
  /** Null: this browser holds no key. */
  signing: Signing | null;
  children: ReactNode;
  onDone: (entry: number) => void;
}): ReactNode {
  const { pending, document, state, party, signing } = props;
  const parsed = parseAgreement(document);
  const before = state.standing.version?.agreement ?? null;
  const named = parsed.ok ? keysThatCount(parsed.value, before, party) : [];
  const counts = signing?.kept.verifierKeys.every((key) => named.includes(key)) ?? false;
  const isMine = pending.faults.length === 0 && pending.missing.includes(party);
  return (
    <section className="panel waiting" aria-labelledby={`v-${pending.digest}`}>
      <h3 id={`v-${pending.digest}`}>{say.version(pending.version)}</h3>
      <p>{say.missing(pending.missing)}</p>
      {pending.faults.length > 0 && (
        <div className="notice danger">
          <p>{say.faulty}</p>
          <ul className="faults">
            {pending.faults.map(({ rule, at, message }) => (
              <li key={`${rule} ${at}`}>
                {at}: {message} <span className="soft">({rule})</span>
              </li>
            ))}
          </ul>
        </div>
      )}
      <p className="soft long">
        {text.draft.digest}: <code>{pending.digest}</code>
      </p>
      {parsed.ok && (
        <>
          <details>
            <summary>{say.read}</summary>
            <AgreementReading agreement={parsed.value} level={3} />
          </details>
          {before && (
            <details>
              <summary>{say.compare}</summary>
              <AgreementComparison older={before} newer={parsed.value} />
            </details>
          )}
          <details>
            <summary>{say.offline}</summary>
            <ol>
              {say.offlineSteps.map((step) => (
                <li key={step}>{step}</li>
              ))}
            </ol>
            <div className="buttons">
              <button
                type="button"
                className="button plain"
                onClick={() => saveBytes(`${parsed.value.id}-${pending.version}.json`, document)}
              >
                {say.saveDocument}
              </button>
            </div>
          </details>
          {isMine && !counts && <p className="notice">{signing ? say.otherKey : say.noKey}</p>}
          {isMine && counts && signing && (
            <Act
              title={text.act.sign.title}
              what={text.act.sign.what(pending.version, pending.missing.length === 1)}
              undo={text.act.sign.undo}
              button={text.act.sign.button(pending.version)}
              onDone={props.onDone}
              act={async () =>
                signAndEnter(await agreementStatement(parsed.value, crypto.subtle), named, signing)
              }
            >
              {props.children}
            </Act>
          )}
        </>
      )}
    </section>
  );
}

/** Those of the document, and those of the version before it: both have to sign (AGR66). */
function keysThatCount(agreement: Agreement, before: Agreement | null, party: PartyRole): string[] {
  return [agreement, before].flatMap((one) => {
    const keys = one && partyKeysOf(one).get(party);
    return keys ? [keys.ed25519, keys.mlDsa44] : [];
  });
}
