import { parseRequests } from '@aboveboard/protocol/relayed';
import { CELL_BYTES, makeCellOpener } from '@aboveboard/vault/cell';
import type { Installation } from './invisible-installations.ts';

/** What reached the server, as somebody at its cable sees it. */
export type SeenBatch = { at: number; bytes: Uint8Array };

/**
 * Tells who takes part from everything that an employer could have: the server's keys and traffic, and the
 * times and sizes on the cable of every device. Each way of telling gives every installation a score; what
 * comes out is how well the scores part those who take part from those who don't (area under the curve;
 * 0.5 is chance, 0 and 1 are certainty).
 */
export async function judge(given: {
  identity: string;
  batches: readonly SeenBatch[];
  installations: readonly Installation[];
  periodMilliseconds: number;
}): Promise<Record<string, number>> {
  const { identity, batches, installations, periodMilliseconds } = given;
  const open = makeCellOpener(identity);
  const opened = await Promise.all(
    batches.map(async ({ at, bytes }) => {
      const cells: boolean[] = [];
      for (let from = 0; from < bytes.length; from += CELL_BYTES) {
        const { content } = await open(bytes.subarray(from, from + CELL_BYTES));
        cells.push(parseRequests(content).some(({ path }) => path !== '/api/about'));
      }
      return { at, cells };
    }),
  );
  const periodOf = (time: number) => Math.floor(time / periodMilliseconds);
  const leaves = installations.map(({ seen }) => seen.filter(({ sent }) => sent > 0).map(({ at }) => at));

  /** The cell at the same place in its batch as the device's among those that left in that period. */
  const order = leaves.map(() => 0);
  /** The share of cells that speak in the batches that a device was in. */
  const company = leaves.map(() => 0);
  for (const batch of opened) {
    const period = periodOf(batch.at) - 1;
    const inOrder = leaves
      .map((times, index) => ({ index, at: times.find((time) => periodOf(time) === period) }))
      .filter((each): each is { index: number; at: number } => each.at !== undefined)
      .sort((a, b) => a.at - b.at);
    const share = batch.cells.filter(Boolean).length / batch.cells.length;
    inOrder.forEach(({ index }, rank) => {
      if (batch.cells[rank]) order[index] = (order[index] ?? 0) + 1;
      company[index] = (company[index] ?? 0) + share;
    });
  }
  const within = (time: number) => (time % periodMilliseconds) / periodMilliseconds;
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const scores: Record<string, number[]> = {
    order,
    company,
    'when it leaves': leaves.map((times) => -mean(times.map(within))),
    'when it collects': installations.map(({ seen }) =>
      mean(seen.filter(({ sent }) => sent === 0).map(({ at }) => within(at))),
    ),
    'how often': installations.map(({ seen }) => seen.length),
    'how much': installations.map(({ seen }) => seen.reduce((sum, { sent, came }) => sum + sent + came, 0)),
  };
  const takesPart = installations.map((one) => one.takesPart);
  return Object.fromEntries(
    Object.entries(scores).map(([name, score]) => [name, areaUnderCurve(score, takesPart)]),
  );
}

/** The chance that one who takes part scores above one who does not; equal scores count half. */
export function areaUnderCurve(score: readonly number[], takesPart: readonly boolean[]): number {
  const of = (wanted: boolean) => score.filter((_, index) => takesPart[index] === wanted);
  const [yes, no] = [of(true), of(false)];
  let wins = 0;
  for (const a of yes) for (const b of no) wins += a > b ? 1 : a === b ? 0.5 : 0;
  return wins / (yes.length * no.length);
}
