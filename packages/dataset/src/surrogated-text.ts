import type { ClosedText } from '@aboveboard/protocol/event';

/** Closed text with what a dataset shows in its place (MASK39). It is closed all the same: nobody could have known it. */
export type SurrogatedText = ClosedText & { surrogate: string };

export function surrogateOf(value: ClosedText): string | null {
  return 'surrogate' in value && typeof value.surrogate === 'string' ? value.surrogate : null;
}
