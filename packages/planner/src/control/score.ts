import { nearNames } from '../catalogue/near.ts';
import type { Checked, Problem } from '../problem.ts';
import { seeded } from '../speed/seeded.ts';
import { axes, type ControlWay, controlWays, verifyIds } from './matrix.ts';

/** What the user found for one thing to verify: and on what it rests. */
export type Evidence = {
  /** `locality.onPremise.2` */
  item: string;
  finding: 'met' | 'notMet';
  /** A note, a reference, or the name and digest of an attached file. Never empty: no score without evidence. */
  rests: string;
};

/** `plan control`: one JSON line. */
export type ControlAsked = {
  evidence?: Evidence[] | null;
  weights?: Record<string, number> | null;
  seed?: number | null;
};

export type CellScore = {
  axis: string;
  way: ControlWay;
  /** Share of evidenced things that were met; null where nothing was evidenced. */
  score: number | null;
  evidenced: number;
  of: number;
  toVerify: string[];
};

export type ControlAnswer = {
  cells: CellScore[];
  /** Weighted mean over the axes that have evidence for all three ways; null where there is none. */
  ranking: { way: ControlWay; score: number | null }[];
  comparedAxes: string[];
  /** Which way leads when one axis' weight is set to none, doubled, or made the only one. */
  moves: { axis: string; weight: number; leads: ControlWay }[];
  /** How often each way leads when all weights move freely. */
  leadShare: Record<ControlWay, number>;
  notice: string;
};

export function askControl(asked: ControlAsked): Checked<ControlAnswer> {
  const problems: Problem[] = [];
  const known = verifyIds();
  const evidence = asked.evidence ?? [];
  const findings = new Map<string, Evidence>();
  evidence.forEach((entry, i) => {
    const at = `evidence[${i}]`;
    if (!known.includes(entry.item))
      problems.push({
        code: 'unknown-name',
        at,
        message: `nothing to verify is called ${entry.item}`,
        near: nearNames(entry.item, known),
      });
    else if (findings.has(entry.item))
      problems.push({ code: 'impossible', at, message: `${entry.item} is there twice` });
    else findings.set(entry.item, entry);
    if (entry.finding !== 'met' && entry.finding !== 'notMet')
      problems.push({ code: 'impossible', at, message: 'finding must be met or notMet' });
    if (typeof entry.rests !== 'string' || entry.rests.trim() === '')
      problems.push({
        code: 'unsourced',
        at,
        message: 'rests on nothing',
        right: 'a note, a reference or an attached file',
      });
  });
  const weights: Record<string, number> = {};
  for (const axis of axes) weights[axis.id] = 1;
  for (const [axis, weight] of Object.entries(asked.weights ?? {})) {
    if (!(axis in weights))
      problems.push({
        code: 'unknown-name',
        at: `weights.${axis}`,
        message: 'is no axis',
        near: nearNames(
          axis,
          axes.map((a) => a.id),
        ),
      });
    else if (!(weight >= 0 && weight <= 1000))
      problems.push({
        code: 'impossible',
        at: `weights.${axis}`,
        message: `cannot be ${weight}`,
        right: 'from 0 to 1000',
      });
    else weights[axis] = weight;
  }
  if (problems.length > 0) return { ok: false, problems };
  const cells = axes.flatMap((axis) =>
    controlWays.map((way): CellScore => {
      const items = axis[way].verify.map((_, i) => `${axis.id}.${way}.${i + 1}`);
      const found = items.map((item) => findings.get(item)).filter((entry) => entry !== undefined);
      const met = found.filter((entry) => entry.finding === 'met').length;
      return {
        axis: axis.id,
        way,
        score: found.length === 0 ? null : met / found.length,
        evidenced: found.length,
        of: items.length,
        toVerify: axis[way].verify.filter((_, i) => !findings.has(items[i] ?? '')),
      };
    }),
  );
  const scoreOf = (axis: string, way: ControlWay) =>
    cells.find((cell) => cell.axis === axis && cell.way === way)?.score ?? null;
  const compared = axes
    .map((axis) => axis.id)
    .filter((axis) => controlWays.every((way) => scoreOf(axis, way) !== null));
  const totals = (by: Record<string, number>) => rank(compared, by, scoreOf);
  return {
    ok: true,
    value: {
      cells,
      ranking: totals(weights),
      comparedAxes: compared,
      moves: compared.flatMap((axis) =>
        [0, 2 * (weights[axis] ?? 1), 1000].map((weight) => ({
          axis,
          weight,
          leads: totals({ ...weights, [axis]: weight })[0]?.way ?? 'onPremise',
        })),
      ),
      leadShare: leads(compared, totals, asked.seed ?? 1),
      notice:
        'Scores rest only on the evidence given; axes without evidence for all three ways are not compared. This informs and does not advise.',
    },
  };
}

function rank(
  compared: readonly string[],
  weights: Record<string, number>,
  scoreOf: (axis: string, way: ControlWay) => number | null,
): ControlAnswer['ranking'] {
  const sum = compared.reduce((total, axis) => total + (weights[axis] ?? 0), 0);
  return controlWays
    .map((way) => ({
      way,
      score:
        sum === 0
          ? null
          : compared.reduce((total, axis) => total + (weights[axis] ?? 0) * (scoreOf(axis, way) ?? 0), 0) /
            sum,
    }))
    .sort((a, b) => (b.score ?? -1) - (a.score ?? -1));
}

/** Weights drawn evenly from the simplex: 2,000 seeded draws. */
function leads(
  compared: readonly string[],
  totals: (weights: Record<string, number>) => ControlAnswer['ranking'],
  seed: number,
): Record<ControlWay, number> {
  const share: Record<ControlWay, number> = { onPremise: 0, hybrid: 0, api: 0 };
  if (compared.length === 0) return share;
  const random = seeded(seed);
  for (let i = 0; i < 2000; i++) {
    const weights = Object.fromEntries(compared.map((axis) => [axis, -Math.log(1 - random())]));
    const first = totals(weights)[0];
    if (first) share[first.way] += 1 / 2000;
  }
  return share;
}
