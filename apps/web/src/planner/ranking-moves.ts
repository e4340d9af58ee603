import type { ControlWay } from '@aboveboard/planner/control/matrix';
import type { ControlAnswer } from '@aboveboard/planner/control/score';

/**
 * How the ranking moves as one axis takes more of all weight, the other axes keeping their proportions. Each way's
 * score is then a straight line in that share, so where the lead changes is exact.
 */
export type AxisMoves = {
  axis: string;
  /** The share that the axis has by the user's weights, 0 to 1. */
  now: number;
  /** From left to right; `leads` null where ways are even all along. */
  spans: { from: number; to: number; leads: ControlWay | null }[];
};

const ways: readonly ControlWay[] = ['onPremise', 'hybrid', 'api'];
const SAME = 1e-9;

export function rankingMoves(answer: ControlAnswer, weights: Readonly<Record<string, number>>): AxisMoves[] {
  const weightOf = (axis: string) => weights[axis] ?? 1;
  const scoreOf = (axis: string, way: ControlWay) =>
    answer.cells.find((cell) => cell.axis === axis && cell.way === way)?.score ?? 0;
  const all = answer.comparedAxes.reduce((sum, axis) => sum + weightOf(axis), 0);
  return answer.comparedAxes.map((axis): AxisMoves => {
    const others = answer.comparedAxes.filter((one) => one !== axis);
    const rest = others.reduce((sum, one) => sum + weightOf(one), 0);
    const lines = ways.map((way) => {
      const mean =
        rest > 0
          ? others.reduce((sum, one) => sum + weightOf(one) * scoreOf(one, way), 0) / rest
          : others.reduce((sum, one) => sum + scoreOf(one, way), 0) / Math.max(1, others.length);
      const only = scoreOf(axis, way);
      return { way, start: others.length > 0 ? mean : only, end: only };
    });
    return { axis, now: all > 0 ? weightOf(axis) / all : 0, spans: spansOf(lines) };
  });
}

type Line = { way: ControlWay; start: number; end: number };

function spansOf(lines: readonly Line[]): AxisMoves['spans'] {
  const at = ({ start, end }: Line, share: number) => start + (end - start) * share;
  const cuts = [0, 1];
  for (const a of lines)
    for (const b of lines) {
      const slope = a.end - a.start - (b.end - b.start);
      const cross = Math.abs(slope) < SAME ? -1 : (b.start - a.start) / slope;
      if (cross > SAME && cross < 1 - SAME) cuts.push(cross);
    }
  cuts.sort((a, b) => a - b);
  const spans: AxisMoves['spans'] = [];
  for (const [i, to] of cuts.entries()) {
    const from = cuts[i - 1];
    if (from === undefined || to - from < SAME) continue;
    const middle = (from + to) / 2;
    const best = Math.max(...lines.map((line) => at(line, middle)));
    const leading = lines.filter((line) => best - at(line, middle) < SAME);
    const leads = leading.length === 1 ? (leading[0]?.way ?? null) : null;
    const last = spans.at(-1);
    if (last && last.leads === leads) last.to = to;
    else spans.push({ from, to, leads });
  }
  return spans;
}

export const leadsAt = ({ spans }: AxisMoves, share: number): ControlWay | null =>
  (spans.find(({ to }) => share <= to) ?? spans.at(-1))?.leads ?? null;
