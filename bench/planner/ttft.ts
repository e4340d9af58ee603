import { mean, median } from './csv.ts';
import { familiesOf, type LeftOut, type Measured } from './speed.ts';
import { type TtftForm, ttftForms } from './ttft-forms.ts';

const off = (planned: number, measured: number) => Math.abs(planned / measured - 1);

export type FormScore = { form: TtftForm; median: number; mean: number; chosenFor: string[] };
export type NestedTtft = { forms: FormScore[]; median: number; mean: number };

/**
 * Which form is chosen without looking at the score: for each family, the form whose median error is least when each
 * of the other families is left out of the others in turn. The family is then planned in the form so chosen.
 */
export function nestedTtft(rows: readonly Measured[]): NestedTtft {
  const families = familiesOf(rows);
  const of = new Map(families.map((family) => [family, rows.filter((row) => row.query.family === family)]));
  const without = (...left: string[]) => rows.filter((row) => !left.includes(row.query.family));
  const errors = (form: TtftForm, train: readonly Measured[], scored: string) => {
    const plan = form.fit(train);
    return (of.get(scored) ?? []).map((row) => off(plan(row), row.ttft));
  };
  // A pair is left out once and scores both of its families.
  const inner = new Map<string, number[]>();
  families.forEach((a, i) => {
    for (const b of families.slice(i + 1)) {
      const train = without(a, b);
      for (const form of ttftForms) {
        inner.set(`${form.name}|${a}|${b}`, errors(form, train, b));
        inner.set(`${form.name}|${b}|${a}`, errors(form, train, a));
      }
    }
  });
  const forms = ttftForms.map((form) => ({ form, errors: [] as number[], chosenFor: [] as string[] }));
  const nested: number[] = [];
  for (const family of families) {
    const train = without(family);
    const scores = forms.map((entry) => {
      const others = families.filter((other) => other !== family);
      const seen = others.flatMap((other) => inner.get(`${entry.form.name}|${family}|${other}`) ?? []);
      const own = errors(entry.form, train, family);
      entry.errors.push(...own);
      return { entry, own, inner: median(seen) };
    });
    const best = scores.reduce((a, b) => (b.inner < a.inner ? b : a));
    best.entry.chosenFor.push(family);
    nested.push(...best.own);
  }
  return {
    forms: forms.map(({ form, errors: all, chosenFor }) => ({
      form,
      median: median(all),
      mean: mean(all),
      chosenFor,
    })),
    median: median(nested),
    mean: mean(nested),
  };
}

export type FloorRow = { what: string; n: number; median: number; mean: number };

/**
 * What no form can plan, from the rows themselves. Each figure is of the same error as the target's. The first are
 * of the measurement; the oracles give the plan what it may not have: the median offset of the scored rows.
 */
export function ttftFloor(left: readonly LeftOut[]): FloorRow[] {
  const scored = (what: string, errors: readonly number[]): FloorRow => ({
    what,
    n: errors.length,
    median: median(errors),
    mean: mean(errors),
  });
  const oracle = (what: string, key: (l: LeftOut) => string) => {
    const groups = [...Map.groupBy(left, key).values()];
    const errors = groups.flatMap((group) => {
      const offset = Math.exp(median(group.map((l) => Math.log(l.row.ttft / l.ttft))));
      return group.map((l) => off(l.ttft * offset, l.row.ttft));
    });
    return scored(
      `plan, times the scored rows' own median offset of each ${what} (${groups.length})`,
      errors,
    );
  };
  const q = (l: LeftOut) => l.row.query;
  const family = (l: LeftOut) => q(l).family;
  const engine = (l: LeftOut) => `${family(l)}|${q(l).backend}`;
  const gpu = (l: LeftOut) => `${engine(l)}|${q(l).gpu.name}`;
  const build = (l: LeftOut) => `${gpu(l)}|${q(l).version}|${q(l).quant.name}`;
  return [
    scored('one run beside another of the same inputs (more than 0.2 % apart)', repeats(left)),
    scored('a point between its two neighbours in concurrency, of its own curve', neighbours(left)),
    scored(
      'the plan, family left out',
      left.map((l) => off(l.ttft, l.row.ttft)),
    ),
    oracle('family', family),
    oracle('family and engine', engine),
    oracle('family, engine and GPU', gpu),
    oracle('family, engine, GPU, build and precision', build),
  ];
}

/** Share of steps up in concurrency at which the measured time falls by more than 2 %. */
export function fallingShare(left: readonly LeftOut[]): number {
  const steps = curves(left).flatMap((points) =>
    points.slice(1).map((point, i) => (point.row.ttft < (points[i]?.row.ttft ?? 0) * 0.98 ? 1 : 0)),
  );
  return mean(steps);
}

/** Points of one source and configuration by concurrency, each concurrency once. */
function curves(left: readonly LeftOut[]): LeftOut[][] {
  return [...Map.groupBy(left, (l) => `${l.row.source.split(';')[0]}|${inputs(l)}`).values()].map((points) =>
    points
      .sort((a, b) => a.row.query.concurrency - b.row.query.concurrency)
      .filter((p, i, all) => p.row.query.concurrency !== all[i - 1]?.row.query.concurrency),
  );
}

const inputs = ({ row: { query: q } }: LeftOut) =>
  [q.model, q.gpu.name, q.backend, q.version, q.quant.name, q.isl, q.osl, q.gpus]
    .concat([q.layout.attentionDp, q.layout.expertEp])
    .join('|');

function repeats(left: readonly LeftOut[]): number[] {
  const groups = Map.groupBy(left, (l) => `${inputs(l)}|${l.row.query.concurrency}`);
  return [...groups.values()].flatMap((group) =>
    group.flatMap((a, i) =>
      group.slice(i + 1).flatMap((b) => {
        const apart = [off(a.row.ttft, b.row.ttft), off(b.row.ttft, a.row.ttft)];
        return Math.max(...apart) > 0.002 ? apart : [];
      }),
    ),
  );
}

function neighbours(left: readonly LeftOut[]): number[] {
  return curves(left).flatMap((points) =>
    points.slice(1, -1).map((point, i) => {
      const [a, b] = [points[i] as LeftOut, points[i + 2] as LeftOut];
      const at = (l: LeftOut) => Math.log(l.row.query.concurrency);
      const share = (at(point) - at(a)) / (at(b) - at(a));
      const planned = Math.exp((1 - share) * Math.log(a.row.ttft) + share * Math.log(b.row.ttft));
      return off(planned, point.row.ttft);
    }),
  );
}
