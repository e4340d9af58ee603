import { type ReactNode, useRef, useState } from 'react';
import type { Offered } from './calculation.ts';
import { text } from './messages/en.ts';
import {
  joinedOwn,
  type OwnCatalogue,
  type OwnKind,
  ownKinds,
  ownName,
  readCatalogue,
  withoutOwn,
} from './own-catalogue.ts';

const MOST_FILE = 5_000_000;

/** The user's own models, GPUs and prices, which come before the built-in ones by name. */
export function OwnView(props: {
  own: OwnCatalogue;
  offered: Offered | null;
  onOwn: (own: OwnCatalogue) => void;
  onSave: (kind: OwnKind) => void;
}): ReactNode {
  const { own, onOwn } = props;
  const input = useRef<HTMLInputElement>(null);
  const [said, setSaid] = useState('');
  const [faults, setFaults] = useState<readonly string[]>([]);
  const add = async (files: readonly File[]) => {
    let all = own;
    const wrong: string[] = [];
    const taken: string[] = [];
    for (const file of files) {
      const read = await readFile(file);
      if ('faults' in read) {
        wrong.push(...read.faults);
        taken.push(text.own.refused(file.name));
        continue;
      }
      all = joinedOwn(all, read.own);
      taken.push(
        text.own.added(
          ownKinds.reduce((sum, kind) => sum + read.own[kind].length, 0),
          file.name,
        ),
      );
    }
    setFaults(wrong);
    setSaid(taken.join(' '));
    if (all !== own) onOwn(all);
  };
  const entries = ownKinds.flatMap((kind) =>
    own[kind].map((row) => ({ kind, name: ownName(kind, row), source: `${row.source} (${row.date})` })),
  );
  return (
    <details className="rest own">
      <summary>
        {text.own.title}
        {entries.length > 0 && `: ${entries.length}`}
      </summary>
      <p className="soft small">{text.own.note}</p>
      <div className="buttons">
        <button type="button" className="button plain" onClick={() => input.current?.click()}>
          {text.own.button}
        </button>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          data-pick="catalogue"
          accept="application/json,.json"
          onChange={(event) => {
            const files = [...(event.target.files ?? [])];
            if (files.length > 0) void add(files);
            event.target.value = '';
          }}
        />
      </div>
      <p className="near">
        {text.own.startWith}{' '}
        {ownKinds.map((kind) => (
          <button key={kind} type="button" onClick={() => props.onSave(kind)}>
            {text.own.kinds[kind]}
          </button>
        ))}
      </p>
      <div role="status">
        {said && <p className="small">{said}</p>}
        {faults.length > 0 && (
          <ul className="fault">
            {faults.map((fault) => (
              <li key={fault}>{fault}</li>
            ))}
          </ul>
        )}
      </div>
      <ul className="entries">
        {entries.map(({ kind, name, source }) => (
          <li key={`${kind} ${name}`}>
            <span>
              <strong>{name}</strong>{' '}
              <span className="soft small">
                {props.offered?.known[kind].includes(name) ? `${text.own.overrides}; ` : ''}
                {source}
              </span>
            </span>
            <button
              type="button"
              className="button plain"
              aria-label={text.own.leaveOut(name)}
              onClick={() => onOwn(withoutOwn(own, kind, name))}
            >
              {text.own.leave}
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}

async function readFile(file: File): Promise<ReturnType<typeof readCatalogue>> {
  if (file.size > MOST_FILE) return { faults: [text.own.huge(file.name)] };
  try {
    return readCatalogue(file.name, JSON.parse(await file.text()));
  } catch {
    return { faults: [text.own.notJson(file.name)] };
  }
}
