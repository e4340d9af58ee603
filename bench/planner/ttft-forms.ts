import { backends, tpotColumns, ttftColumns, ttftShape, weigh } from '@aboveboard/planner/speed/columns';
import { familyWeights, fitColumns, fitSpeed, type SpeedRow } from '@aboveboard/planner/speed/fit';
import { median } from './csv.ts';

/**
 * Forms that the time to the first token was tried in. Each is made from rows and plans a row, in ms; none has seen
 * the family that it is scored on. All of them were thought of with the table at hand.
 */
export type TtftForm = { name: string; fit: (rows: readonly SpeedRow[]) => (row: SpeedRow) => number };

type Columns = (row: SpeedRow, tpot: number) => number[];

/** A sum of times with non-negative coefficients, as the shipped form is. */
const sum = (columns: Columns, prior: readonly number[]): TtftForm['fit'] => {
  return (rows) => {
    const tpot = tpotOf(rows);
    const of = (row: SpeedRow) => columns(row, tpot(row));
    const coefficients = fitColumns({
      columns: rows.map(of),
      measured: rows.map((row) => row.ttft),
      prior,
      importance: familyWeights(rows),
      ridge: 1,
      floor: 0.1,
      asymmetry: 1,
    });
    return (row) => weigh(of(row), coefficients);
  };
};

/** A product of powers: linear in logarithms, least absolute deviation, every family alike. */
const product = (columns: Columns, ridge: number): TtftForm['fit'] => {
  return (rows) => {
    const tpot = tpotOf(rows);
    const of = (row: SpeedRow) => columns(row, tpot(row));
    const powers = absoluteDeviation(
      rows.map(of),
      rows.map((row) => Math.log(row.ttft)),
      familyWeights(rows),
      ridge,
    );
    return (row) => Math.exp(weigh(of(row), powers));
  };
};

const mean = (a: TtftForm['fit'], b: TtftForm['fit']): TtftForm['fit'] => {
  return (rows) => {
    const [left, right] = [a(rows), b(rows)];
    return (row) => Math.sqrt(left(row) * right(row));
  };
};

/** A factor of each engine's version, from the residuals of other families; half of it, and none with few rows. */
const byVersion = (form: TtftForm['fit']): TtftForm['fit'] => {
  return (rows) => {
    const plan = form(rows);
    const version = (row: SpeedRow) => `${row.query.backend} ${row.query.version}`;
    const off = Map.groupBy(rows, version);
    const factors = new Map(
      [...off].map(([name, own]) => {
        const middle = median(own.map((row) => Math.log(row.ttft / plan(row))));
        return [name, Math.exp((middle * own.length) / (own.length + 20))] as const;
      }),
    );
    return (row) => plan(row) * (factors.get(version(row)) ?? 1);
  };
};

function tpotOf(rows: readonly SpeedRow[]): (row: SpeedRow) => number {
  const fit = fitted.get(rows) ?? fitSpeed(rows).tpot;
  fitted.set(rows, fit);
  return (row) => weigh(tpotColumns(row.terms, row.query), fit);
}
/** One fit of the other time for all forms on the same rows. */
const fitted = new WeakMap<readonly SpeedRow[], number[]>();

const own = ({ terms: t, query }: SpeedRow) => {
  const pass = 1.2 * Math.max(1, query.isl / 8192) * t.pass;
  return 1.6 * t.prefill * (t.moe ? 2.5 : 1) + 1.5 * t.prefillAttention + 1.3 * t.prefillComm + pass;
};
const waiting = ({ terms, query }: SpeedRow, tpot: number) =>
  Math.max(0, query.concurrency / terms.admitted - 1) * query.osl * tpot * 0.5;
const engines = (row: SpeedRow, values: readonly number[]) =>
  backends.flatMap((name) => values.map((value) => (row.query.backend === name ? value : 0)));
const repeated = (values: readonly number[]) => backends.flatMap(() => values);
const chunksOf = ({ query }: SpeedRow) => Math.max(1, query.isl / 2048);

