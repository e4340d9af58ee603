import { measuredInputs } from '@aboveboard/dataset/release/risk-refusals';
import { planFrom, type ReleaseSources } from '../../apps/cli/src/release-making.ts';
import { quietRisk } from '../../apps/cli/test/made-up-recordings.ts';
import { openTask, personOf, taskIds } from './made-up-tasks.ts';

/** Sealed tasks of a folder as a build opens them once it has their keys. */
export function sourcesIn(folder: string): ReleaseSources {
  return { ids: taskIds(folder), open: (id) => openTask(folder, id), person: personOf };
}

export const ask = { level: 'release' as const };
export const head = {
  name: 'bench',
  version: 1,
  purpose: 'model-training',
  software: { name: 'aboveboard', version: '0.1.0' },
};
/** Drawn when a release is planned; here it is always the same, so that its bytes can be compared. */
export const releaseSecret = () => new Uint8Array(32).fill(7);

/** What a release asks for before it is built; measuring it is `npm run bench deidentify`. Only its plan is made here. */
export async function riskOf(sources: ReleaseSources) {
  const { plan } = await planFrom(sources, releaseSecret(), ask, () => undefined);
  const report = { ...quietRisk(), inputs: await measuredInputs(plan, crypto.subtle) };
  return {
    report,
    digest: 'b'.repeat(64),
    threshold: { naming: 0.3, linking: 0.7 },
    agreed: new Map([['a'.repeat(64), 0.35]]),
  };
}
