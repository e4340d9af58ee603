import type { Agreement, Purpose } from '@aboveboard/consent/agreement';
import { agreementWords, noticeDigest } from '@aboveboard/consent/agreement-words';
import type { ConsentChoice } from '@aboveboard/consent/consent';
import { en } from '@aboveboard/consent/messages/en';
import { takenSignals } from '@aboveboard/consent/taken-signals';
import { useState } from 'react';
import { words } from '../messages/en.ts';

const say = words.agreement;

export type Chosen = { apps: ReadonlySet<string>; purposes: ReadonlySet<Purpose> };

/** What is ticked; nothing is at first (T7). */
export function useChosen(): [Chosen, (kind: keyof Chosen, id: string, yes: boolean) => void] {
  const [chosen, setChosen] = useState<Chosen>({ apps: new Set(), purposes: new Set() });
  const choose = (kind: keyof Chosen, id: string, yes: boolean) => {
    const next = new Set<string>(chosen[kind]);
    if (yes) next.add(id);
    else next.delete(id);
    setChosen({ ...chosen, [kind]: next });
  };
  return [chosen, choose];
}

/** One act for each application and each use. */
export function AgreementChoice(props: {
  agreement: Agreement;
  apps: Agreement['apps'];
  purposes: readonly Purpose[];
  chosen: Chosen;
  choose: (kind: keyof Chosen, id: string, yes: boolean) => void;
}) {
  const { purposes, chosen, choose } = props;
  const apps = props.apps.filter((app) => takenSignals(app).length > 0);
  return (
    <>
      {apps.length > 0 && (
        <fieldset>
          <legend>{say.choose}</legend>
          <p className="soft small">{say.chooseHint}</p>
          {apps.map((app) => (
            <label key={app.id} className="choice">
              <input
                type="checkbox"
                checked={chosen.apps.has(app.id)}
                onChange={(event) => choose('apps', app.id, event.target.checked)}
              />
              <span>{say.app(app.name, app.origins)}</span>
            </label>
          ))}
        </fieldset>
      )}
      {purposes.length > 0 && (
        <fieldset>
          <legend>{say.purposes}</legend>
          <p className="soft small">{say.chooseHint}</p>
          {purposes.map((purpose) => (
            <label key={purpose} className="choice">
              <input
                type="checkbox"
                checked={chosen.purposes.has(purpose)}
                onChange={(event) => choose('purposes', purpose, event.target.checked)}
              />
              <span>{say.purpose(en.purposes[purpose])}</span>
            </label>
          ))}
        </fieldset>
      )}
    </>
  );
}

/** Exactly what was ticked, under the words that were shown. The browser asks for the sites by its own window. */
export async function choiceOf(
  agreement: Agreement,
  { apps, purposes }: { apps: readonly string[]; purposes: readonly Purpose[] },
): Promise<ConsentChoice> {
  const listed = agreement.apps.filter(({ id }) => apps.includes(id));
  await mayReachSites(listed.flatMap(({ origins }) => origins));
  const shown = agreementWords(agreement, en);
  return {
    purposes: agreement.purposes.filter((purpose) => purposes.includes(purpose)),
    // To what no recorder takes nobody can agree (AGR53).
    apps: listed.flatMap(({ id, signals, modes }) => {
      const taken = takenSignals({ signals });
      return taken.length > 0 ? [{ id, signals: taken, modes: [...modes] }] : [];
    }),
    notice: { language: en.language, words: en.version, digest: await noticeDigest(shown, crypto.subtle) },
  };
}

/** What the browser does not grant is not within reach of the recorder. */
async function mayReachSites(origins: readonly string[]): Promise<void> {
  const patterns = origins.map((origin) => `${new URL(origin).protocol}//${new URL(origin).hostname}/*`);
  await chrome.permissions.request({ origins: [...new Set(patterns)] }).catch(() => false);
}
