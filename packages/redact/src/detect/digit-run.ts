/** A run of digits with at most a few separators between its groups: `+49 (30) 901820`, `4111-1111-1111-1111`. */
export type DigitRun = {
  start: number;
  end: number;
  /** Each group of digits: where it is in the text. */
  groups: readonly DigitGroup[];
  /** A plus, or two zeros, before the first digit. */
  international: boolean;
};
export type DigitGroup = { start: number; end: number; digits: string };

/** A run with more digits than this is nobody's telephone; its groups are looked at one by one. */
const SEPARATORS = Uint8Array.from({ length: 128 }, (_, code) =>
  ' ().-/\t\n'.includes(String.fromCharCode(code)) ? 1 : 0,
);
const GAP = 3;

/** Takes every maximal run with at least `least` digits, in order. Linear: each character is looked at once. */
export function digitRuns(text: string, least: number, take: (run: DigitRun) => void): void {
  for (let from = nextDigit(text, 0); from < text.length; from = nextDigit(text, from)) {
    const start = from;
    let total = 0;
    let broken = false;
    let at = from;
    while (at < text.length) {
      const begin = at;
      while (isDigit(text.charCodeAt(at))) at++;
      total += at - begin;
      let gap = at;
      let breaks = 0;
      while (gap < text.length && gap - at < GAP && SEPARATORS[text.charCodeAt(gap)] === 1) {
        if (text.charCodeAt(gap) === 10) breaks++;
        gap++;
      }
      if (gap === at || breaks > 1 || !isDigit(text.charCodeAt(gap))) break;
      broken ||= breaks > 0;
      at = gap;
    }
    from = at;
    // Most runs are too short: nothing is made of them.
    if (total < least) continue;
    const groups = groupsOf(text, start, at);
    takeRun(text, start, at, groups, broken, least, take);
  }
}

function groupsOf(text: string, from: number, to: number): DigitGroup[] {
  const groups: DigitGroup[] = [];
  for (let start = from; start < to; start = nextDigit(text, start)) {
    let end = start;
    while (end < to && isDigit(text.charCodeAt(end))) end++;
    groups.push({ start, end, digits: text.slice(start, end) });
    start = end;
  }
  return groups;
}

function takeRun(
  text: string,
  from: number,
  end: number,
  groups: readonly DigitGroup[],
  broken: boolean,
  least: number,
  take: (run: DigitRun) => void,
): void {
  if (broken) byLine(text, groups, least, take);
  let start = from;
  let international = false;
  const before = text[start - 1];
  if (before === '+') {
    start--;
    international = true;
  } else if (before === '(' && text.slice(start, start + 24).includes(')')) {
    start--;
    if (text[start - 1] === '+') {
      start--;
      international = true;
    }
  }
  if (/^00[1-9]/.test((groups[0] as DigitGroup).digits) || text.slice(start, start + 4) === '00 ')
    international = true;
  take({ start, end, groups, international });
}

function nextDigit(text: string, from: number): number {
  let at = from;
  while (at < text.length && !isDigit(text.charCodeAt(at))) at++;
  return at;
}

/** A run that goes over lines may be several things below each other: each line is one too. */
function byLine(
  text: string,
  groups: readonly DigitGroup[],
  least: number,
  take: (run: DigitRun) => void,
): void {
  let from = 0;
  for (let i = 1; i <= groups.length; i++) {
    const last = groups[i - 1] as DigitGroup;
    const next = groups[i];
    if (next !== undefined && !text.slice(last.end, next.start).includes('\n')) continue;
    const line = groups.slice(from, i);
    from = i;
    const total = line.reduce((sum, group) => sum + group.digits.length, 0);
    const start = (line[0] as DigitGroup).start;
    if (total >= least) take({ start, end: last.end, groups: line, international: text[start - 1] === '+' });
  }
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** Is there a letter or digit right before or behind? Then it is a piece of something longer. */
export function standsAlone(text: string, start: number, end: number): boolean {
  return !isWord(text.charCodeAt(start - 1)) && !isWord(text.charCodeAt(end));
}

export function isWord(code: number): boolean {
  return ((code | 32) - 97) >>> 0 < 26 || isDigit(code) || code === 95;
}

/** What stands around: one of these words, within `reach` characters before or a third of that behind. */
export function near(text: string, start: number, end: number, words: RegExp, reach = 42): boolean {
  if (words.test(text.slice(Math.max(0, start - reach), start))) return true;
  return words.test(text.slice(end, end + Math.floor(reach / 3)));
}
