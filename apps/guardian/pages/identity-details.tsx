import type { ReactNode } from 'react';
import type { DeskSection } from './desk-section.ts';
import { Fault, useAct } from './loaded.tsx';
import { words } from './messages/en.ts';
import { identityWords as t } from './messages/en-identity.ts';

/** What recorders seal to, and how it becomes another one (GRD80-GRD86). */
export function IdentityDetails({ client, desk, onChange }: DeskSection): ReactNode {
  const { identities, isNamed, isLocked } = desk.halves;
  const { busy, fault, act } = useAct();
  const hasOlder = identities.filter(({ retired }) => retired === null).length > 1;
  const send = (path: string) =>
    act(async () => {
      await client.send(path, {}, 'POST');
      onChange();
    });
  const isReady = !busy && !isLocked && (!hasOlder || isNamed === true);
  return (
    <details>
      <summary>{t.title}</summary>
      <p>{t.help}</p>
      {isNamed === false && <p className="notice">{t.notNamed}</p>}
      <dl className="facts">
        {identities.map(({ name, since, until, retired }) => (
          <div key={name}>
            <dt>
              <code>{name.match(/.{4}/g)?.join(' ')}</code>
            </dt>
            <dd>
              {retired !== null
                ? t.retired(words.time(retired))
                : until !== null
                  ? t.older(words.time(until))
                  : since !== null
                    ? t.newest(words.time(since))
                    : t.first}
            </dd>
          </div>
        ))}
      </dl>
      <p id="identity-help">{isLocked ? t.locked : hasOlder ? t.retireHelp : t.makeHelp}</p>
      <button
        type="button"
        className="button plain"
        aria-disabled={!isReady || undefined}
        aria-describedby="identity-help"
        onClick={() =>
          isReady &&
          void send(hasOlder ? '/representative/half-identity/retired' : '/representative/half-identity')
        }
      >
        {busy ? words.busy : hasOlder ? t.retire : t.make}
      </button>
      <Fault of={fault} />
    </details>
  );
}
