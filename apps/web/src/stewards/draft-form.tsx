import type { PartyRole } from '@aboveboard/consent/agreement';
import { hex } from '@aboveboard/consent/canonical-json';
import type { Fault } from '@aboveboard/protocol/fault';
import { type ReactNode, useRef, useState } from 'react';
import { bytesInWords } from '../figures.ts';
import { type Draft, faultsWithin, listAt, type Path, placeOf, valueAt, withValue } from './draft.ts';
import { DraftField } from './draft-field.tsx';
import { LISTS, type ListId, SECTIONS } from './draft-fields.ts';
import { parties, text } from './messages/en.ts';
import { attachmentChoices, lists, sections } from './messages/en-fields.ts';

const MOST_ATTACHED = 50 * 1024 * 1024;

export type DraftFormProps = {
  draft: Draft;
  faults: readonly Fault[];
  /** For whom this browser holds keys, and which. */
  own: { party: PartyRole; keys: readonly string[] } | null;
  onChange: (draft: Draft) => void;
};

/** The whole document as a form, in the order in which it is read. */
export function DraftForm(props: DraftFormProps): ReactNode {
  const { draft, faults, onChange } = props;
  const onWrite = (path: Path, value: unknown) => onChange(withValue(draft, path, value));
  return (
    <>
      <Elsewhere faults={faults} />
      {SECTIONS.map(({ id, fields, lists: listed = [] }) => (
        <section key={id} className="draft-section" aria-labelledby={`section-${id}`}>
          <h2 id={`section-${id}`}>{sections[id]}</h2>
          <div className="draft-fields">
            {fields.map((field) => (
              <DraftField key={field.path} {...{ draft, faults, onWrite, field }} at={[]} list="" />
            ))}
          </div>
          {listed.map((list) => (
            <Items key={list} {...props} list={list} onWrite={onWrite} />
          ))}
        </section>
      ))}
    </>
  );
}

type ItemsProps = DraftFormProps & { list: ListId; onWrite: (path: Path, value: unknown) => void };

function Items(props: ItemsProps): ReactNode {
  const { draft, faults, list, own, onWrite } = props;
  const items = listAt(draft, [list]);
  const { fields, fresh } = LISTS[list];
  const say = lists[list];
  const nameOf = (item: unknown, i: number) => (list === 'parties' ? partyName(item) : say.one(i + 1));
  const ofList = faults.filter(({ at }) => at === list);
  return (
    <>
      {items.length === 0 && say.none !== '' && <p className="soft">{say.none}</p>}
      {ofList.length > 0 && (
        <ul className="faults" id={list}>
          {ofList.map(({ rule, message }) => (
            <li key={message}>
              {message} <span className="soft">({rule})</span>
            </li>
          ))}
        </ul>
      )}
      {items.map((item, i) => (
        <fieldset key={`${list} ${i.toString()}`} className="draft-item">
          <legend>{nameOf(item, i)}</legend>
          <div className="draft-fields">
            {fields
              .filter((field) => isOpen(field.path, item))
              .map((field) => (
                <DraftField
                  key={field.path}
                  {...{ draft, faults, onWrite, field }}
                  at={[list, i]}
                  list={`${list}.`}
                />
              ))}
          </div>
          {list === 'attachments' && <FileFact item={item} />}
          <div className="buttons">
            {list === 'parties' && own && (item as { role?: unknown })?.role === own.party && (
              <button
                type="button"
                className="button plain"
                onClick={() => onWrite([list, i, 'keys'], [...own.keys])}
              >
                {text.draft.ownKey}
              </button>
            )}
            {list !== 'parties' && (
              <button
                type="button"
                className="button plain"
                onClick={() =>
                  onWrite(
                    [list],
                    items.filter((_, j) => j !== i),
                  )
                }
              >
                {text.draft.remove(nameOf(item, i))}
              </button>
            )}
          </div>
        </fieldset>
      ))}
      {fresh && (
        <div className="buttons">
          <button type="button" className="button plain" onClick={() => onWrite([list], [...items, fresh])}>
            {say.add}
          </button>
        </div>
      )}
      {list === 'attachments' && <Attach onAttach={(one) => onWrite([list], [...items, one])} />}
    </>
  );
}

