import type { Agreement } from '@aboveboard/consent/agreement';
import { hexOf } from '../store/byte-text.ts';

type Named = readonly (readonly [name: string, content: Uint8Array])[];

/** The agreement's attachments among what is on this device, by content and not by name; and what is missing. */
export async function byDigest(
  agreement: Agreement,
  known: Named,
): Promise<{ here: Map<string, Uint8Array>; missing: Agreement['attachments'] }> {
  const contents = new Map<string, Uint8Array>();
  for (const [, content] of known) contents.set(await digestOf(content), content);
  const here = new Map<string, Uint8Array>();
  const missing: Agreement['attachments'] = [];
  for (const listed of agreement.attachments) {
    const content = contents.get(listed.digest);
    if (content) here.set(listed.name, content);
    else missing.push(listed);
  }
  return { here, missing };
}

export async function digestOf(content: Uint8Array): Promise<string> {
  return hexOf(new Uint8Array(await crypto.subtle.digest('SHA-256', content as Uint8Array<ArrayBuffer>)));
}
