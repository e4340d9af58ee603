import { goneAfter, type HalfHolder, type HalfRecipients } from '@aboveboard/capture/line/half-recipients';
import { type Post, ServerClient, ServerFault } from '@aboveboard/capture/line/server-client';
import type { Setup } from '../store/setup.ts';
import type { RecorderHost } from './recorder-host.ts';

/**
 * Whom the halves of a key go to. The guardian's is what the representative said in the rules that this device proved;
 * only where a demonstration has no guardian is the server believed.
 */
export function halfRecipients(
  { rules }: RecorderHost,
  said: Pick<Setup, 'uploadRecipient' | 'guardianRecipient'> = rules.setup,
): HalfRecipients | null {
  const { uploadRecipient: vault, guardianRecipient } = said;
  const guardian = rules.setup.enrolment ? rules.halves : guardianRecipient;
  return vault && guardian ? { vault, guardian } : null;
}

/** As `halfRecipients`, of this moment: vault and guardian may have others than when this device was set up (UPL61). */
export async function recipientsNow(host: RecorderHost, post: Post): Promise<HalfRecipients> {
  // Without her token: nothing was announced yet, and who asks is nobody's to know.
  const to = halfRecipients(host, await new ServerClient(post, null).about());
  if (to) return to;
  throw new ServerFault(0, 'Nobody has said yet who keeps the other half of its key.');
}

/** Its envelopes are for somebody who is not there any more: they are made anew at the next attempt. */
export async function sealAnew(host: RecorderHost, id: string, whose: HalfHolder): Promise<void> {
  await host.shelf.change(id, (known) => {
    if (!known.release) return null;
    const { leaving, gone, upload: _upload, ...release } = known.release;
    return { ...known, release: { ...release, sent: 0, gone: goneAfter(whose, leaving?.to, gone) } };
  });
}
