import { ServerFault } from './server-client.ts';

/** Whom the two halves of a released recording's key are sealed to (spec/upload.md, UPL60-UPL61). */
export type HalfRecipients = { vault: string; guardian: string };
export type HalfHolder = keyof HalfRecipients;

/** Recipients to which something was sealed that their holder could not open any more. */
export type GoneRecipients = Partial<HalfRecipients>;

const OTHER_RECIPIENT = 'UPL60';

/** Whose recipient is not in use any more, by the server's word; null: the error is about something else. */
export function whoseIsGone(error: unknown): HalfHolder | null {
  if (!(error instanceof ServerFault) || error.rule !== OTHER_RECIPIENT) return null;
  if (error.at === 'envelopes.vault') return 'vault';
  return error.at === 'envelopes.guardian' ? 'guardian' : null;
}

/** What is known to be gone after this refusal; `to`: whom the envelopes were sealed to. */
export function goneAfter(
  whose: HalfHolder,
  to: HalfRecipients | undefined,
  gone: GoneRecipients = {},
): GoneRecipients {
  return to ? { ...gone, [whose]: to[whose] } : gone;
}

/**
 * Throws ServerFault (0) while one of them is still said that is gone: whatever is sealed to it would be sent in vain, and
 * it is looked at again later.
 */
export function requireInUse(to: HalfRecipients, gone: GoneRecipients = {}): void {
  if (to.vault !== gone.vault && to.guardian !== gone.guardian) return;
  throw new ServerFault(0, 'It is not said yet whom the halves of its key go to from now on.');
}
