import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lintSource } from '@secretlint/core';
import { creator } from '@secretlint/secretlint-rule-preset-recommend';
import { findPhoneNumbersInText } from 'libphonenumber-js';
import validator from 'validator';
import { maskPicture } from '../../apps/cli/src/picture-masking.ts';
import { ALL, SECRETS } from '../../packages/redact/src/detect/detectors.ts';
import { findSpans } from '../../packages/redact/src/detect/find-spans.ts';
import type { Span } from '../../packages/redact/src/detect/span.ts';
import { redactText } from '../../packages/redact/src/redacted-text.ts';
import { exampleOf, secretlintPatterns, seeded } from '../../packages/redact/test/secretlint-examples.ts';
import { type LabelledText, presidioRows, screenPictures, screenTexts } from './labelled-data.ts';

export type Share = { hits: number; of: number };

/** The kinds of presidio's labels that have a form, and what we call them. */
export const STRUCTURED_TYPES: Readonly<Record<string, string>> = {
  CREDIT_CARD: 'card',
  PHONE_NUMBER: 'phone',
  EMAIL_ADDRESS: 'email',
  DOMAIN_NAME: 'url',
  US_SSN: 'national-id',
  IP_ADDRESS: 'ip',
  IBAN_CODE: 'iban',
};
/** What has none: names, places, organisations, numbers that only their owner's country knows. */
export const OTHER_TYPES: Readonly<Record<string, string>> = {
  PERSON: 'person',
  STREET_ADDRESS: 'address',
  ORGANIZATION: 'organisation',
  US_DRIVER_LICENSE: 'number',
};

export type TypeScore = { type: string; kind: string; recall: Share; precision: Share };
type Found = Pick<Span, 'start' | 'end'> & { kind: string };

/** Found: every letter and digit of it is closed. Right: what was found is, at least in part, of that type. */
export function scorePresidio(
  types: Readonly<Record<string, string>>,
  find: (text: string) => Found[] = (text) => findSpans(text, ALL),
): TypeScore[] {
  const rows = presidioRows().map((row) => ({ row, found: find(row.text) }));
  return Object.entries(types).map(([type, kind]) => {
    const recall: Share = { hits: 0, of: 0 };
    const precision: Share = { hits: 0, of: 0 };
    for (const { row, found } of rows) {
      const labelled = row.spans.filter((span) => span.type === type);
      for (const span of labelled) {
        recall.of++;
        if (closes(row, found, span)) recall.hits++;
      }
      for (const span of found.filter((one) => one.kind === kind)) {
        precision.of++;
        if (labelled.some((one) => one.start < span.end && one.end > span.start)) precision.hits++;
      }
    }
    return { type, kind, recall, precision };
  });
}

function closes(
  { text }: LabelledText,
  found: readonly Found[],
  span: { start: number; end: number },
): boolean {
  for (let i = span.start; i < span.end; i++) {
    if (/[\p{L}\p{N}]/u.test(text[i] as string) && !found.some((one) => one.start <= i && one.end > i))
      return false;
  }
  return true;
}

