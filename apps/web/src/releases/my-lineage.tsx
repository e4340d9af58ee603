import type { MyLineage } from '@aboveboard/protocol/lineage';
import type { ReactNode } from 'react';
import { text } from './messages/en.ts';

const words = text.mine;

/** For a contributor: where hers went, and what taking back can and can't do about it (T22; LIN5). */
export function MyLineageSection({ releases }: MyLineage): ReactNode {
  return (
    <>
      <h2>{words.title}</h2>
      <p>{words.lead}</p>
      {releases.length === 0 && <p className="notice">{words.none}</p>}
      {releases.map((one) => (
        <section key={one.release} className="panel" aria-labelledby={`mine-${one.release.slice(0, 16)}`}>
          <h3 id={`mine-${one.release.slice(0, 16)}`}>{words.head(one.name, one.version)}</h3>
          <p>{words.made(one.builtOn, one.purpose)}</p>
          {one.recordings.length > 0 && <p>{words.holds(one.recordings)}</p>}
          {one.withdrawn && <p>{words.took}</p>}
          {one.supersededOn && <p className="notice">{words.superseded(one.supersededOn)}</p>}
          {one.deletion !== 'not-asked' && <p>{words.deletion[one.deletion]}</p>}
          {one.withdrawn && one.without[0] && (
            <p>{words.without(one.without[0].version, one.without[0].builtOn)}</p>
          )}
          {one.models.length === 0 ? (
            <p>{words.noModels}</p>
          ) : (
            <>
              <p>{words.models}</p>
              <ul>
                {one.models.map(({ name, purpose, enteredOn }) => (
                  <li key={`${name} ${enteredOn}`}>{words.model(name, purpose, enteredOn)}</li>
                ))}
              </ul>
            </>
          )}
        </section>
      ))}
      <h3>{words.what}</h3>
      <p>{words.doesTitle}</p>
      <ul>
        {words.does.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      <p>{words.doesNotTitle}</p>
      <ul>
        {words.doesNot.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </>
  );
}
