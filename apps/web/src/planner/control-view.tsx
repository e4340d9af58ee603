import type { Axis, ControlWay } from '@aboveboard/planner/control/matrix';
import type { ControlAnswer, ControlAsked, Evidence } from '@aboveboard/planner/control/score';
import type { Checked } from '@aboveboard/planner/problem';
import { memo, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { EvidenceFile } from './evidence-file.tsx';
import { text } from './messages/en.ts';
import { RankingView } from './ranking-view.tsx';
import { readNumber } from './written-number.ts';

const noWeights = {};
const ways: readonly ControlWay[] = ['onPremise', 'hybrid', 'api'];

/** The comparison of control: what to verify, what was verified, and only then a score. */
export const ControlView = memo(function ControlView(props: {
  axes: readonly Axis[];
  control: ControlAsked;
  answer: Checked<ControlAnswer> | null;
  onChange: (control: ControlAsked) => void;
}): ReactNode {
  const { axes, control, onChange } = props;
  const answer = props.answer?.ok ? props.answer.value : null;
  const [open, setOpen] = useState<string | null>(null);
  const opened = axes.find(({ id }) => id === open);
  const setEvidence = (item: string, entry: Evidence | null) => {
    const others = (control.evidence ?? []).filter((one) => one.item !== item);
    onChange({ ...control, evidence: entry ? [...others, entry] : others });
  };
  return (
    <section aria-labelledby="planner-control" className="control">
      <h2 id="planner-control">{text.control.title}</h2>
      <p>{text.control.note}</p>
      <div className="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">{text.control.axis}</th>
              {ways.map((way) => (
                <th key={way} scope="col">
                  {text.control.ways[way]}
                </th>
              ))}
              <th scope="col">{text.control.weight}</th>
            </tr>
          </thead>
          <tbody>
            {axes.map((axis) => (
              <tr key={axis.id}>
                <th scope="row">
                  <button
                    type="button"
                    className="figure"
                    aria-expanded={open === axis.id}
                    onClick={() => setOpen(open === axis.id ? null : axis.id)}
                  >
                    <span className="shown">{axis.title}</span>
                  </button>
                </th>
                {ways.map((way) => (
                  <td key={way}>{cellText(answer, axis, way)}</td>
                ))}
                <td>
                  <Weight
                    axis={axis}
                    weight={control.weights?.[axis.id] ?? 1}
                    onChange={(weight) =>
                      onChange({ ...control, weights: { ...control.weights, [axis.id]: weight } })
                    }
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {opened && (
        <AxisView key={opened.id} axis={opened} evidence={control.evidence ?? []} onEvidence={setEvidence} />
      )}
      {answer && <RankingView answer={answer} axes={axes} weights={control.weights ?? noWeights} />}
    </section>
  );
});

function cellText(answer: ControlAnswer | null, axis: Axis, way: ControlWay): string {
  const cell = answer?.cells.find((one) => one.axis === axis.id && one.way === way);
  if (!cell || cell.score === null) return text.control.open(axis[way].verify.length);
  return text.control.cell(String(Math.round(cell.score * cell.evidenced)), cell.evidenced, cell.of);
}

function Weight(props: { axis: Axis; weight: number; onChange: (weight: number) => void }): ReactNode {
  const [written, setWritten] = useState(String(props.weight));
  const value = readNumber(written);
  const wrong = value === undefined || value < 0 || value > 1000;
  return (
    <input
      type="text"
      className="weight"
      inputMode="decimal"
      aria-label={text.control.weightOf(props.axis.title)}
      aria-invalid={wrong || undefined}
      value={written}
      onChange={(event) => {
        setWritten(event.target.value);
        const next = readNumber(event.target.value);
        if (next !== undefined && next >= 0 && next <= 1000) props.onChange(next);
      }}
    />
  );
}

function AxisView(props: {
  axis: Axis;
  evidence: readonly Evidence[];
  onEvidence: (item: string, entry: Evidence | null) => void;
}): ReactNode {
  const { axis } = props;
  const panel = useRef<HTMLElement>(null);
  // It stands under the table, which is taller than a small screen.
  useEffect(() => {
    panel.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  return (
    <section ref={panel} className="panel axis" aria-label={text.control.details(axis.title)}>
      <h3>{axis.title}</h3>
      <p>{axis.asks}</p>
      <div className="ways">
        {ways.map((way) => (
          <div key={way}>
            <h4>{text.control.ways[way]}</h4>
            <p>
              <strong>{text.control.tradeOffs}.</strong> {axis[way].tradeOffs}
            </p>
            <p>
              <strong>{text.control.constraints}.</strong> {axis[way].constraints}
            </p>
            <h5>{text.control.verify}</h5>
            <ul className="verify">
              {axis[way].verify.map((what, i) => {
                const item = `${axis.id}.${way}.${i + 1}`;
                return (
                  <Verify
                    key={item}
                    item={item}
                    what={what}
                    entry={props.evidence.find((one) => one.item === item) ?? null}
                    onEvidence={props.onEvidence}
                  />
                );
              })}
            </ul>
          </div>
        ))}
      </div>
    </section>
  );
}

function Verify(props: {
  item: string;
  what: string;
  entry: Evidence | null;
  onEvidence: (item: string, entry: Evidence | null) => void;
}): ReactNode {
  const { item, entry } = props;
  const id = useId();
  const missing = entry !== null && entry.rests.trim() === '';
  return (
    <li>
      <label htmlFor={id}>{props.what}</label>
      <select
        id={id}
        value={entry?.finding ?? ''}
        onChange={(event) => {
          const finding = event.target.value;
          if (finding === 'met' || finding === 'notMet')
            props.onEvidence(item, { item, finding, rests: entry?.rests ?? '' });
          else props.onEvidence(item, null);
        }}
      >
        <option value="">{text.control.findings.none}</option>
        <option value="met">{text.control.findings.met}</option>
        <option value="notMet">{text.control.findings.notMet}</option>
      </select>
      {entry && (
        <>
          <label htmlFor={`${id}-rests`}>
            {text.control.rests} <span className="soft">{text.control.restsHint}</span>
          </label>
          <input
            id={`${id}-rests`}
            type="text"
            value={entry.rests}
            aria-invalid={missing || undefined}
            aria-describedby={missing ? `${id}-fault` : undefined}
            onChange={(event) => props.onEvidence(item, { ...entry, rests: event.target.value })}
          />
          <EvidenceFile what={props.what} onRests={(rests) => props.onEvidence(item, { ...entry, rests })} />
          {missing && (
            <p id={`${id}-fault`} className="fault">
              {text.control.restsMissing}
            </p>
          )}
        </>
      )}
    </li>
  );
}
