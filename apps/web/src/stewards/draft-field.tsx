import type { AgreementAttachment } from '@aboveboard/consent/agreement';
import type { Fault } from '@aboveboard/protocol/fault';
import { type ReactNode, useId } from 'react';
import { type Draft, faultsWithin, listAt, type Path, placeOf, valueAt } from './draft.ts';
import type { Field } from './draft-fields.ts';
import { text } from './messages/en.ts';
import { attachmentChoices, choices, fields } from './messages/en-fields.ts';

export type FieldProps = {
  draft: Draft;
  /** Of what the field stands in. */
  at: Path;
  /** How the words of the field are found: `apps.` for those of a list. */
  list: string;
  field: Field;
  faults: readonly Fault[];
  onWrite: (path: Path, value: unknown) => void;
};

/** One field of the draft, with what is wrong with it beside it. */
export function DraftField(props: FieldProps): ReactNode {
  const { field, faults, list } = props;
  const path = [...props.at, ...field.path.split('.')];
  const own = faultsWithin(faults, placeOf(path));
  const id = useId();
  const [label, hint] = fields[`${list}${field.path}`] ?? [field.path];
  const described = {
    'aria-invalid': own.length > 0 || undefined,
    'aria-describedby': own.length > 0 ? `${id}-faults` : undefined,
  };
  const shown = { ...props, path, id, described };
  const problems = own.length > 0 && (
    <ul id={`${id}-faults`} className="faults">
      {own.map(({ rule, at, message }) => (
        <li key={`${at} ${message}`}>
          {lineOf(at, placeOf(path))}
          {message} <span className="soft">({rule})</span>
        </li>
      ))}
    </ul>
  );
  const { as } = field.kind;
  if (as === 'some' || as === 'texts') {
    return (
      <fieldset className="draft-field" id={placeOf(path)}>
        <legend>
          {label} {hint && <span className="soft">{hint}</span>}
        </legend>
        {as === 'some' ? <Boxes {...shown} /> : <Texts {...shown} />}
        {problems}
      </fieldset>
    );
  }
  return (
    <div className="draft-field" id={placeOf(path)}>
      {as === 'flag' ? (
        <label className="tick" htmlFor={id}>
          <Entry {...shown} /> <span>{label}</span>
        </label>
      ) : (
        <>
          <label htmlFor={id}>
            {label} {hint && <span className="soft">{hint}</span>}
          </label>
          <Entry {...shown} />
        </>
      )}
      {problems}
    </div>
  );
}

type Shown = FieldProps & {
  path: Path;
  id: string;
  described: { 'aria-invalid': true | undefined; 'aria-describedby': string | undefined };
};

function Entry({ draft, field, path, id, described, onWrite }: Shown): ReactNode {
  const value = valueAt(draft, path);
  const { kind } = field;
  const plain = { id, ...described, autoComplete: 'off', spellCheck: false };
  switch (kind.as) {
    case 'flag':
      return (
        <input
          {...plain}
          type="checkbox"
          checked={value === true}
          onChange={(event) => onWrite(path, event.target.checked)}
        />
      );
    case 'lines':
      return (
        <textarea
          {...plain}
          rows={Math.min(8, Math.max(2, listOf(value).length))}
          value={listOf(value).join('\n')}
          onChange={(event) => onWrite(path, event.target.value === '' ? [] : event.target.value.split('\n'))}
        />
      );
    case 'day':
      return (
        <input
          {...plain}
          type="date"
          value={stringOf(value).slice(0, 10)}
          onChange={(event) => onWrite(path, event.target.value && `${event.target.value}T00:00:00Z`)}
        />
      );
    case 'one':
      return (
        <select {...plain} value={stringOf(value)} onChange={(event) => onWrite(path, event.target.value)}>
          {kind.of.map((one) => (
            <option key={one} value={one}>
              {(path[0] === 'attachments' ? attachmentChoices : choices)[one] ?? one}
            </option>
          ))}
        </select>
      );
    case 'attachment': {
      const there = listAt(draft, ['attachments']) as AgreementAttachment[];
      const offered = there.filter((one) => one?.kind === kind.kind);
      return (
        <select
          {...plain}
          value={stringOf(value)}
          onChange={(event) => onWrite(path, event.target.value || (kind.says === 'digest' ? undefined : ''))}
        >
          <option value="">{text.draft.choose}</option>
          {offered.map((one) => (
            <option key={one.digest} value={one[kind.says]}>
              {one.name}
            </option>
          ))}
        </select>
      );
    }
    default: {
      const write = (given: string) => {
        if (kind.as === 'whole') onWrite(path, /^(0|[1-9]\d{0,14})$/.test(given) ? Number(given) : given);
        else onWrite(path, kind.as === 'text-or-null' && given === '' ? null : given);
      };
      return (
        <input
          {...plain}
          type="text"
          inputMode={kind.as === 'whole' ? 'numeric' : undefined}
          value={stringOf(value)}
          onChange={(event) => write(event.target.value)}
        />
      );
    }
  }
}

function Boxes({ draft, field, path, id, described, onWrite }: Shown): ReactNode {
  if (field.kind.as !== 'some') return null;
  const { of } = field.kind;
  const chosen = listOf(valueAt(draft, path));
  return of.map((one) => (
    <label key={one} className="tick" htmlFor={`${id}-${one}`}>
      <input
        id={`${id}-${one}`}
        type="checkbox"
        {...described}
        checked={chosen.includes(one)}
        onChange={(event) =>
          // In the order of the list, whatever was ticked first: equal choices are equal documents.
          onWrite(
            path,
            of.filter((other) => (other === one ? event.target.checked : chosen.includes(other))),
          )
        }
      />{' '}
      <span>{choices[one] ?? one}</span>
    </label>
  ));
}

function Texts({ draft, path, id, described, onWrite }: Shown): ReactNode {
  const [label = ''] = fields[path.join('.')] ?? [];
  return listOf(valueAt(draft, ['languages'])).map((tag) => (
    <div key={tag}>
      <label className="soft" htmlFor={`${id}-${tag}`}>
        <span className="hidden">{label} </span>
        {text.draft.language(tag)}
      </label>
      <textarea
        id={`${id}-${tag}`}
        {...described}
        rows={2}
        lang={tag}
        value={stringOf(valueAt(draft, [...path, tag]))}
        onChange={(event) => onWrite([...path, tag], event.target.value)}
      />
    </div>
  ));
}

/** Of a fault in one line of several: which. */
function lineOf(at: string, place: string): string {
  const line = /^\[(\d+)\]/.exec(at.slice(place.length))?.[1];
  return line === undefined ? '' : `${Number(line) + 1}: `;
}

function stringOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(stringOf) : [];
}
