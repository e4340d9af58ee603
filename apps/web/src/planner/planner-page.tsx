import type { Model } from '@aboveboard/planner/catalogue/model';
import type { ControlWay } from '@aboveboard/planner/control/matrix';
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Answered, Offered } from './calculation.ts';
import { ComparisonView, type Shown } from './comparison-view.tsx';
import { ControlView } from './control-view.tsx';
import { examplePlan, MOST_SCENARIOS, type Plan, unified, type Written } from './draft.ts';
import type { FieldId } from './fields.ts';
import { HeadlineView } from './headline-view.tsx';
import { text } from './messages/en.ts';
import { ModelPick } from './model-pick.tsx';
import { joinedOwn, noOwn, type OwnCatalogue } from './own-catalogue.ts';
import { OwnView } from './own-view.tsx';
import { PlanKeeping } from './plan-keeping.tsx';
import { keepPlan, keptPlan } from './plan-kept.ts';
import { planInFragment } from './plan-link.ts';
import './planner.css';
import { ReportView } from './report-view.tsx';
import { ResultViews } from './result-views.tsx';
import { ScenarioForm } from './scenario-form.tsx';
import { useAnswers } from './use-answers.ts';
import { type Working, WorkingDialog, WorkingProvider } from './working.tsx';

/** The planner. After it has loaded it asks nothing of any server; a plan travels in files and fragments only. */
export default function PlannerPage(): ReactNode {
  const [kept] = useState(() => keptPlan());
  const [plan, setPlan] = useState<Plan>(() => kept?.plan ?? examplePlan());
  const [before, setBefore] = useState<Plan | null>(null);
  const [at, setAt] = useState(0);
  const [broken, setBroken] = useState(false);
  const [working, setWorking] = useState<Working | null>(null);
  const answers = useAnswers(plan);

  const latest = useRef(plan);
  latest.current = plan;
  const isKept = useKeeping(plan);
  const open = useCallback((opened: Plan) => {
    setBefore(latest.current);
    setPlan(opened);
    setAt(0);
  }, []);
  useEffect(() => {
    const follow = async () => {
      if (!location.hash.startsWith('#plan=')) return;
      const found = await planInFragment(location.hash);
      setBroken(found === null);
      if (found) open(found);
    };
    // The plan of this very link was opened before, and may have been changed since.
    if (kept?.of !== location.hash) void follow();
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, [open, kept]);

  const write = useCallback(
    (written: Written) =>
      setPlan((before) => ({
        ...before,
        scenarios: before.scenarios.map((draft, i) =>
          i === at ? { ...draft, written: { ...draft.written, ...written } } : draft,
        ),
      })),
    [at],
  );

  const startAnew = useCallback(() => {
    // A link in the address would bring its plan back with the next load.
    history.replaceState(null, '', location.pathname + location.search);
    setBroken(false);
    open(examplePlan());
  }, [open]);
  const unify = useCallback(
    (id: FieldId) =>
      setPlan((before) => ({
        ...before,
        scenarios: before.scenarios.map((draft, i) => (i === at ? unified(draft, id) : draft)),
      })),
    [at],
  );
  const setControl = useCallback(
    (control: Plan['control']) => setPlan((before) => ({ ...before, control })),
    [],
  );
  const setOwn = useCallback((own: OwnCatalogue) => setPlan((before) => ({ ...before, own })), []);
  // The weights' layout comes with the files, so what stood there gives way.
  const takeModel = useCallback(
    (model: Model) => {
      setPlan((before) => ({ ...before, own: joinedOwn(before.own, { ...noOwn, models: [model] }) }));
      unify('model');
      unify('quant');
      write({ model: model.name, quant: '' });
    },
    [write, unify],
  );
  const draft = plan.scenarios[at] ?? plan.scenarios[0];
  const state = answers.scenarios[at];
  const names = plan.scenarios.map((one, i) => one.written.name?.trim() || text.scenarios.unnamed(i + 1));
  const shown = useShown(names, answers.answered);
  const faulty = answers.scenarios.flatMap(({ problems }, i) =>
    problems.length > 0 ? [text.faults.inScenario(shown[i]?.name ?? '', problems.length)] : [],
  );
  const stale = answers.scenarios.some((one) => one.problems.length > 0 && one.stale);
  if (!draft) return null;
  return (
    <WorkingProvider value={setWorking}>
      <div className="planner">
        <h1>{text.title}</h1>
        <p>{text.lead}</p>
        <p>{text.informs}</p>
        <PlanKeeping plan={plan} before={before} isKept={isKept} onOpen={open} onAnew={startAnew} />
        {broken && <p className="notice warn">{text.plan.linkBroken}</p>}
        {answers.failed && (
          <p className="notice danger" role="alert">
            {text.workerFailed}
          </p>
        )}
        <HeadlineView scenarios={shown} />
        <div className="desk">
          <div className="asked">
            <Scenarios plan={plan} names={names} at={at} onPick={setAt} onPlan={setPlan} />
            {draft.written.name === text.example && <p className="soft small">{text.exampleNote}</p>}
            <ScenarioForm
              key={at}
              draft={draft}
              problems={state?.problems ?? []}
              answered={state?.answered ?? null}
              offered={answers.offered}
              files={<ModelPick key={at} onModel={takeModel} />}
              onWrite={write}
              onUnify={unify}
            />
            <OwnView own={plan.own} offered={answers.offered} onOwn={setOwn} onSave={answers.saveCatalogue} />
          </div>
          <div className="answers" data-final={answers.final}>
            <div role="status">
              {faulty.length > 0 && (
                <p className="notice danger">
                  {faulty.join('; ')}. {stale ? text.faults.before : text.faults.leftOut}
                </p>
              )}
            </div>
            {shown.some(({ answered }) => answered) ? (
              <>
                <ComparisonView scenarios={shown} />
                <ResultViews scenarios={shown} />
              </>
            ) : (
              <p className="soft">{text.working}</p>
            )}
          </div>
        </div>
        {answers.offered && (
          <ControlView
            axes={answers.offered.axes}
            control={plan.control}
            answer={answers.control}
            onChange={setControl}
          />
        )}
        <ReportView
          evidence={() => evidenceRows(plan, answers.offered)}
          scenarios={() =>
            shown.map(({ name, answered }, i) => ({
              name,
              draft: plan.scenarios[i] ?? draft,
              tables: answered?.tables ?? [],
            }))
          }
        />
      </div>
      <WorkingDialog working={working} onClose={() => setWorking(null)} />
    </WorkingProvider>
  );
}

/** Keeps the plan in the tab, for a reload; false: the browser keeps nothing. */
function useKeeping(plan: Plan): boolean {
  const [isKept, setKept] = useState(true);
  useEffect(() => {
    const keep = () => setKept(keepPlan({ plan, of: location.hash }));
    const waiting = setTimeout(keep, 300);
    addEventListener('pagehide', keep);
    return () => {
      clearTimeout(waiting);
      removeEventListener('pagehide', keep);
    };
  }, [plan]);
  return isKept;
}

/** What was verified, in the words of the matrix. */
function evidenceRows(plan: Plan, offered: Offered | null): string[][] {
  return (plan.control.evidence ?? []).flatMap(({ item, finding, rests }) => {
    const [id, way, place] = item.split('.') as [string, ControlWay, string];
    const axis = offered?.axes.find((one) => one.id === id);
    const what = axis?.[way]?.verify[Number(place) - 1];
    if (!axis || !what) return [];
    return [[`${axis.title}, ${text.control.ways[way]}: ${what}`, text.control.findings[finding], rests]];
  });
}

/** The same for as long as names and answers are: what is drawn from it is left alone while somebody types. */
function useShown(names: readonly string[], answered: readonly (Answered | null)[]): Shown[] {
  const key = JSON.stringify(names);
  return useMemo(
    () => (JSON.parse(key) as string[]).map((name, i) => ({ name, answered: answered[i] ?? null })),
    [key, answered],
  );
}

function Scenarios(props: {
  plan: Plan;
  names: readonly string[];
  at: number;
  onPick: (at: number) => void;
  onPlan: (plan: Plan) => void;
}): ReactNode {
  const { plan, names, at } = props;
  const add = () => {
    const copy = plan.scenarios[at];
    if (!copy) return;
    const name = text.scenarios.unnamed(plan.scenarios.length + 1);
    const scenarios = [...plan.scenarios, { ...copy, written: { ...copy.written, name } }];
    props.onPlan({ ...plan, scenarios });
    props.onPick(scenarios.length - 1);
  };
  const remove = () => {
    props.onPlan({ ...plan, scenarios: plan.scenarios.filter((_, i) => i !== at) });
    props.onPick(0);
  };
  return (
    <>
      <fieldset className="scenarios">
        <legend>{text.scenarios.legend}</legend>
        {names.map((name, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: scenarios are known by their place
          <label key={i}>
            <input type="radio" name="scenario" checked={i === at} onChange={() => props.onPick(i)} />
            <span>{name}</span>
          </label>
        ))}
      </fieldset>
      <div className="buttons">
        {names.length < MOST_SCENARIOS && (
          <button type="button" className="button plain" title={text.scenarios.addNote} onClick={add}>
            {text.scenarios.add}
          </button>
        )}
        {names.length > 1 && (
          <button type="button" className="button plain" onClick={remove}>
            {text.scenarios.remove}
          </button>
        )}
      </div>
    </>
  );
}
