import type { CostField } from '@aboveboard/planner/cost/inputs';
import type { Problem } from '@aboveboard/planner/problem';
import type { ProgrammeRate } from '@aboveboard/planner/programme/rates';
import { memo, type ReactNode, useId } from 'react';
import type { Answered, Offered } from './calculation.ts';
import { type Draft, otherwise, problemsByField, type Written } from './draft.ts';
import { type CostFigure, type FieldGroup, type FieldId, fieldGroups } from './fields.ts';
import { FiguresPick } from './figures-pick.tsx';
import { FormField } from './form-field.tsx';
import { text } from './messages/en.ts';
import { writeNumber, writeRange } from './written-number.ts';

/** The figures of one scenario. Every fault stands beside its field; a near name is one press away. */
export function ScenarioForm(props: {
  draft: Draft;
  problems: Problem[];
  answered: Answered | null;
  offered: Offered | null;
  /** Where the model's own files are picked. */
  files: ReactNode;
  onWrite: (written: Written) => void;
  onUnify: (id: FieldId) => void;
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
              {shownFields(group, draft).map((id) => (
                <FormField
                  key={id}
                  id={id}
                  written={draft.written[id] ?? ''}
                  list={listOf(id) ? `${lists}-${listOf(id)}` : undefined}
                  problems={fields[id]}
                  placeholder={fallback(props.answered, offered, id)}
                  source={draft.written[id] ? '' : sourceOf(props.answered, offered, id)}
                  unit={offered?.units[id as CostFigure] ?? ''}
                  others={othersOf(draft, id)}
                  onWrite={onWrite}
                  onUnify={props.onUnify}
                />
              ))}
            </div>
            {group.id === 'machine' && props.files}
            {group.id === 'rates' && <FiguresPick onWrite={onWrite} />}
          </>
        );
        // What may stay empty stays folded, unless something is wrong in there.
        return group.folded ? (
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

function othersOf(draft: Draft, id: FieldId): string {
  const others = otherwise(draft, id);
  return others.map(({ place, value }) => text.plan.otherwise(place, value)).join(' ');
}

/** The list of names that a field offers. */
function listOf(id: FieldId): FieldId | undefined {
  if (id === 'tuneModel' || id === 'programmeModel') return 'model';
  if (id === 'tuneGpu' || id === 'programmeGpu' || id === 'rentOf') return 'gpu';
  return named.includes(id) ? id : undefined;
}
const named: readonly FieldId[] = ['model', 'gpu', 'engine', 'quant', 'kvDtype'];

/** Until a part is asked for, only the field that asks for it is there. */
function shownFields({ fields, needs }: FieldGroup, draft: Draft): readonly FieldId[] {
  if (!needs || draft.written[needs] || !fields.includes(needs)) return fields;
  return fields.filter((id) => id === needs || draft.written[id]);
}

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

function quantityOf(answered: Answered | null, offered: Offered | null, id: FieldId) {
  return answered?.figures[id as CostField] ?? offered?.rates[id as ProgrammeRate];
}

function fallback(answered: Answered | null, offered: Offered | null, id: FieldId): string {
  const quantity = quantityOf(answered, offered, id);
  if (!quantity) return '';
  const rounded = [quantity.low, quantity.typical, quantity.high].map((value) =>
    Number(value.toPrecision(4)),
  );
  return rounded[0] === rounded[2] ? writeNumber(rounded[1] ?? 0) : writeRange(rounded);
}

function sourceOf(answered: Answered | null, offered: Offered | null, id: FieldId): string {
  return quantityOf(answered, offered, id)?.source ?? '';
}
