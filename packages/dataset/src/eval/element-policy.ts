import { BUCKETS, bucketOfNode, elementFeatures, overlap, wordsOf } from './element-features.ts';
import type { ElementTask, ElementView } from './element-step.ts';

/** A linear ranker of the things in an interface (EVA33), with what it was trained on. */
export type ElementPolicy = {
  format: 'aboveboard-element-policy';
  formatVersion: 1;
  release: string;
  level: string;
  seed: number;
  trained: { tasks: number; steps: number };
  /** Feature and weight, by feature. */
  weights: [number, number][];
  /** Kind of thing, by its feature, and how often it was acted on. */
  frequent: [number, number][];
};

/** Gives each node a score; the highest is what it would act on, and those that are equal share. */
export type Ranker = (view: ElementView) => readonly number[];

const PASSES = 5;
const RATE = 0.3;
/** Keeps the first steps of a feature from being as long as they like. */
const DAMPING = 1e-6;
const GRAIN = 1e6;

/**
 * Conditional logit over the nodes of each step (McFadden 1974), by stochastic gradients with rates of AdaGrad (Duchi, Hazan and
 * Singer 2011). Holds one task at a time: `read` is called anew in each pass. The same tasks, order and draws give the same policy.
 */
export async function trainElementPolicy(
  count: number,
  read: (index: number) => Promise<ElementTask>,
  random: () => number,
  onTask?: (done: number, of: number) => void,
): Promise<Pick<ElementPolicy, 'trained' | 'weights' | 'frequent'>> {
  const weights = new Float64Array(BUCKETS);
  const squares = new Float64Array(BUCKETS);
  const frequent = new Map<number, number>();
  let steps = 0;
  const order = Array.from({ length: count }, (_, i) => i);
  for (let pass = 0; pass < PASSES; pass++) {
    shuffle(order, random);
    for (const [done, index] of order.entries()) {
      const task = await read(index);
      for (const { view, truth } of task.steps) {
        learn(elementFeatures(view), truth, weights, squares);
        if (pass > 0) continue;
        steps++;
        const node = view.nodes[truth];
        if (node) frequent.set(bucketOfNode(node), (frequent.get(bucketOfNode(node)) ?? 0) + 1);
      }
      onTask?.(pass * count + done + 1, PASSES * count);
    }
  }
  const rounded = [...weights].map((weight, at): [number, number] => [
    at,
    Math.round(weight * GRAIN) / GRAIN,
  ]);
  return {
    trained: { tasks: count, steps },
    weights: rounded.filter(([, weight]) => weight !== 0),
    frequent: [...frequent].sort(([a], [b]) => a - b),
  };
}

export function policyRanker({ weights }: Pick<ElementPolicy, 'weights'>): Ranker {
  const dense = new Float64Array(BUCKETS);
  for (const [at, weight] of weights) dense[at] = weight;
  return (view) => elementFeatures(view).map((features) => scoreOf(features, dense));
}

/** What a policy has to beat (EVA34). */
export function plainRankers({
  frequent,
}: Pick<ElementPolicy, 'frequent'>): Record<'random' | 'frequent' | 'nearest', Ranker> {
  const times = new Map(frequent);
  return {
    random: ({ nodes }) => nodes.map(() => 0),
    frequent: ({ nodes }) => nodes.map((node) => times.get(bucketOfNode(node)) ?? 0),
    nearest: ({ nodes, instruction }) => {
      const said = wordsOf(instruction);
      return nodes.map(({ name }) => overlap(wordsOf(name), said));
    },
  };
}

function learn(
  features: readonly Uint16Array[],
  truth: number,
  weights: Float64Array,
  squares: Float64Array,
): void {
  const scores = features.map((of) => scoreOf(of, weights));
  const highest = scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const shares = scores.map((score) => Math.exp(score - highest));
  const total = shares.reduce((a, b) => a + b, 0);
  const slopes = new Map<number, number>();
  for (const [node, of] of features.entries()) {
    const slope = (shares[node] as number) / total - (node === truth ? 1 : 0);
    for (const at of of) slopes.set(at, (slopes.get(at) ?? 0) + slope);
  }
  for (const [at, slope] of slopes) {
    squares[at] = (squares[at] as number) + slope * slope;
    weights[at] = (weights[at] as number) - (RATE * slope) / Math.sqrt((squares[at] as number) + DAMPING);
  }
}

function scoreOf(features: Uint16Array, weights: Float64Array): number {
  let score = 0;
  for (const at of features) score += weights[at] as number;
  return score;
}

function shuffle(order: number[], random: () => number): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
}
