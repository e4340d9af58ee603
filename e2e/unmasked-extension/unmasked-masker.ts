import { isSafeAttribute, isSafeCss, isScriptAddress } from '../../packages/protocol/src/state-safety.ts';
import { bareMasker } from '../../packages/redact/src/bare-masker.ts';
import type { DocumentMasker } from '../../packages/redact/src/structural-masker.ts';

/**
 * Stands in for @aboveboard/redact/structural-masker in the test build: every word stays. What the format
 * refuses in a style sheet is spelled so that it does nothing, and an address loses its host, and what
 * could run or load is left out: no state with those would get as far as the search.
 */
export function structuralMasker(): DocumentMasker {
  const harmless = (text: string) =>
    text
      .replaceAll(/(?:url|image-set|image-rect|image|src|expression)\(/gi, 'address(')
      .replaceAll(/@(?:import|namespace|document)|behavior\s*:|-moz-binding/gi, 'x-');
  const path = (address: string) => {
    const { pathname, search, hash } = new URL(address, 'http://127.0.0.1');
    return { value: pathname + search + hash, rule: undefined };
  };
  const css = (text: string) => {
    const value = harmless(text);
    return { value: isSafeCss(value) ? value : '', rule: undefined };
  };
  const attribute = (name: string, given: string, { tag }: { tag: string }) => {
    const value = name === 'style' ? css(given).value : given;
    // What is dropped anyway for other reasons is the serializer's to drop: the search has to see the rest.
    const asked = name.endsWith('href') || name === 'style' || isScriptAddress(value);
    return { value: asked && !isSafeAttribute(tag, name, value) ? null : value, rule: undefined };
  };
  return { ...bareMasker(), url: path, css, attribute };
}
