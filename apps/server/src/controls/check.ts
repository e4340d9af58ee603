import { CONTROLS, type ControlName, type ShownControl } from '@aboveboard/protocol/controls';

/** What a check found. One that throws, or does not answer in time, could not be made (T14; CTL2). */
export type Outcome = { state: 'ok' | 'not-ok'; found: string; todo: string | null };
export type Checks = Readonly<Record<ControlName, Check>>;
export type Check = { agreed: string; check: () => Promise<Outcome> };

export const ok = (found: string): Outcome => ({ state: 'ok', found, todo: null });
export const notOk = (found: string, todo: string): Outcome => ({ state: 'not-ok', found, todo });

/** All at one time; never rejects. What is not as agreed stands first, else in the order of CONTROLS. */
export async function runChecks(
  checks: Checks,
  parts: {
    /** Milliseconds since the epoch. */
    now: () => number;
    patience: number;
    unchecked: { found: string; todo: string };
  },
): Promise<ShownControl[]> {
  const { now, patience, unchecked } = parts;
  const shown = await Promise.all(
    CONTROLS.map(async (name): Promise<ShownControl> => {
      const { agreed, check } = checks[name];
      const outcome = await inTime(check, patience).catch(() => null);
      const checkedAt = new Date(now()).toISOString();
      return outcome === null
        ? { name, state: 'unchecked', checkedAt, agreed, ...unchecked }
        : { name, checkedAt, agreed, ...outcome };
    }),
  );
  return shown.sort((a, b) => RANK[a.state] - RANK[b.state]);
}

const RANK = { 'not-ok': 0, unchecked: 1, ok: 2 } as const;

/** Rejects where `work` has not ended after so many milliseconds. */
export function inTime<T>(work: () => Promise<T>, patience: number): Promise<T> {
  const late = new Promise<never>((_, reject) => {
    AbortSignal.timeout(patience).addEventListener('abort', () => reject(new Error('no answer in time')));
  });
  return Promise.race([Promise.resolve().then(work), late]);
}
