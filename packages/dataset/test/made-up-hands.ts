import type { PointerSession } from '@aboveboard/dataset/risk/attacked-task';
import { Drawing } from '@aboveboard/redact/movement/drawing';
import { DOWN, MOVE, PointerTrack, UP, WHEEL } from '@aboveboard/redact/movement/pointer-sample';

/** How a made-up person's hand goes (`scrolls`: how often she scrolls where she might click): which of these differ from one person to the next is what a test plants. */
export type Hand = {
  scrolls: number;
  holdMs: number;
  stepMs: number;
  left: number;
  words: readonly string[];
};

export const SAME: Hand = { scrolls: 0, holdMs: 90, stepMs: 16, left: 960, words: [] };

/** Sessions of clicks about the place that the hand keeps to, the same number for everybody. */
export function madeUpSessions(
  hands: readonly Hand[],
  { sessions = 4, clicks = 60, seed = 1 } = {},
): PointerSession[] {
  return hands.flatMap((hand, person) =>
    Array.from({ length: sessions }, (_, n) => {
      const draws = new Drawing(new Uint8Array(32).fill(seed * 97 + person * 13 + n + 1));
      return {
        person,
        session: person * sessions + n,
        track: trackOf(hand, clicks, draws),
        tokens: hand.words,
      };
    }),
  );
}

function trackOf(hand: Hand, clicks: number, draws: Drawing): PointerTrack {
  const track = new PointerTrack();
  let [t, x, y] = [0, 960, 540];
  for (let i = 0; i < clicks; i++) {
    t += draws.around(1500, 0.3);
    const to = { x: hand.left + 250 * draws.normal(), y: 540 + 150 * draws.normal() };
    const steps = 12 + draws.below(8);
    for (let s = 1; s <= steps; s++) {
      t += draws.around(hand.stepMs, 0.1);
      track.sample(t, x + ((to.x - x) * s) / steps, y + ((to.y - y) * s) / steps, MOVE);
    }
    [x, y] = [to.x, to.y];
    t += draws.around(120, 0.3);
    if (draws.unit() < hand.scrolls) {
      track.sample(t, x, y, WHEEL);
      continue;
    }
    track.sample(t, x, y, DOWN);
    t += draws.around(hand.holdMs, 0.1);
    track.sample(t, x, y, UP);
  }
  return track;
}
