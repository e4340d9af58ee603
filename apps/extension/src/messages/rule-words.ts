import { MASK_RULES } from '@aboveboard/redact/rules';

const REVIEW_RULES: Readonly<Record<string, string>> = {
  'review.element': 'An element that you masked.',
  'review.rectangle': 'A rectangle that you masked.',
};

/** A masking rule in plain words; one that this version has no words for is named as it is. */
export function ruleWords(rule: string): string {
  return MASK_RULES[rule] ?? REVIEW_RULES[rule] ?? rule;
}
