/**
 * Does this look like data rather than a label (MASK4)? An application's scripts and pages also ship
 * people's data: a user's number in an inlined JSON, an e-mail address in a template. Such text never opens,
 * shipped or not. Errs on the side of yes.
 */
export function looksLikeData(text: string): boolean {
  const digits = text.match(/\p{N}/gu)?.length ?? 0;
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  if (digits >= 4 || digits * 3 > letters + digits) return true;
  if (/[^\s@]@[^\s@]/.test(text) || /:\/\/|\bwww\./i.test(text)) return true;
  return text.split(/[\s/,;:.()]+/).some(encoded);
}

/** A word of a key, a digest or a token: long, and with digits or case mixed as words do not. */
function encoded(word: string): boolean {
  if (word.length < 12) return false;
  if (/^[0-9a-f-]+$/i.test(word) && /\d/.test(word)) return true;
  if (word.length < 16 || !/^[\w+/=-]+$/.test(word)) return false;
  const changes = word.match(/[a-z][A-Z]|[A-Z]{2}[a-z]|[A-Za-z]\d|\d[A-Za-z]/g)?.length ?? 0;
  return changes >= 3;
}
