import type { Agreement } from '@aboveboard/consent/agreement';
import { type ReactNode, useState } from 'react';
import type { DeskSection } from './desk-section.ts';
import type { GuardianClient } from './guardian-client.ts';
import { Fault, useAct } from './loaded.tsx';
import { words } from './messages/en.ts';
import { deskWords } from './messages/en-desk.ts';
import { targetInWords } from './object-page.tsx';

const t = deskWords.words;

/** What people wrote, in batches, opened when the representative asks. */
export function WordsSection(props: DeskSection & { names: ReadonlyMap<string, string> }): ReactNode {
  const { client, desk, names } = props;
  return (
    <section className="no-print">
      <h2>{t.title}</h2>
      {desk.batches.length === 0 ? (
        <p className="soft">{t.none}</p>
      ) : (
        desk.batches.map((batch) => (
          <Batch
            key={`${batch.issue} ${batch.at}`}
            batch={batch}
            name={names.get(batch.issue) ?? ''}
            client={client}
          />
        ))
      )}
    </section>
  );
}

function Batch(props: {
  batch: DeskSection['desk']['batches'][number];
  name: string;
  client: GuardianClient;
}): ReactNode {
  const { batch, name, client } = props;
  const [read, setRead] = useState<{ target: string; words: string }[] | null>(null);
  const { busy, fault, act } = useAct();
  const open = () =>
    act(async () => {
      const given = { issue: batch.issue, at: batch.at };
      const answer = await client.send<{ words: { target: string; words: string }[] }>(
        '/representative/words',
        given,
      );
      const agreement = await client.get<Agreement>(`/voice/documents/${batch.issue}`);
      setRead(answer.words.map((one) => ({ ...one, target: targetInWords(agreement, one.target) })));
    });
  return (
    <div className="panel">
      <h3>
        {name} · {t.batch(words.time(batch.at), batch.objections)}
      </h3>
      <Fault of={fault} />
      {read === null ? (
        <button type="button" className="button plain" disabled={busy} onClick={open}>
          {busy ? words.busy : t.read}
        </button>
      ) : read.length === 0 ? (
        <p>{t.empty}</p>
      ) : (
        read.map((one, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two people may write the same, and the list is never changed
          <div key={at}>
            <p className="help">{one.target}</p>
            <blockquote>{one.words}</blockquote>
          </div>
        ))
      )}
    </div>
  );
}
