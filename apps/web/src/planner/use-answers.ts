import type { ControlAnswer, ControlAsked } from '@aboveboard/planner/control/score';
import type { Checked, Problem } from '@aboveboard/planner/problem';
import { startTransition, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Answered, Offered } from './calculation.ts';
import { askedOf, type Draft, type Plan } from './draft.ts';
import type { OwnCatalogue, OwnKind } from './own-catalogue.ts';
import type { FileAsked, Question, Reply } from './plan-worker.ts';
import { saveText } from './save-file.ts';

export type ScenarioState = {
  problems: Problem[];
  /** The newest answer, without the parts that have problems. */
  answered: Answered | null;
  /** Nothing of what was asked could be answered: `answered` is from before. */
  stale: boolean;
};
export type Answers = {
  offered: Offered | null;
  scenarios: ScenarioState[];
  /** The answers alone; the same list until others come. */
  answered: readonly (Answered | null)[];
  control: Checked<ControlAnswer> | null;
  /** False: figures with all draws are on their way. */
  final: boolean;
  failed: boolean;
  /** Saves the built-in entries of a kind, to change and give back. */
  saveCatalogue: (of: OwnKind) => void;
};

/** Of which drafts the page has the whole answer, by place; a scenario that did not change is not worked out again. */
type Held = { drafts: readonly (Draft | null)[]; own: OwnCatalogue | null };

/** The answers to a plan, kept up with it by a worker. */
export function useAnswers(plan: Plan): Answers {
  const worker = useRef<Worker | null>(null);
  const asked = useRef(0);
  const sent = useRef<OwnCatalogue | null>(null);
  const held = useRef<Held>({ drafts: [], own: null });
  const pending = useRef<{ drafts: readonly Draft[]; unchanged: readonly boolean[] } | null>(null);
  const [offered, setOffered] = useState<Offered | null>(null);
  const [failed, setFailed] = useState(false);
  const [reply, setReply] = useState<{
    final: boolean;
    control: Checked<ControlAnswer> | null;
    scenarios: ScenarioState[];
  }>({
    final: false,
    control: null,
    scenarios: [],
  });
  const read = useMemo(() => plan.scenarios.map(askedOf), [plan.scenarios]);

  useEffect(() => {
    const made = new Worker(new URL('./plan-worker.ts', import.meta.url), { type: 'module' });
    made.onmessage = ({ data }: MessageEvent<Reply>) => {
      if (data.kind === 'offered') setOffered(data.offered);
      else if (data.kind === 'catalogue') saveText(`${data.of}.json`, data.json, 'application/json');
      else if (data.id === asked.current) {
        const { drafts, unchanged } = pending.current ?? { drafts: [], unchanged: [] };
        held.current = {
          own: sent.current,
          drafts: drafts.map((draft, i) => (data.final || unchanged[i] ? draft : null)),
        };
        // Drawing gives way to typing.
        startTransition(() => setReply((before) => merged(before.scenarios, data)));
      }
    };
    made.onerror = () => setFailed(true);
    worker.current = made;
    sent.current = null;
    held.current = { drafts: [], own: null };
    return () => made.terminate();
  }, []);

  useEffect(() => {
    asked.current++;
    const fresh = sent.current !== plan.own;
    sent.current = plan.own;
    const unchanged = plan.scenarios.map(
      (draft, i) => held.current.own === plan.own && held.current.drafts[i] === draft,
    );
    pending.current = { drafts: plan.scenarios, unchanged };
    const question: Question = {
      kind: 'plan',
      id: asked.current,
      ...(fresh ? { own: plan.own } : {}),
      scenarios: read.map(({ asked }, i) => (unchanged[i] ? null : asked)),
      control: evidenced(plan.control),
    };
    worker.current?.postMessage(question);
  }, [read, plan.scenarios, plan.control, plan.own]);

  const scenarios = read.map(({ problems }, i) => {
    const state = reply.scenarios[i];
    // Of a target that cannot be read the planner says the same again, without its field.
    const found = (state?.problems ?? []).filter(({ at }) => at !== 'service' || problems.length === 0);
    return {
      problems: [...problems, ...found],
      answered: state?.answered ?? null,
      stale: state?.stale ?? true,
    };
  });
  const answered = useMemo(() => reply.scenarios.map(({ answered }) => answered), [reply]);
  const saveCatalogue = useCallback((of: OwnKind) => {
    const question: FileAsked = { kind: 'catalogue', of };
    worker.current?.postMessage(question);
  }, []);
  return { offered, failed, saveCatalogue, scenarios, answered, control: reply.control, final: reply.final };
}

function merged(before: readonly ScenarioState[], data: Extract<Reply, { kind: 'answered' }>) {
  return {
    final: data.final,
    control: data.control,
    scenarios: data.scenarios.map((scenario, i): ScenarioState => {
      const last = before[i] ?? { problems: [], answered: null, stale: true };
      if (!scenario) return last;
      return { ...scenario, answered: scenario.answered ?? last.answered, stale: scenario.answered === null };
    }),
  };
}

/** What rests on nothing yet does not count, and is said beside its field; the rest is scored meanwhile. */
function evidenced(control: ControlAsked): ControlAsked {
  return { ...control, evidence: (control.evidence ?? []).filter(({ rests }) => rests.trim() !== '') };
}
