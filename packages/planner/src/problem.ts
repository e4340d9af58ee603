/**
 * One way to say what is wrong with a question that the planner cannot answer: all the problems at once, each
 * with where it is and, where it can be said, what would be right.
 */
export type ProblemCode =
  | 'unknown-name'
  | 'missing'
  | 'impossible'
  | 'not-divisible'
  | 'corrupt'
  | 'currency'
  | 'unsourced';

export type Problem = {
  code: ProblemCode;
  /** The field or place: `tp`, `gpu`, `tensor 12`, `costs.json row 4`. */
  at: string;
  message: string;
  /** Names that are near the one that was not found, best first. */
  near?: string[];
  /** Values that would be accepted. */
  right?: string;
};

export type Checked<T> = { ok: true; value: T } | { ok: false; problems: Problem[] };

/** Thrown where a caller asked for a value and not for a `Checked`. */
export class PlanError extends Error {
  override readonly name = 'PlanError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[], options?: ErrorOptions) {
    super(problems.map(sentence).join('; '), options);
    this.problems = problems;
  }
}

export function sentence(problem: Problem): string {
  const near = problem.near?.length ? ` (near: ${problem.near.join(', ')})` : '';
  const right = problem.right ? ` (right: ${problem.right})` : '';
  return `${problem.at}: ${problem.message}${near}${right}`;
}

export function orThrow<T>(checked: Checked<T>): T {
  if (checked.ok) return checked.value;
  throw new PlanError(checked.problems);
}
