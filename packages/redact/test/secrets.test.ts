import { describe, expect, it } from 'vitest';
import { ALL, SECRETS } from '../src/detect/detectors.ts';
import { findSpans } from '../src/detect/find-spans.ts';
import { secretMatcher } from '../src/detect/secret-shape.ts';
import { SECRET_SHAPES } from '../src/detect/secret-table.ts';
import { exampleOf, secretlintPatterns, seeded } from './secretlint-examples.ts';

/** Is all of `secret` closed where it stands in `text`? */
function closed(text: string, secret: string): boolean {
  const start = text.indexOf(secret);
  return findSpans(text, SECRETS).some((span) => span.start <= start && span.end >= start + secret.length);
}

describe('secrets', () => {
  it('[MASK25] what the secretlint packages look for, we find: examples made from their patterns', async () => {
    const patterns = await secretlintPatterns();
    expect(patterns.length).toBeGreaterThan(30);
    const random = seeded(20261122);
    const missed = new Map<string, string>();
    let examples = 0;
    for (const { rule, pattern } of patterns) {
      for (let i = 0; i < 20; i++) {
        const secret = exampleOf(pattern, random);
        if (!new RegExp(pattern.source, pattern.flags.replace('g', '')).test(secret)) continue;
        examples++;
        if (!partly(secret)) missed.set(rule, `${missed.get(rule) ?? ''} ${secret.slice(0, 60)}`);
      }
    }
    expect(examples).toBeGreaterThan(500);
    expect([...missed]).toEqual([]);
  });

  /** Addresses and assignments have a part that is no secret: the last eight characters are one in all of these. */
  function partly(secret: string): boolean {
    const text = `use ${secret} here`;
    return findSpans(text, ALL).some((span) => span.end > 4 + secret.length / 2);
  }

  it('[MASK25] an example of each of our own shapes is closed whole', () => {
    const random = seeded(7);
    for (const { rule, shape } of SECRET_SHAPES) {
      const secret = made(shape, random);
      expect(closed(`x = ${secret} and`, secret), `${rule} ${shape}`).toBe(true);
    }
  });

  it.each([
    'sk_live_ is how a key begins',
    'ghp_ and gho_ are prefixes',
    'AKIA stands before it',
    'glpat-short',
    'https://hooks.slack.com/services/ is the address',
    'postgres://localhost:5432/db',
    'npm_config_cache',
    'the eyJ prefix',
    'xoxb-',
    'BEGIN PRIVATE KEY',
    'hf_transfer is a package',
    'github_pat_ begins it',
    'AIza begins it',
    'SG.js is a file',
    'key-value pairs',
    'dapi is a prefix',
    'task-oriented-programming-language-design',
    'internationalization_configuration_settings',
    'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
    'abcdefghijklmnopqrstuvwxyz0123456789',
    'com.example.application.MainActivity',
    'api_key: <your key>',
    'password: ********',
    'secret = process.env.SECRET',
    'token: null',
    'Password: forgotten?',
  ])('[MASK25] not a secret: %s', (text) => {
    expect(findSpans(text, SECRETS)).toEqual([]);
  });

  it('[MASK25] a shape without text to begin with is refused', () => {
    expect(() => secretMatcher([{ rule: 'x', shape: '{a20}' }])).toThrow(RangeError);
    expect(() => secretMatcher([{ rule: 'x', shape: 'abc{y20}' }])).toThrow(RangeError);
  });
});

const CHARS: Readonly<Record<string, string>> = {
  d: '0123456789',
  h: '0123456789abcdef',
  u: 'ABCDEFGHJKLMNPQRSTUVWXYZ0123456789',
  k: 'abcdefgh0123456789+/',
  v: 'abcdefgh0123',
};

function made(shape: string, random: () => number): string {
  return shape.replace(/\{([a-zA-Z])(\d+)(?:-\d+)?\}/g, (_, of: string, least: string) => {
    const chars = CHARS[of] ?? 'abcdefghkmnpqrstuvwxyzABCDEFGH0123456789';
    const length = Math.max(Number(least), 1);
    return Array.from({ length }, () => chars[Math.floor(random() * chars.length)]).join('');
  });
}
