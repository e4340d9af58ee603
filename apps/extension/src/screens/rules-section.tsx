import { words } from '../messages/en.ts';
import type { RecorderView, RulesView } from '../wire/panel-message.ts';
import { FaultList } from './fault-list.tsx';

const say = words.rules;

/** How it stands with the rules, in plain words: what this device proved, and why it refuses if it does. */
export function RulesSection({
  rules,
  agreement,
}: {
  rules: RulesView;
  agreement: RecorderView['agreement'];
}) {
  const { proved, refusal, faults } = rules;
  return (
    <section className="stack" aria-labelledby="rules-heading">
      <h2 id="rules-heading">{say.heading}</h2>
      {proved === null && <p className="note">{say.waiting}</p>}
      {proved !== null && !agreement && <p className="note note-warn">{say.none}</p>}
      {proved !== null && agreement && refusal === null && (
        <p>{rules.standing ?? (agreement.whole ? say.allowed : say.attachments)}</p>
      )}
      {rules.demonstration && <p className="soft">{say.demonstration}</p>}
      <FaultList lead={say.faults} faults={faults} />
      <details>
        <summary>{say.pinnedHeading}</summary>
        {proved && (
          <>
            <p>{say.proved(proved.entries, whenWords(proved.witnessedAt))}</p>
            {proved.staleAt !== null && <p>{say.stale(whenWords(proved.staleAt))}</p>}
          </>
        )}
        <p>{say.guardian(rules.guardian, rules.periodSeconds)}</p>
        <p className="soft small">{say.pinnedHint}</p>
        <dl className="prints">
          {rules.pinned.map(({ what, fingerprint }) => (
            <div key={what}>
              <dt>{what}</dt>
              <dd>
                <code>{fingerprint}</code>
              </dd>
            </div>
          ))}
        </dl>
      </details>
      <ul className="plain-list">
        <li>
          <a className="act-link" href="/log.html" target="_blank" rel="noreferrer">
            {say.log}
          </a>
        </li>
        <li>
          <a className="act-link" href="/verify.html" target="_blank" rel="noreferrer">
            {say.verify}
          </a>
        </li>
        <li>
          <a className="act-link" href="/object.html" target="_blank" rel="noreferrer">
            {say.object}
          </a>
          <p className="soft small">{say.objectHint}</p>
        </li>
      </ul>
    </section>
  );
}

/** As this reader is used to. */
export function whenWords(at: number): string {
  return new Date(at).toLocaleString('en-GB', { dateStyle: 'long', timeStyle: 'short' });
}

/** Of seconds, as the logs and the guardian count. */
export function timeWords(seconds: number): string {
  return whenWords(seconds * 1000);
}
