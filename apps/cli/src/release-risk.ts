import type { ReleaseAsk } from '@aboveboard/dataset/release/release-plan';
import { measuredInputs } from '@aboveboard/dataset/release/risk-refusals';
import type { PointerSession } from '@aboveboard/dataset/risk/attacked-task';
import { measuredRecording } from '@aboveboard/dataset/risk/measured-recording';
import type { RiskEffort } from '@aboveboard/dataset/risk/risk-job';
import type { RiskReport } from '@aboveboard/dataset/risk/risk-report';
import type { Installation } from '@aboveboard/server/installation';
import { makeRulesLog } from '@aboveboard/server/logs/rules-log';
import { CommandFailure } from './command.ts';
import { planFrom, type ReleaseSources } from './release-making.ts';
import { measureSessions } from './risk-measurement.ts';

/** Fewer recordings of somebody's, and whole ones can't be held out and compared. */
const LEAST_RECORDINGS = 4;

/**
 * The risk of what a plan would release: of its very recordings, brought to `release` (RISK11). Who has too few of them is not asked
 * about, which leaves fewer people to be taken for one another.
 */
export async function measureRelease(
  sources: ReleaseSources,
  options: {
    ask: ReleaseAsk;
    /** 32 bytes of no consequence: nothing of the plan but which recordings it has is used. */
    secret: Uint8Array;
    effort: RiskEffort;
    seed: number;
    threads: number;
    progress: (line: string) => void;
  },
): Promise<RiskReport> {
  const { ask, secret, progress } = options;
  const { plan } = await planFrom(sources, secret, ask, progress);
  const refused = plan.refusals.map(({ rule, message }) => `${rule}: ${message}`);
  if (refused.length > 0) throw new CommandFailure(`There will be no release:\n${refused.join('\n')}`);
  const people = new Map<string, Set<string>>();
  const wholes = new Set(plan.tasks.flatMap(({ recording, part }) => (part === null ? recording : [])));
  for (const { person, recording } of plan.tasks)
    people.set(person, (people.get(person) ?? new Set()).add(recording));
  const asked = [...people.values()].filter((of) => of.size >= LEAST_RECORDINGS);
  if (asked.length < 2)
    throw new CommandFailure(
      `The risk can’t be measured: it takes two people with ${LEAST_RECORDINGS} recordings each.`,
    );
  const sessions: PointerSession[] = [];
  for (const [person, recordings] of asked.entries()) {
    for (const recording of recordings) {
      progress(`recording ${sessions.length + 1}`);
      const measured = await measuredRecording(await sources.open(recording));
      sessions.push({ person, session: sessions.length, ...measured, whole: wholes.has(recording) });
    }
  }
  const report = await measureSessions(sessions, {
    ...options,
    level: 'release',
    progress: (done, of) => progress(`question ${done} of ${of}`),
  });
  return { ...report, inputs: await measuredInputs(plan, crypto.subtle) };
}

/** By digest of every agreement that the parties adopted here: the share of sessions that may be traced (AGR26). */
export async function agreedShares({ inner }: Pick<Installation, 'inner'>): Promise<Map<string, number>> {
  const state = await makeRulesLog(inner.logs.rules).state();
  return new Map(
    (state?.versions ?? []).map(({ digest, agreement }) => [digest, agreement.identifiedPercent / 100]),
  );
}