const shipped = sum(
  (row, tpot) => ttftColumns(row.terms, row.query, tpot),
  ttftShape.map((column) => column.prior),
);
const chunked = sum(
  (row, tpot) => {
    const [root, chunks, first] = [Math.sqrt(row.terms.admitted), chunksOf(row), own(row)];
    const { kernels, admitted } = row.terms;
    const steps = [kernels, tpot, tpot * chunks, first, admitted * first, root * first];
    return [
      1,
      ...engines(row, [...steps, root * tpot * chunks, root * kernels, chunks * kernels]),
      waiting(row, tpot),
    ];
  },
  [20, ...repeated([0.04, 1, 1, 1, 0.05, 0.2, 0.15, 0.003, 0.03]), 0.5],
);
const queued = sum(
  (row, tpot) => {
    const [root, first] = [Math.sqrt(row.terms.admitted), own(row)];
    const { kernels, admitted } = row.terms;
    const busy = Math.min(0.9, (admitted * first) / (row.query.osl * tpot));
    const queue = (busy / (1 - busy)) * first;
    const steps = [kernels, tpot, first, queue, root * first, admitted * first, root * tpot, root * kernels];
    return [1, ...engines(row, steps), waiting(row, tpot)];
  },
  [20, ...repeated([0.06, 1, 1, 0.3, 0.1, 0.03, 0.15, 0.003]), 0.5],
);
const logs = ({ terms, query }: SpeedRow, tpot: number) => ({
  first: Math.log(own({ terms, query } as SpeedRow)),
  step: Math.log(tpot),
  kernels: Math.log(terms.kernels),
  at: Math.log(query.concurrency),
});
const few = product((row, tpot) => {
  const { first, step, at } = logs(row, tpot);
  return [...engines(row, [1, at]), first, step];
}, 0.001);
const many = product((row, tpot) => {
  const { first, step, kernels, at } = logs(row, tpot);
  const { isl, osl, gpus } = row.query;
  return [
    ...engines(row, [1, first, step, kernels, at]),
    Math.log(osl / 1024),
    Math.log(isl / 2048),
    Math.log(gpus),
  ];
}, 0.03);

export const ttftForms: readonly TtftForm[] = [
  { name: 'sum of terms for each engine (shipped)', fit: shipped },
  { name: 'the same, prefill in chunks between decode steps', fit: chunked },
  { name: 'the same, prompts queue for one prefill (M/M/1)', fit: queued },
  { name: 'the same, with a factor for each engine version', fit: byVersion(shipped) },
  { name: 'product of powers, four terms', fit: few },
  { name: 'product of powers, eight terms, by engine', fit: many },
  { name: 'geometric mean of the shipped and the eight', fit: mean(shipped, many) },
];

/** Weighted least absolute deviation with a ridge towards zero, by re-weighted normal equations. */
function absoluteDeviation(
  columns: readonly number[][],
  targets: readonly number[],
  importance: readonly number[],
  ridge: number,
): number[] {
  const size = columns[0]?.length ?? 0;
  let solution = new Array<number>(size).fill(0);
  let robust = targets.map(() => 1);
  for (let pass = 0; pass < 20; pass++) {
    const matrix = Array.from({ length: size }, (_, a) =>
      Array.from({ length: size + 1 }, (_, b) => (a === b ? ridge * targets.length : 0)),
    );
    columns.forEach((row, i) => {
      const weight = (robust[i] ?? 1) * (importance[i] ?? 1);
      for (let a = 0; a < size; a++) {
        const line = matrix[a] as number[];
        const left = weight * (row[a] ?? 0);
        if (left === 0) continue;
        for (let b = 0; b < size; b++) line[b] = (line[b] ?? 0) + left * (row[b] ?? 0);
        line[size] = (line[size] ?? 0) + left * (targets[i] ?? 0);
      }
    });
    solution = solve(matrix);
    const off = targets.map(
      (target, i) => 1 / Math.max(0.08, Math.abs(target - weigh(columns[i] ?? [], solution))),
    );
    const middle = off.reduce((a, b) => a + b, 0) / off.length;
    robust = off.map((value) => value / middle);
  }
  return solution;
}

/** Gauss with pivots; the last column is the right side. */
function solve(matrix: number[][]): number[] {
  const size = matrix.length;
  for (let a = 0; a < size; a++) {
    let pivot = a;
    for (let r = a + 1; r < size; r++)
      if (Math.abs(matrix[r]?.[a] ?? 0) > Math.abs(matrix[pivot]?.[a] ?? 0)) pivot = r;
    [matrix[a], matrix[pivot]] = [matrix[pivot] as number[], matrix[a] as number[]];
    const line = matrix[a] as number[];
    for (let r = 0; r < size; r++) {
      if (r === a) continue;
      const other = matrix[r] as number[];
      const factor = (other[a] ?? 0) / (line[a] ?? 1);
      for (let c = a; c <= size; c++) other[c] = (other[c] ?? 0) - factor * (line[c] ?? 0);
    }
  }
  return matrix.map((line, a) => (line[size] ?? 0) / (line[a] ?? 1));
}
