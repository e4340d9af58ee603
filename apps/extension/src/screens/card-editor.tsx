import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { type CardDraft, type DraftFault, draftFaults } from '../cards/own-card.ts';
import { words } from '../messages/en.ts';

const say = words.cards;

/** A card of her own. What would stay readable is looked at as she keeps it, and said field by field (MASK16). */
export function CardEditor({
  draft: given,
  heading,
  keep,
  back,
}: {
  draft: CardDraft;
  heading: string;
  keep: (draft: CardDraft) => void;
  back: () => void;
}) {
  const [draft, setDraft] = useState(given);
  const [mine, setMine] = useState(false);
  const [tried, setTried] = useState(false);
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  const faults = draftFaults(draft);
  const hasInputs = draft.inputs.some(({ value }) => value.trim() !== '');
  const unsaid = (hasInputs || draft.success.trim() !== '') && !mine;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (faults.length === 0 && !unsaid) keep(draft);
  };
  const setInput = (at: number, change: Partial<CardDraft['inputs'][number]>) =>
    setDraft({
      ...draft,
      inputs: draft.inputs.map((input, i) => (i === at ? { ...input, ...change } : input)),
    });
  const field = { draft, set: (change: Partial<CardDraft>) => setDraft({ ...draft, ...change }) };

  return (
    <form className="card" onSubmit={submit} noValidate aria-label={heading}>
      <h2 ref={title} tabIndex={-1}>
        {heading}
      </h2>
      <Field {...field} name="title" label={say.title} />
      <Field {...field} name="goal" label={say.goal} hint={say.goalHint} long />
      <fieldset>
        <legend>{say.inputs}</legend>
        <p className="note note-warn">{say.warning}</p>
        {draft.inputs.map((input, at) => (
          <InputRow
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their place
            key={at}
            at={at}
            input={input}
            set={(change) => setInput(at, change)}
            remove={() => setDraft({ ...draft, inputs: draft.inputs.filter((_, i) => i !== at) })}
          />
        ))}
        <button
          type="button"
          onClick={() => setDraft({ ...draft, inputs: [...draft.inputs, { label: '', value: '' }] })}
          disabled={draft.inputs.length >= 32}
        >
          {say.another}
        </button>
      </fieldset>
      <Field {...field} name="check" label={say.check} long />
      <Field {...field} name="success" label={say.success} hint={say.successHint} />
      <label className="choice">
        <input type="checkbox" checked={mine} onChange={(event) => setMine(event.target.checked)} />
        <span>{say.mine}</span>
      </label>
      <p className="soft small">{say.together}</p>
      <div role="alert">{tried && <Faults faults={faults} unsaid={unsaid} />}</div>
      <div className="pair">
        <button type="button" onClick={back}>
          {say.back}
        </button>
        <button type="submit" className="main-act">
          {say.keep}
        </button>
      </div>
    </form>
  );
}

function Field({
  draft,
  set,
  name,
  label,
  hint,
  long = false,
}: {
  draft: CardDraft;
  set: (change: Partial<CardDraft>) => void;
  name: 'title' | 'goal' | 'check' | 'success';
  label: string;
  hint?: string;
  long?: boolean;
}) {
  const id = useId();
  const shared = {
    id,
    value: draft[name],
    autoComplete: 'off',
    ...(hint ? { 'aria-describedby': `${id}-hint` } : {}),
  };
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {hint && (
        <p className="soft small" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {long ? (
        <textarea {...shared} maxLength={1000} onChange={(event) => set({ [name]: event.target.value })} />
      ) : (
        <input
          {...shared}
          type="text"
          maxLength={200}
          onChange={(event) => set({ [name]: event.target.value })}
        />
      )}
    </div>
  );
}

function InputRow({
  at,
  input,
  set,
  remove,
}: {
  at: number;
  input: CardDraft['inputs'][number];
  set: (change: Partial<CardDraft['inputs'][number]>) => void;
  remove: () => void;
}) {
  const id = useId();
  return (
    <fieldset className="input-row">
      <legend className="visually-hidden">{say.input(at + 1)}</legend>
      <div className="field">
        <label htmlFor={`${id}-l`}>{say.label}</label>
        <input
          id={`${id}-l`}
          type="text"
          maxLength={100}
          autoComplete="off"
          placeholder={say.labelHint}
          value={input.label}
          onChange={(event) => set({ label: event.target.value })}
        />
      </div>
      <div className="field">
        <label htmlFor={`${id}-v`}>{say.value}</label>
        <input
          id={`${id}-v`}
          type="text"
          maxLength={500}
          autoComplete="off"
          value={input.value}
          onChange={(event) => set({ value: event.target.value })}
        />
      </div>
      <button type="button" className="quiet" aria-label={say.without(at + 1)} onClick={remove}>
        {say.remove}
      </button>
    </fieldset>
  );
}

function Faults({ faults, unsaid }: { faults: readonly DraftFault[]; unsaid: boolean }) {
  if (faults.length === 0 && !unsaid) return null;
  const place = (field: DraftFault['field']) =>
    typeof field === 'number' ? say.input(field + 1) : say.field[field];
  return (
    <ul className="note note-warn plain-list">
      {faults.map(({ field, rule }) => (
        <li key={`${field} ${rule}`}>
          <strong>{place(field)}</strong> {say.faults[rule] ?? say.otherFault}
        </li>
      ))}
      {unsaid && <li>{say.mineFirst}</li>}
    </ul>
  );
}
