import type { ControlAnswer, ControlAsked } from '@aboveboard/planner/control/score';
import type { Checked } from '@aboveboard/planner/problem';
import type { PlanAsked } from '@aboveboard/planner/scenario/plan';
import {
  answerControl,
  answerParts,
  catalogueFile,
  type Offered,
  offered,
  type Told,
} from './calculation.ts';
import { noOwn, type OwnCatalogue, type OwnKind } from './own-catalogue.ts';

/**
 * Works plans out beside the page, so that typing never waits. Each question is answered twice: at once with few
 * draws, then with all of them, unless a newer question came meanwhile.
 */
export type Question = {
  kind: 'plan';
  id: number;
  /** Null: nothing of it changed since its last whole answer, which the page still has. */
  scenarios: (PlanAsked | null)[];
  control: ControlAsked;
  /** The user's own entries, where they changed since the question before. */
  own?: OwnCatalogue;
};
/** The built-in entries of a kind, as a file to change. */
export type FileAsked = { kind: 'catalogue'; of: OwnKind };
export type Reply =
  | { kind: 'offered'; offered: Offered }
  | { kind: 'catalogue'; of: OwnKind; json: string }
  | {
      kind: 'answered';
      id: number;
      /** Null for those that were asked as null. */
      scenarios: (Told | null)[];
      control: Checked<ControlAnswer>;
      /** False: the same again with all draws is under way. */
      final: boolean;
    };

const QUICK = 300;
const ALL = 10_000;
const scope = self as unknown as {
  postMessage: (reply: Reply) => void;
  onmessage: ((event: MessageEvent<Question | FileAsked>) => void) | null;
};
let newest = 0;
let own = noOwn;

/** Lets messages in that wait. */
const breathe = () => new Promise<void>((resume) => setTimeout(resume, 0));

scope.onmessage = async ({ data }) => {
  if (data.kind === 'catalogue') {
    scope.postMessage({ kind: 'catalogue', of: data.of, json: catalogueFile(data.of) });
    return;
  }
  newest = data.id;
  if (data.own) own = data.own;
  await breathe();
  if (newest !== data.id) return;
  const control = answerControl(data.control);
  const quick = data.scenarios.map((asked) => asked && answerParts(asked, own, QUICK));
  scope.postMessage({ kind: 'answered', id: data.id, scenarios: quick, control, final: false });
  const scenarios: (Told | null)[] = [];
  for (const asked of data.scenarios) {
    await breathe();
    if (newest !== data.id) return;
    scenarios.push(asked && answerParts(asked, own, ALL));
  }
  scope.postMessage({ kind: 'answered', id: data.id, scenarios, control, final: true });
};
scope.postMessage({ kind: 'offered', offered: offered() });
