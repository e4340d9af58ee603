import type { ControlAnswer, ControlAsked } from '@aboveboard/planner/control/score';
import type { Checked } from '@aboveboard/planner/problem';
import type { PlanAsked } from '@aboveboard/planner/scenario/plan';
import { type Answered, answerControl, answerScenario, type Offered, offered } from './calculation.ts';

/**
 * Works plans out beside the page, so that typing never waits. Each question is answered twice: at once with few
 * draws, then with all of them, unless a newer question came meanwhile.
 */
export type Question = { id: number; scenarios: PlanAsked[]; control: ControlAsked };
export type Reply =
  | { kind: 'offered'; offered: Offered }
  | {
      kind: 'answered';
      id: number;
      scenarios: Checked<Answered>[];
      control: Checked<ControlAnswer>;
      /** False: the same again with all draws is under way. */
      final: boolean;
    };

const QUICK = 300;
const ALL = 10_000;
const scope = self as unknown as {
  postMessage: (reply: Reply) => void;
  onmessage: ((event: MessageEvent<Question>) => void) | null;
};
let newest = 0;

/** Lets messages in that wait. */
const breathe = () => new Promise<void>((resume) => setTimeout(resume, 0));

scope.onmessage = async ({ data }) => {
  newest = data.id;
  await breathe();
  if (newest !== data.id) return;
  const control = answerControl(data.control);
  const quick = data.scenarios.map((asked) => answerScenario(asked, QUICK));
  scope.postMessage({ kind: 'answered', id: data.id, scenarios: quick, control, final: false });
  const scenarios: Checked<Answered>[] = [];
  for (const asked of data.scenarios) {
    await breathe();
    if (newest !== data.id) return;
    scenarios.push(answerScenario(asked, ALL));
  }
  scope.postMessage({ kind: 'answered', id: data.id, scenarios, control, final: true });
};
scope.postMessage({ kind: 'offered', offered: offered() });
