import type { AgreedDesktopApp } from '@aboveboard/consent/agreement';
import { type AgreementStanding, makeLocalVerifier } from '@aboveboard/consent/agreement-verifier';
import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import { demonstrationAgreement } from '@aboveboard/consent/demonstration';
import { makeLocalGate } from '@aboveboard/consent/local-gate';
import type { RulesDesk } from './rules-desk.ts';

/** `--app` of the command: `Editor=/usr/bin/mousepad:Mousepad`. Null: not one. */
export function parseApp(text: string): AgreedDesktopApp | null {
  const [, name, executable, windowClass] =
    /^([^=]{1,100})=(\/[^\s:]{1,199}):([^\s:]{1,100})$/.exec(text) ?? [];
  if (!name || !executable || !windowClass) return null;
  const id = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  if (id === '') return null;
  return {
    id,
    name,
    executable,
    windowClass,
    signals: ['pointer', 'keys', 'states', 'frames'],
    modes: ['task'],
  };
}

/**
 * The agreement of a demonstration with these applications: made-up parties and no signatures, marked so. Recordings under
 * it are demonstrations and can't be released (REC5).
 */
export async function demonstrationDesk(
  apps: readonly AgreedDesktopApp[],
  given: { now: () => number; subtle: SubtleCrypto },
): Promise<RulesDesk> {
  const standing = await standingOf(apps, { now: given.now(), subtle: given.subtle });
  return {
    recordingClass: 'demonstration',
    current: standing.ok ? { agreement: standing.agreement, digest: standing.digest } : null,
    gate: (own) =>
      makeLocalGate(() => {
        const { consents, usage } = own();
        const consent = consents.findLast(({ withdrawnAt }) => withdrawnAt === null) ?? null;
        return {
          on: consent !== null,
          installation: 'demonstration',
          agreement: standing,
          consent,
          verifiedAt: given.now(),
          usage,
        };
      }),
    onChange: () => undefined,
    way: () => null,
    acted: () => undefined,
    view: async () => ({
      sentences: ['A demonstration: made-up parties, no signatures. Nothing of it can be released.'],
      asksForCode: false,
      eraseCode: null,
    }),
    giveCode: async () => 'A demonstration takes no code.',
    eraseCodeKept: async () => undefined,
    close: async () => undefined,
  };
}

async function standingOf(
  apps: readonly AgreedDesktopApp[],
  given: { now: number; subtle: SubtleCrypto },
): Promise<AgreementStanding> {
  const { agreement, attachments } = await demonstrationAgreement({ origins: [], ...given });
  const document = canonicalBytes({ ...agreement, desktopApps: [...apps] });
  return makeLocalVerifier(given.subtle).verify({ document, attachments });
}
