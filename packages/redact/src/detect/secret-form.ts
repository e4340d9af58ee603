import { beginsWith, SECRET_HEAD } from './contents.ts';
import { isWord } from './digit-run.ts';
import { secretMatcher } from './secret-shape.ts';
import { SECRET_SHAPES } from './secret-table.ts';
import type { Detector } from './span.ts';

const matcher = secretMatcher(SECRET_SHAPES);

/** Keys and tokens by the form that their issuer gave them. */
export const detectSecretForms: Detector = (text, report) => {
  let word = false;
  for (let at = 0; at < text.length; at++) {
    const before = word;
    const code = text.charCodeAt(at);
    word = (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90);
    if (before) continue;
    const found = matcher.at(text, at);
    if (found === null) continue;
    report(at, endOfBlock(text, at, found.end), 'secret', found.rule);
    at = found.end - 1;
    word = isWord(text.charCodeAt(at));
  }
};

/** A private key ends where its last line says so. */
function endOfBlock(text: string, start: number, end: number): number {
  if (!text.startsWith('-----BEGIN', start)) return end;
  const close = /-----END[A-Z ]{0,40}-----/y;
  for (let at = Math.max(start, end - 40); at <= end; at++) {
    close.lastIndex = at;
    if (close.test(text)) return close.lastIndex;
  }
  return end;
}

detectSecretForms.splits = true;
detectSecretForms.needs = SECRET_HEAD;
beginsWith(
  SECRET_SHAPES.map(({ shape }) => shape),
  SECRET_HEAD,
);
