import { parseAgreement } from '@aboveboard/consent/agreement';
import { partyKeysOf } from '@aboveboard/consent/party-keys';
import type { RulesTrust } from '@aboveboard/consent/rules-replay';
import { LogFeed } from '@aboveboard/logbook/log-feed';
import type { LogBook } from '@aboveboard/logbook/log-line';
import { en } from '@aboveboard/logbook/messages/en';
import { type Reading, readRulesBook, readUsesBook } from '@aboveboard/logbook/read-logbook';
import { type ReactNode, useState } from 'react';
import { installedAgreement } from '../installed-agreement.ts';
import { Loaded, useLoaded } from '../loaded.tsx';
import { type LogName, logSource, servedPolicy } from '../log-source.ts';
import { words } from '../messages/en.ts';

const text = words.log;
const NEWEST = 500;
const when = (seconds: number) =>
  new Date(seconds * 1000).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

async function reading(name: LogName): Promise<Reading> {
  return {
    source: logSource(name),
    policy: await servedPolicy(name),
    messages: en,
    subtle: crypto.subtle,
    when,
  };
}

async function readRules(): Promise<LogBook> {
  return readRulesBook({ ...(await reading('rules')), trust: await installedTrust() });
}

async function readUses(): Promise<LogBook> {
  return readUsesBook({ ...(await reading('uses')), own: [], most: NEWEST });
}

/** The parties of the agreement that is installed here; without one no entry is anybody's. */
async function installedTrust(): Promise<RulesTrust> {
  const installed = await installedAgreement();
  const parsed = installed && parseAgreement(new TextEncoder().encode(installed.document));
  if (!parsed?.ok) return { agreement: '', parties: new Map() };
  return { agreement: parsed.value.id, parties: partyKeysOf(parsed.value) };
}

/** Both logs for people, checked in this browser. */
export default function LogPage(): ReactNode {
  const [name, setName] = useState<LogName>('rules');
  return (
    <>
      <h1>{text.title}</h1>
      <p>{text.lead}</p>
      <p className="notice">{text.convenience}</p>
      <fieldset className="choice">
        <legend>{text.which}</legend>
        {(['rules', 'uses'] as const).map((each) => (
          <label key={each}>
            <input type="radio" name="log" checked={name === each} onChange={() => setName(each)} />{' '}
            {text.names[each]}
          </label>
        ))}
      </fieldset>
      <OneLog key={name} load={name === 'rules' ? readRules : readUses} />
    </>
  );
}

function OneLog({ load }: { load: () => Promise<LogBook> }): ReactNode {
  const [loading, reload] = useLoaded(load);
  return (
    <Loaded of={loading} retry={reload}>
      {(book) => <LogFeed book={book} messages={en} when={when} save={save} />}
    </Loaded>
  );
}

function save(name: string, bytes: Uint8Array): void {
  const url = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>]));
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
