import { Drawing } from '@aboveboard/redact/movement/drawing';
import { seedKey } from './seed-key.ts';

/** A share with its 95 % bounds. */
export type Share = { share: number; low: number; high: number };

/** What one session's tasks gave: `right` of `asked`. */
export type SessionScore = { person: number; session: number; right: number; asked: number };

const DRAWS = 2000;

/**
 * The share of tasks, every person counting alike and every session of hers, with bounds by drawing sessions anew within each
 * person: tasks of one session hang together, and counting them as independent would make bounds too narrow (RISK4).
 */
export function shareOf(scores: readonly SessionScore[], seed: number): Share {
  const people = new Map<number, number[]>();
  for (const { person, right, asked } of pooled(scores)) {
    if (asked === 0) continue;
    people.set(person, [...(people.get(person) ?? []), right / asked]);
  }
  const all = [...people.values()];
  if (all.length === 0) return { share: Number.NaN, low: Number.NaN, high: Number.NaN };
  const share = mean(all.map(mean));
  const draws = new Drawing(seedKey('interval', seed));
  const drawn = Array.from({ length: DRAWS }, () =>
    mean(all.map((own) => mean(own.map(() => own[draws.below(own.length)] as number)))),
  ).sort((a, b) => a - b);
  // Where all drawn are alike the number of sessions still bounds what can be known: Wilson's bounds, taken where wider.
  const sessions = all.reduce((sum, own) => sum + own.length, 0);
  const [low, high] = wilson(share, sessions);
  return {
    share,
    low: Math.min(drawn[Math.floor(DRAWS * 0.025)] as number, low),
    high: Math.max(drawn[Math.floor(DRAWS * 0.975)] as number, high),
  };
}

/** Bounds of a share of `n` independent trials. */
export function wilson(share: number, n: number): [low: number, high: number] {
  const z = 1.96;
  const centre = (share + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n))) / (1 + (z * z) / n);
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}

function pooled(scores: readonly SessionScore[]): SessionScore[] {
  const bySession = new Map<number, SessionScore>();
  for (const score of scores) {
    const there = bySession.get(score.session);
    if (there === undefined) bySession.set(score.session, { ...score });
    else {
      there.right += score.right;
      there.asked += score.asked;
    }
  }
  return [...bySession.values()];
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
