import type { Manifest } from '@aboveboard/protocol/manifest';
import { useId } from 'react';
import type { Messages } from './messages/en.ts';

/** What the recorder masked, by which rule. */
export function MaskRules({
  masks,
  ruleWords,
  messages,
}: {
  masks: Manifest['masks'];
  ruleWords: (rule: string) => string;
  messages: Messages;
}) {
  const title = useId();
  return (
    <section className="rv-card" aria-labelledby={title}>
      <h2 id={title}>{messages.masks.title}</h2>
      {masks.length === 0 ? (
        <p className="rv-soft">{messages.masks.none}</p>
      ) : (
        <table className="rv-table">
          <thead>
            <tr>
              <th scope="col">{messages.masks.rule}</th>
              <th scope="col">{messages.masks.count}</th>
            </tr>
          </thead>
          <tbody>
            {masks.map(({ rule, count }) => (
              <tr key={rule}>
                <td>
                  {ruleWords(rule)} <code>{rule}</code>
                </td>
                <td>{messages.number(count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
