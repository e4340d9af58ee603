import { boundedMemory } from './bounded-memory.ts';
import type { KeyedHash } from './keyed-hash.ts';

/**
 * Consistent renaming (MASK5): the same name gives the same name within a recording and another one in any
 * other. Names are renamed part by part (`nav-item__icon` has three), so that a style sheet's
 * `[class^="nav-"]` still selects what it selected.
 */
export type Names = {
  /** A class, id, custom element or property name without its leading dashes, slot, part, animation. */
  rename(name: string): string;
  /** Names with white space between. */
  renameAll(names: string): string;
};

/** Above this many parts a name is renamed whole: nobody's style sheet selects by its fortieth part. */
const PARTS_LIMIT = 12;
const ROOM = 400_000;

export function createNames(hash: KeyedHash): Names {
  const parts = boundedMemory<string>(ROOM, (name) => name.length);
  const part = (text: string): string => parts(text, () => shortName(hash('name', text)));
  const rename = (name: string): string => {
    if (name === '') return '';
    const pieces = name.split(/([-_]+)/);
    if (pieces.length > PARTS_LIMIT * 2) return part(name);
    return pieces.map((piece, i) => (i % 2 === 1 ? piece.slice(0, 2) : piece && part(piece))).join('');
  };
  return {
    rename,
    renameAll: (names) =>
      names
        .split(/[\t\n\f\r ]+/)
        .slice(0, 200)
        .map(rename)
        .join(' '),
  };
}

/** A letter and five letters or digits: 1.6e9 names, valid as an identifier in CSS and HTML. */
export function shortName([high, low]: readonly [number, number]): string {
  return String.fromCharCode(97 + (high % 26)) + (low % 36 ** 5).toString(36).padStart(5, '0');
}
