import type { AgreedDesktopApp } from '@aboveboard/consent/agreement';
import { type AgreementStanding, makeLocalVerifier } from '@aboveboard/consent/agreement-verifier';
import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import { demonstrationAgreement } from '@aboveboard/consent/demonstration';

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
 * it are demonstrations and can't be released (REC5). Rules that parties have signed are not followed here yet.
 */
export async function demonstrationStanding(
  apps: readonly AgreedDesktopApp[],
  given: { now: number; subtle: SubtleCrypto },
): Promise<AgreementStanding> {
  const { agreement, attachments } = await demonstrationAgreement({ origins: [], ...given });
  const document = canonicalBytes({ ...agreement, desktopApps: [...apps] });
  return makeLocalVerifier(given.subtle).verify({ document, attachments });
}