/** Patterns of well-kept libraries: validator's tests of single words, libphonenumber's search of text. */
export function libraryPatterns(text: string): Found[] {
  const found: Found[] = [];
  for (const word of text.matchAll(/[^\s,;()<>"]+/g)) {
    const plain = word[0].replace(/[.?!:]+$/, '');
    const kind = validator.isEmail(plain)
      ? 'email'
      : validator.isIP(plain)
        ? 'ip'
        : validator.isIBAN(plain)
          ? 'iban'
          : validator.isCreditCard(plain)
            ? 'card'
            : validator.isURL(plain, { require_protocol: true })
              ? 'url'
              : /^\d{3}-\d{2}-\d{4}$/.test(plain)
                ? 'national-id'
                : null;
    if (kind !== null) found.push({ start: word.index, end: word.index + plain.length, kind });
  }
  for (const { startsAt, endsAt } of findPhoneNumbersInText(text, 'US'))
    found.push({ start: startsAt, end: endsAt, kind: 'phone' });
  return found;
}

export function total(scores: readonly TypeScore[], which: 'recall' | 'precision'): Share {
  return {
    hits: scores.reduce((sum, score) => sum + score[which].hits, 0),
    of: scores.reduce((sum, score) => sum + score[which].of, 0),
  };
}

export type ScreenScore = { zeroLeak: Share; overMask: Share; leaked: string[] };

/** A text leaks if one character of one labelled piece stays. A text with nothing in it is over-masked if any is closed. */
export function scoreScreenText(role?: string): ScreenScore {
  const score: ScreenScore = { zeroLeak: { hits: 0, of: 0 }, overMask: { hits: 0, of: 0 }, leaked: [] };
  for (const { id, window, pii } of screenTexts()) {
    const { spans } = redactText(window, role === undefined ? {} : { role });
    if (pii.length === 0) {
      score.overMask.of++;
      if (spans.length > 0) score.overMask.hits++;
      continue;
    }
    score.zeroLeak.of++;
    const row = { text: window, spans: [] };
    const shut = pii.every(({ text }) => {
      const start = window.indexOf(text);
      return closes(row, spans, { start, end: start + text.length });
    });
    if (shut) score.zeroLeak.hits++;
    else score.leaked.push(id);
  }
  return score;
}

/** Pictures without a tree: what is written is one colour. Slow: each is decoded, filled, encoded, decoded. */
export async function scoreScreenPictures(): Promise<Share> {
  const folder = mkdtempSync(join(tmpdir(), 'aboveboard-pictures-'));
  const share: Share = { hits: 0, of: 0 };
  try {
    for (const { file, boxes } of screenPictures()) {
      if (boxes === 0) continue;
      share.of++;
      const { openShare } = await maskPicture(file, { out: join(folder, 'masked.png') });
      if (openShare === 0) share.hits++;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return share;
}

export type SecretScore = { rules: number; ours: Share; theirs: Share; oursFalse: Share; theirsFalse: Share };

const EXAMPLES = 25;

/**
 * True examples: strings made from the patterns of the secretlint preset's rules by a seeded walk. False ones: the same with
 * the runs of characters taken out, as documentation names a prefix. Beside: secretlint itself.
 */
export async function scoreSecrets(): Promise<SecretScore> {
  const random = seeded(5);
  const score: SecretScore = {
    rules: 0,
    ours: { hits: 0, of: 0 },
    theirs: { hits: 0, of: 0 },
    oursFalse: { hits: 0, of: 0 },
    theirsFalse: { hits: 0, of: 0 },
  };
  const patterns = await secretlintPatterns();
  score.rules = new Set(patterns.map(({ rule }) => rule)).size;
  for (const { pattern } of patterns) {
    const plain = new RegExp(pattern.source, pattern.flags.replace('g', ''));
    for (let i = 0; i < EXAMPLES; i++) {
      const secret = exampleOf(pattern, random);
      if (!plain.test(secret)) continue;
      const text = `use ${secret} here`;
      const half = 4 + secret.length / 2;
      score.ours.of++;
      score.theirs.of++;
      if (findSpans(text, SECRETS).some((span) => span.end > half)) score.ours.hits++;
      if (await secretlintFinds(text)) score.theirs.hits++;
    }
    for (let i = 0; i < 3; i++) {
      const text = `keys begin with ${exampleOf(pattern, random).slice(0, 4 + i)} and go on`;
      if (plain.test(text)) continue;
      score.oursFalse.of++;
      score.theirsFalse.of++;
      if (findSpans(text, SECRETS).length > 0) score.oursFalse.hits++;
      if (await secretlintFinds(text)) score.theirsFalse.hits++;
    }
  }
  return score;
}

async function secretlintFinds(text: string): Promise<boolean> {
  const { messages } = await lintSource({
    source: { filePath: '/a.txt', content: text, contentType: 'text', ext: '.txt' },
    options: { config: { rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator }] } },
  });
  return messages.length > 0;
}

/** Wilson's interval of 95 %. */
export function interval({ hits, of }: Share): [number, number] {
  if (of === 0) return [0, 1];
  const z = 1.96;
  const share = hits / of;
  const middle = share + (z * z) / (2 * of);
  const spread = z * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of));
  const scale = 1 + (z * z) / of;
  return [Math.max(0, (middle - spread) / scale), Math.min(1, (middle + spread) / scale)];
}
