import { createContext, type ReactNode, useContext, useEffect, useRef } from 'react';
import { text } from './messages/en.ts';

/** What a figure was made from. */
export type Working = {
  title: string;
  value: string;
  /** Where eight cases of ten lie. */
  range?: string;
  /** What it stands on: a word for the table, a sentence for who asks. */
  basis?: { word: string; says: string };
  formula: string;
  inputs: readonly (readonly [string, string])[];
  sources: readonly string[];
};

const Open = createContext<(working: Working) => void>(() => {});
export const WorkingProvider = Open.Provider;

/** A figure that opens its formula, inputs and sources. `bare`: without its interval beside it. */
export function Figure(props: { working: Working; bare?: boolean }): ReactNode {
  const open = useContext(Open);
  const { working } = props;
  return (
    <button type="button" className="figure" onClick={() => open(working)}>
      <span className="shown">{working.value}</span>
      {!props.bare && (working.range || working.basis) && (
        <span className="range"> {[working.range, working.basis?.word].filter(Boolean).join(' · ')}</span>
      )}
      <span className="hidden">. {text.how(working.title)}</span>
    </button>
  );
}

const inFull = ({ value, range }: Working) => (range ? `${value} (${range})` : value);

export function WorkingDialog(props: { working: Working | null; onClose: () => void }): ReactNode {
  const { working, onClose } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (working) dialog.current?.showModal();
  }, [working]);
  return (
    <dialog ref={dialog} className="working" onClose={onClose} aria-labelledby="working-title">
      {working && (
        <>
          <h2 id="working-title">{working.title}</h2>
          <p className="value">{inFull(working)}</p>
          {working.basis && <p>{working.basis.says}</p>}
          <h3>{text.workings.formula}</h3>
          <p>{working.formula}</p>
          <h3>{text.workings.inputs}</h3>
          <dl className="facts">
            {working.inputs.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
          <h3>{text.workings.sources}</h3>
          <ul>
            {(working.sources.length > 0 ? working.sources : [text.workings.none]).map((source) => (
              <li key={source} className="long">
                {source}
              </li>
            ))}
          </ul>
          <form method="dialog" className="buttons">
            <button type="submit" className="button">
              {text.close}
            </button>
          </form>
        </>
      )}
    </dialog>
  );
}
