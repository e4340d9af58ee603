/**
 * What a label of ICU's message format can say: `{n, plural, one {# file} other {# files}}` has the labels `{} file` and
 * `{} files`, the words around it with each (MASK42). One choice is read, with eight branches at most and none within
 * another; what is more than that, or is broken, has none.
 */
const CHOICE = /\{[^{},]{1,60},\s{0,4}(plural|selectordinal|select)\s{0,4},/;
const BRANCH = /\s{0,20}(?:offset:\d\s{1,4})?[\w=-]{1,20}\s{0,4}\{/y;
const BRANCHES_LIMIT = 8;
/** Longer ones are no label (MASK4). */
const MESSAGE_LENGTH = 400;

export function labelVariants(message: string): string[] {
  const choice = message.length > MESSAGE_LENGTH ? null : CHOICE.exec(message);
  if (!choice) return [];
  const counted = choice[1] !== 'select';
  const variants: string[] = [];
  let at = choice.index + choice[0].length;
  while (variants.length < BRANCHES_LIMIT) {
    BRANCH.lastIndex = at;
    const begin = BRANCH.exec(message);
    const end = begin ? closing(message, BRANCH.lastIndex) : -1;
    if (end < 0) break;
    const said = message.slice(BRANCH.lastIndex, end);
    variants.push(counted ? said.replaceAll('#', '{}') : said);
    at = end + 1;
  }
  const rest = /^\s*\}/.exec(message.slice(at));
  if (!rest) return [];
  const [before, after] = [message.slice(0, choice.index), message.slice(at + rest[0].length)];
  return variants.map((said) => before + said + after).filter((label) => !CHOICE.test(label));
}

/** Where the brace ends that is open at `from`; -1: nowhere. */
function closing(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if (text[at] === '{') depth++;
    else if (text[at] === '}' && --depth === 0) return at;
  }
  return -1;
}