/** The list of an application's words is asked for where one is to be used, or stands there by mistake. */
function isOpen(path: string, item: unknown): boolean {
  if (path !== 'masks.list') return true;
  return valueAt(item, ['masks', 'literals']) === 'listed' || valueAt(item, ['masks', 'list']) !== undefined;
}

function Attach({ onAttach }: { onAttach: (attachment: object) => void }): ReactNode {
  const [kind, setKind] = useState('impact-assessment');
  const [fault, setFault] = useState('');
  const input = useRef<HTMLInputElement>(null);
  const { kind: offered } = LISTS.attachments.fields[0] ?? {};

  async function attach(file: File): Promise<void> {
    const type = /\.md$/i.test(file.name)
      ? 'text/markdown'
      : /\.txt$/i.test(file.name)
        ? 'text/plain'
        : /\.pdf$/i.test(file.name)
          ? 'application/pdf'
          : null;
    if (!type) return setFault(text.draft.fileType(file.name));
    if (file.size === 0 || file.size > MOST_ATTACHED) return setFault(text.draft.fileSize(file.name));
    const digest = hex(new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer())));
    const name = file.name
      .replace(/\.[^.]*$/, '')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 64);
    setFault('');
    onAttach({ kind, name: name || kind, type, bytes: file.size, digest });
  }

  return (
    <div className="draft-attach">
      <p className="soft">{text.draft.attachNote}</p>
      <div className="buttons">
        <label>
          {text.draft.kindOfFile}{' '}
          <select value={kind} onChange={(event) => setKind(event.target.value)}>
            {offered?.as === 'one' &&
              offered.of.map((one) => (
                <option key={one} value={one}>
                  {attachmentChoices[one]}
                </option>
              ))}
          </select>
        </label>
        <button type="button" className="button plain" onClick={() => input.current?.click()}>
          {lists.attachments.add}
        </button>
      </div>
      <input
        ref={input}
        type="file"
        hidden
        data-pick="attachment"
        accept=".txt,.md,.pdf"
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          if (file) void attach(file);
          event.target.value = '';
        }}
      />
      <p role="status" className="faults">
        {fault}
      </p>
    </div>
  );
}

function FileFact({ item }: { item: unknown }): ReactNode {
  const { bytes, digest } = (item ?? {}) as { bytes?: unknown; digest?: unknown };
  if (typeof bytes !== 'number' || typeof digest !== 'string') return null;
  return <p className="soft long">{text.draft.fileFact(bytesInWords(bytes), digest)}</p>;
}

/** Faults that no field of the form shows. */
function Elsewhere({ faults }: { faults: readonly Fault[] }): ReactNode {
  const places = [...SECTIONS.flatMap(({ fields }) => fields.map(({ path }) => path)), ...Object.keys(LISTS)];
  const shown = new Set(places.flatMap((place) => faultsWithin(faults, place)));
  // What a list's own fields do not cover, such as the role of a party.
  const covered = (at: string) => {
    const [, list, rest] = /^([a-zA-Z]+)\[\d+\]\.?(.*)$/.exec(at) ?? [];
    if (list === undefined || !Object.hasOwn(LISTS, list)) return true;
    return LISTS[list as ListId].fields.some(({ path }) => rest === path || rest?.startsWith(`${path}[`));
  };
  const left = faults.filter((fault) => !shown.has(fault) || !covered(fault.at));
  if (left.length === 0) return null;
  return (
    <div className="notice danger">
      <p>{text.draft.elsewhere}</p>
      <ul className="faults">
        {left.map(({ rule, at, message }) => (
          <li key={`${at} ${message}`}>
            <code>{at}</code>: {message} <span className="soft">({rule})</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function partyName(item: unknown): string {
  const { role } = (item ?? {}) as { role?: unknown };
  const name = parties[role as PartyRole] ?? placeOf(['parties']);
  return name.charAt(0).toUpperCase() + name.slice(1);
}
