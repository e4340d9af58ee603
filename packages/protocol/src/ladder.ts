import type { Checked } from './fault.ts';

/**
 * The version ladder of manifests (REC3): an older one climbs through frozen steps, a newer one is refused
 * by name. A step, once released, is never edited; a new version adds one. There is one version so far.
 */
export const MANIFEST_VERSION = 1;

/** STEPS[n] turns version n into n + 1. Its input has passed no check but the version. */
export type Step = (older: Record<string, unknown>) => Record<string, unknown>;
const STEPS: Readonly<Record<number, Step>> = {};

/** Gives a value whose `version` is the present one; whether it is a manifest is manifest-check's to say. */
export function upgradeManifest(value: unknown): Checked<unknown> {
  return climb(value, STEPS, MANIFEST_VERSION);
}

/** For the ladder's own test; elsewhere upgradeManifest. */
export function climb(
  value: unknown,
  steps: Readonly<Record<number, Step>>,
  present: number,
): Checked<unknown> {
  const refused = (message: string): Checked<unknown> => ({
    ok: false,
    faults: [{ rule: 'REC3', at: 'manifest.version', message }],
  });
  if (typeof value !== 'object' || value === null || !('version' in value)) return refused('is missing');
  let rung = value as Record<string, unknown>;
  const version = rung['version'];
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1)
    return refused('is not a version');
  if (version > present) return refused(`is ${version}, newer than ${present}, which is what is known here`);
  for (let at = version; at < present; at += 1) {
    const step = steps[at];
    if (!step) return refused(`is ${version}, from which no step leads on`);
    rung = { ...step(rung), version: at + 1 };
  }
  return { ok: true, value: rung };
}
