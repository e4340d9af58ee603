import { text } from './messages/en.ts';
import type { Working } from './working.tsx';

/** What no measured row stands behind is said before anything else. */
export function uncheckedOr(
  basis: NonNullable<Working['basis']>,
  unchecked: readonly string[] = [],
): NonNullable<Working['basis']> {
  if (unchecked.length === 0) return basis;
  return {
    word: `${basis.word}, ${text.basis.unchecked.word}`,
    says: text.basis.unchecked.says(unchecked.join('; ')),
  };
}
