import type { Problem } from '@aboveboard/planner/problem';
import { memo, type ReactNode, useId } from 'react';
import type { Written } from './draft.ts';
import { type FieldId, fieldOf, nearGoesTo } from './fields.ts';
import { text } from './messages/en.ts';

const wide: readonly FieldId[] = [
  'name',
  'model',
  'gpu',
  'tokensIn',
  'tokensOut',
  'staffCost',
  'tuneMethod',
  'tuneModel',
  'tuneGpu',
  'tuneSharding',
  'tuneOptimizer',
  'tuneCheckpointing',
  'programmeModel',
  'programmeGpu',
  'measuredFrom',
  'fullScenario',
  'deployed',
  'modelPath',
  'image',
  'imageDigest',
];

type Props = {
  id: FieldId;
  written: string;
  list: string | undefined;
  problems: Problem[] | undefined;
  placeholder: string;
  source: string;
  unit: string;
  /** Where a part of the plan has another value than this field, in words; empty: nowhere. */
  others: string;
  onWrite: (written: Written) => void;
  onUnify: (id: FieldId) => void;
};

/** One figure of the form, with what is wrong with it beside it. */
export const FormField = memo(function FormField(props: Props): ReactNode {
  const { id, problems, onWrite } = props;
  const input = useId();
  const [label, said] = text.fields[id];
  const hint = said || props.unit;
  const field = fieldOf(id);
  const described = {
    id: input,
    'aria-invalid': problems ? true : undefined,
    'aria-describedby': problems ? `${input}-fault` : undefined,
  };
  if (field.kind === 'flag') {
    return (
      <div className="field wide">
        <label className="tick" htmlFor={input}>
          <input
            {...described}
            type="checkbox"
            checked={props.written === 'yes'}
            onChange={(event) => onWrite({ [id]: event.target.checked ? 'yes' : '' })}
          />
          <span>
            {label} {hint && <span className="soft">{hint}</span>}
          </span>
        </label>
        <Faults {...props} at={`${input}-fault`} />
      </div>
    );
  }
  return (
    <div className={wide.includes(id) ? 'field wide' : 'field'}>
      <label htmlFor={input}>
        {label} {hint && <span className="soft">{hint}</span>}
      </label>
      {field.kind === 'choice' ? (
        <select
          {...described}
          value={props.written || (field.standard ?? '')}
          onChange={(event) => onWrite({ [id]: event.target.value })}
        >
          {Object.entries(text.choices[id] ?? {}).map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
      ) : (
        <input
          {...described}
          type="text"
          value={props.written}
          list={props.list}
          placeholder={props.placeholder}
          title={props.source || undefined}
          inputMode={field.kind === 'number' ? 'decimal' : undefined}
          autoComplete="off"
          spellCheck={false}
          maxLength={200}
          onChange={(event) => onWrite({ [id]: event.target.value })}
        />
      )}
      {props.others && (
        <p className="near small">
          {props.others}{' '}
          <button type="button" onClick={() => props.onUnify(id)}>
            {text.plan.useAbove}
          </button>
        </p>
      )}
      <Faults {...props} at={`${input}-fault`} />
    </div>
  );
});

function Faults(props: Props & { at: string }): ReactNode {
  const { id, problems, onWrite } = props;
  if (!problems) return null;
  return (
    <div id={props.at} className="fault">
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
                <button key={name} type="button" onClick={() => onWrite({ [nearGoesTo[id] ?? id]: name })}>
                  {name}
                </button>
              ))}
            </p>
          )}
        </div>
      ))}
    </div>
  );
}
