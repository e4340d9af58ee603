import { randomInt } from 'node:crypto';

/** The letters that are not taken for one another; each is five bits. */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Random, as it is shown: in fours with hyphens. */
export function makeWrittenCode(length: number): string {
  const code = Array.from({ length }, () => LETTERS[randomInt(32)]).join('');
  return code.replace(/(.{4})(?=.)/g, '$1-');
}

/** As typed by a person: case, hyphens, spaces, and letters that look alike do not matter. Null: no such code. */
export function readWrittenCode(text: string, length: number): string | null {
  const plain = text.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  return plain.length === length && [...plain].every((letter) => LETTERS.includes(letter)) ? plain : null;
}
