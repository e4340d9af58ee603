import type { MaskRule } from './masker.ts';
import type { DocumentMasker } from './structural-masker.ts';

/**
 * Masks nothing. Only for tests that show that a scan for planted secrets finds them all where there is no
 * mask: nothing that ships imports it.
 */
export function bareMasker(): DocumentMasker {
  const stays = <T>(value: T) => ({ value, rule: undefined as MaskRule | undefined });
  return {
    text: (text) => stays(text),
    attribute: (_name, value) => stays<string | null>(value),
    value: (value) => stays(value),
    url: (url) => stays(url),
    css: (text) => stays(text),
    tag: (name) => name,
    attributeName: (name) => name,
    selectedAttributes: new Set(),
  };
}
