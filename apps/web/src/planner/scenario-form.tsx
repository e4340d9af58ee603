import type { CostField } from '@aboveboard/planner/cost/inputs';
import type { Problem } from '@aboveboard/planner/problem';
import { memo, type ReactNode, useId } from 'react';
import type { Answered, Offered } from './calculation.ts';
import { type Draft, problemsByField } from './draft.ts';
import { type CostFigure, type FieldId, fieldGroups, fieldOf } from './fields.ts';
import { text } from './messages/en.ts';
import { writeNumber, writeRange } from './written-number.ts';

type Written = Draft['written'];

/** The figures of one scenario. Every fault stands beside its field; a near name is one press away. */
export function ScenarioForm(props: {
  draft: Draft;
  problems: Problem[];
  answered: Answered | null;
  offered: Offered | null;
  onWrite: (written: Written) => void;
}): ReactNode {
  const { draft, offered, onWrite } = props;
  const { fields, elsewhere } = problemsByField(props.problems);
  const lists = useId();
  return (
    <form onSubmit={(event) => event.preventDefault()}>
      {elsewhere.length > 0 && (
        <div className="notice danger">
          <p>{text.faults.elsewhere}:</p>
          <ul>
            {elsewhere.map((problem) => (
              <li key={problem.at + problem.message}>
                <code>{problem.at}</code> {problem.message}
                {problem.right && `. ${text.faults.right}: ${problem.right}`}
              </li>
            ))}
          </ul>
        </div>
      )}
      {fieldGroups.map((group) => {
        const faulty = group.fields.some((id) => fields[id]);
        const inside = (
          <>
            {text.groupNotes[group.id] && <p className="soft small">{text.groupNotes[group.id]}</p>}
            {group.id === 'cost' && offered && <ApiPick offered={offered} onWrite={onWrite} />}
            <div className="fields">
              {group.fields.map((id) => (
                <Field
                  key={id}
                  id={id}
                  written={draft.written[id] ?? ''}
                  list={named.includes(id) ? `${lists}-${id}` : undefined}
                  problems={fields[id]}
                  placeholder={group.id === 'rest' ? fallback(props.answered, id) : ''}
                  source={group.id === 'rest' ? sourceOf(props.answered, id) : ''}
                  unit={offered?.units[id as CostFigure] ?? ''}
                  onWrite={onWrite}
                />
              ))}
            </div>
          </>
        );
        // What the catalogue fills in stays folded, unless something is wrong in there.
        return group.id === 'rest' ? (
          <details key={group.id} className="rest" open={faulty || undefined}>
            <summary>{text.groups[group.id]}</summary>
            {inside}
          </details>
        ) : (
          <fieldset key={group.id}>
            <legend>{text.groups[group.id]}</legend>
            {inside}
          </fieldset>
        );
      })}
      {offered && <Names id={lists} offered={offered} />}
    </form>
  );
}

const named: readonly FieldId[] = ['model', 'gpu', 'engine', 'quant', 'kvDtype'];

/** The names that the catalogue knows, for fields to offer. */
const Names = memo(function Names(props: { id: string; offered: Offered }): ReactNode {
  const { models, gpus, engines, quants, kvDtypes } = props.offered;
  const lists: Partial<Record<FieldId, readonly string[]>> = {
    model: models,
    gpu: gpus.map(({ name }) => name),
    engine: engines,
    quant: quants,
    kvDtype: kvDtypes,
  };
  return Object.entries(lists).map(([id, values]) => (
    <datalist key={id} id={`${props.id}-${id}`}>
      {values.map((value) => (
        <option key={value} value={value} />
      ))}
    </datalist>
  ));
});

const wide: readonly FieldId[] = ['name', 'model', 'gpu'];

const Field = memo(function Field(props: {
  id: FieldId;
  written: string;
  list: string | undefined;
  problems: Problem[] | undefined;
  placeholder: string;
  source: string;
  unit: string;
  onWrite: (written: Written) => void;
}): ReactNode {
  const { id, problems, onWrite } = props;
  const input = useId();
  const [label, said] = text.fields[id];
  const hint = said || props.unit;
  const kind = fieldOf(id).kind;
  const wideField = wide.includes(id) || ['tokensIn', 'tokensOut', 'staffCost'].includes(id);
  return (
    <div className={wideField ? 'field wide' : 'field'}>
      <label htmlFor={input}>
        {label} {hint && <span className="soft">{hint}</span>}
      </label>
      <input
        id={input}
        type="text"
        value={props.written}
        list={props.list}
        placeholder={props.placeholder}
        title={props.source || undefined}
        inputMode={kind === 'number' ? 'decimal' : undefined}
        autoComplete="off"
        spellCheck={false}
        maxLength={200}
        aria-invalid={problems ? true : undefined}
        aria-describedby={problems ? `${input}-fault` : undefined}
        onChange={(event) => onWrite({ [id]: event.target.value })}
      />
      {problems && (
        <div id={`${input}-fault`} className="fault">
          {problems.map((problem) => (
            <div key={problem.message}>
              <p>
                {problem.message}
                {problem.right && `. ${text.faults.right}: ${problem.right}`}
              </p>
              {problem.near && problem.near.length > 0 && (
                <p className="near">
                  {text.faults.near}:{' '}
                  {problem.near.map((name) => (
                    <button key={name} type="button" onClick={() => onWrite({ [id]: name })}>
                      {name}
                    </button>
                  ))}
                </p>
              )}
            </div>
          ))}
        </div>
      )}
    </div>
  );
});

const ApiPick = memo(function ApiPick(props: {
  offered: Offered;
  onWrite: (written: Written) => void;
}): ReactNode {
  const id = useId();
  return (
    <div className="field wide">
      <label htmlFor={id}>{text.apiPick}</label>
      <select
        id={id}
        value=""
        onChange={(event) => {
          const api = props.offered.apis.find(({ name }) => name === event.target.value);
          if (!api) return;
          props.onWrite({
            apiIn: writeNumber(api.input),
            apiOut: writeNumber(api.output),
            ...(api.cached > 0 ? { apiCached: writeNumber(api.cached) } : {}),
          });
        }}
      >
        <option value="">{text.apiPickNone}</option>
        {props.offered.apis.map((api) => (
          <option key={api.name} value={api.name}>
            {api.title}: {api.input} / {api.output} ({api.date})
          </option>
        ))}
      </select>
    </div>
  );
});

function fallback(answered: Answered | null, id: FieldId): string {
  const quantity = answered?.figures[id as CostField];
  if (!quantity) return '';
  const rounded = [quantity.low, quantity.typical, quantity.high].map((value) =>
    Number(value.toPrecision(4)),
  );
  return rounded[0] === rounded[2] ? writeNumber(rounded[1] ?? 0) : writeRange(rounded);
}

function sourceOf(answered: Answered | null, id: FieldId): string {
  return answered?.figures[id as CostField]?.source ?? '';
}
