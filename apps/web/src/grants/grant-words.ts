import { type Grant, grantDigest, parseGrant } from '@aboveboard/consent/grant-document';
import type { ShownGrant } from '@aboveboard/protocol/grants';
import { text } from './messages/en.ts';

/** A request as this page read it itself: what a party signs is the digest of these bytes, not the server's word. */
export type ReadGrant =
  | { shown: ShownGrant; grant: Grant; digest: string }
  | { shown: ShownGrant; grant: null };

export async function readGrant(shown: ShownGrant): Promise<ReadGrant> {
  const bytes = new TextEncoder().encode(shown.document);
  const parsed = parseGrant(bytes);
  const digest = await grantDigest(bytes, crypto.subtle);
  if (!parsed.ok || parsed.value.id !== shown.id || digest !== shown.digest) return { shown, grant: null };
  return { shown, grant: parsed.value, digest };
}

/** Every field of the document is said. */
export function grantWords(grant: Grant): string[] {
  return [
    text.purpose(grant.purpose),
    text.reading(grant.reading),
    sliceWords(grant.slice),
    text.until(new Date(grant.until * 1000).toISOString().slice(0, 10)),
    text.under(grant.agreement.version),
    text.asker(grant.asker),
  ];
}

function sliceWords(slice: Grant['slice']): string {
  if (slice.kind === 'recordings') return text.recordings(slice.recordings.length);
  const { from, to } = slice.weeks;
  if (slice.cards === null) return text.anyTask(from, to);
  const cards = slice.cards.map(({ id, version }) =>
    version === null ? text.anyVersion(id) : text.version(id, version),
  );
  return text.tasks(cards, from, to);
}

/** How it stands, in one or two sentences. */
export function standingWords(shown: ShownGrant): string[] {
  const words = [text.askedOn(shown.askedOn)];
  if (shown.approvedBy.length > 0) words.push(text.approvedBy(shown.approvedBy));
  if (shown.waitsFor.length > 0) words.push(text.waitsFor(shown.waitsFor, shown.answerBy));
  if (shown.end) words.push(text.ended(shown.end));
  return words;
}
