import type { Player } from './bench-score.ts';
import type { BenchTask, PlayedAction, TruthAction } from './bench-task.ts';

/** Players that know no picture: what a score has to beat (EVA17). */
export const PLAYERS = {
  perfect: () => (_, step) => step.ground_truth_actions.map(asPlayed),
  shuffled: (tasks, random) => {
    const all = tasks.flatMap(({ steps }) => steps.filter((step) => step.ground_truth_actions.length > 0));
    // Fisher and Yates: each step's answer is given once, at some other place.
    const order = [...all];
    for (let i = order.length - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1));
      [order[i], order[j]] = [order[j] as (typeof order)[number], order[i] as (typeof order)[number]];
    }
    const answers = new Map(all.map((step, i) => [step, order[i]]));
    return (_, step) => answers.get(step)?.ground_truth_actions.map(asPlayed) ?? null;
  },
  random: (_, random) => () => [{ type: 'click', x: random(), y: random() }],
  frequent: (tasks) => {
    const said = new Map<string, { action: PlayedAction; times: number }>();
    for (const { steps } of tasks)
      for (const { ground_truth_actions: actions } of steps) {
        const [first] = actions;
        if (!first) continue;
        const action = asPlayed(first);
        const key = JSON.stringify('x' in action ? [action.type] : action);
        said.set(key, { action, times: (said.get(key)?.times ?? 0) + 1 });
      }
    const [most] = [...said.values()].sort((a, b) => b.times - a.times);
    const centre = most && 'x' in most.action ? { ...most.action, x: 0.5, y: 0.5 } : most?.action;
    return () => (centre ? [centre] : null);
  },
} satisfies Record<string, (tasks: readonly BenchTask[], random: () => number) => Player>;
export type PlayerName = keyof typeof PLAYERS;

function asPlayed(action: TruthAction): PlayedAction {
  return 'position' in action.params
    ? { type: action.type as 'click', ...action.params.position }
    : ({ type: action.type, ...action.params } as PlayedAction);
}
