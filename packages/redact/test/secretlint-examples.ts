import { rules } from '@secretlint/secretlint-rule-preset-recommend';

/**
 * Asks the rules of the secretlint preset for their patterns, and makes strings that fit them: true examples that do
 * not come from our own table. A rule is shown a content that writes down what it is asked for.
 */
export type PatternOfRule = { rule: string; pattern: RegExp };

export async function secretlintPatterns(): Promise<PatternOfRule[]> {
  const found: PatternOfRule[] = [];
  for (const rule of rules as unknown as Rule[]) {
    const id = rule.meta.id.replace(/^.*secretlint-rule-/, '');
    if (id === 'filter-comments') continue;
    const note = (pattern: RegExp) => {
      found.push({ rule: id, pattern });
      return [];
    };
    const content = {
      matchAll: note,
      match: note,
      search: note,
      includes: () => true,
      length: 1,
      split: () => [],
    };
    const context = { createTranslator: () => () => '', report() {}, ignore() {}, sharedOptions: {} };
    await rule.create(context, {}).file?.({ content, filePath: '/a.txt', ext: '.txt', contentType: 'text' });
  }
  return found;
}

type Rule = {
  meta: { id: string };
  create(context: object, options: object): { file?(source: object): unknown };
};

/** Strings that the pattern matches, by walking it with a seeded choice. Lookarounds are left out: they match nothing. */
export function exampleOf(pattern: RegExp, random: () => number): string {
  let at = 0;
  const source = pattern.source;
  const insensitive = pattern.flags.includes('i');
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

  function alternatives(): string {
    const options: string[] = [];
    let current = '';
    while (at < source.length && source[at] !== ')') {
      if (source[at] === '|') {
        options.push(current);
        current = '';
        at++;
      } else current += repeated();
    }
    options.push(current);
    return pick(options);
  }

  function repeated(): string {
    const from = at;
    const first = atom();
    const to = at;
    const count = quantity();
    if (count === null) return first;
    let out = '';
    for (let i = 0; i < count; i++) {
      const behind = at;
      at = from;
      out += atom();
      at = behind;
    }
    at = Math.max(at, to);
    return out;
  }

  function quantity(): number | null {
    const rest = source.slice(at);
    const found = /^(?:\{(\d+)(?:,(\d*))?\}|[?*+])\??/.exec(rest);
    if (found === null) return null;
    at += found[0].length;
    if (found[0].startsWith('?')) return random() < 0.5 ? 0 : 1;
    if (found[0].startsWith('*')) return Math.floor(random() * 2);
    if (found[0].startsWith('+')) return 1 + Math.floor(random() * 2);
    const least = Number(found[1]);
    const most = found[2] === undefined ? least : found[2] === '' ? least + 5 : Number(found[2]);
    // Of runs that may be one character: as many as a real one has.
    const low = least < 12 && most > 12 ? 12 : least;
    return low + Math.floor(random() * (Math.min(most, low + 60) - low + 1));
  }

  function atom(): string {
    const char = source[at] as string;
    if (char === '(') return group();
    if (char === '[') return pick(members());
    if (char === '\\') return escaped();
    if (char === '^' || char === '$') {
      at++;
      return '';
    }
    at++;
    return char === '.' ? 'x' : insensitive && random() < 0.2 ? char.toUpperCase() : char;
  }

  function group(): string {
    at++;
    const look = /^\?(?:<?[=!])/.exec(source.slice(at));
    const name = /^\?(?::|<[A-Za-z]+>)/.exec(source.slice(at));
    at += (look ?? name)?.[0].length ?? 0;
    const inner = alternatives();
    at++;
    return look ? '' : inner;
  }

  function escaped(): string {
    const code = source[at + 1] as string;
    at += 2;
    if (code === 'p' || code === 'P') {
      at = source.indexOf('}', at) + 1;
      return 'x';
    }
    if (code === 'd') return String(Math.floor(random() * 10));
    if (code === 'w') return pick([...WORD]);
    if (code === 's') return ' ';
    if (code === 'n') return '\n';
    return code === 'b' ? '' : code;
  }

  function members(): string[] {
    at++;
    const negative = source[at] === '^';
    if (negative) at++;
    const all: string[] = [];
    while (source[at] !== ']') {
      let char = source[at] as string;
      if (char === '\\') {
        const code = source[at + 1] as string;
        at += 2;
        if (code === 's') all.push(' ');
        else if (code === 'd') all.push(...'0123456789');
        else if (code === 'w') all.push(...WORD);
        else all.push(code);
        continue;
      }
      at++;
      if (source[at] === '-' && source[at + 1] !== ']') {
        const last = source.charCodeAt(at + 1);
        for (let code = char.charCodeAt(0); code <= last; code++) all.push(String.fromCharCode(code));
        at += 2;
      } else {
        char = insensitive ? char.toLowerCase() : char;
        all.push(char);
      }
    }
    at++;
    return negative ? [...WORD].filter((char) => !all.includes(char)) : all;
  }

  return alternatives();
}

const WORD = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** A sequence of numbers from 0 to 1 that a seed decides (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  };
}
