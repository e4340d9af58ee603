import { type ReactNode, useId } from 'react';
import type { DeskSection } from './desk-section.ts';
import { Fault, useAct } from './loaded.tsx';
import { words } from './messages/en.ts';
import { witnessWords as t } from './messages/en-witness.ts';

/** The keys that her witness cosigns with, and how they become others (GRD90-GRD94). */
export function WitnessKeys({
  client,
  desk,
  onChange,
}: Pick<DeskSection, 'client' | 'desk' | 'onChange'>): ReactNode {
  const { verifierKeys, next } = desk.witness;
  const { busy, fault, act } = useAct();
  const help = useId();
  const isUnderWay = next.verifierKeys.length > 0;
  const isReady = !busy && (!isUnderWay || next.lack === null);
  const send = (path: string) =>
    act(async () => {
      await client.send(path, {}, 'POST');
      onChange();
    });
  return (
    <details open={isUnderWay}>
      <summary>{t.title}</summary>
      <p>{t.help}</p>
      <dl className="facts">
        <KeyNames of={verifierKeys} as={t.now} />
        {isUnderWay && <KeyNames of={next.verifierKeys} as={t.next} />}
      </dl>
      <p id={help} className={isUnderWay ? 'notice' : undefined}>
        {!isUnderWay ? t.makeHelp : next.lack === null ? t.ready : t.lack[next.lack]}
      </p>
      <button
        type="button"
        className="button plain"
        aria-disabled={!isReady || undefined}
        aria-describedby={help}
        onClick={() =>
          isReady &&
          void send(isUnderWay ? '/representative/witness-keys/retired' : '/representative/witness-keys')
        }
      >
        {busy ? words.busy : isUnderWay ? t.retire : t.make}
      </button>
      <Fault of={fault} />
    </details>
  );
}

/** A key by its name and id, by which it is told from others; the whole of it stands in the rules log. */
function KeyNames({ of, as }: { of: readonly string[]; as: string }): ReactNode {
  return (
    <>
      <dt>{as}</dt>
      <dd>
        {of.map((key) => (
          <div key={key}>
            <code>{key.split('+', 2).join(' ')}</code>
          </div>
        ))}
      </dd>
    </>
  );
}
