const PLACEHOLDER = '[removed]';
const EMAIL = /[\p{L}\p{N}._%+'-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu;
/** A user's folder, whichever system's, also in file: addresses and with the slashes escaped. */
const FOLDER =
  /((?:[A-Za-z]:|\/mnt\/[a-z])?(?:[\\/]|%5C|%2F)+(?:Users|home|Documents and Settings)(?:[\\/]|%5C|%2F)+)([^\\/:*?"<>|\s%]+)/gi;
const UNC = /\\\\([A-Za-z0-9._-]+)(?=\\)/g;

/** Clears text of what names a person or a machine (IMP11): e-mail addresses, users' folders, given names. */
export class IdentityFilter {
  readonly #names = new Set<string>();
  #pattern: RegExp | null = null;

  /** A host name or user name that must not stay anywhere. Very short ones would tear words apart. */
  add(name: unknown): void {
    if (typeof name !== 'string') return;
    const whole = name.trim().toLowerCase();
    for (const part of [whole, whole.split('.')[0] ?? '']) if (part.length >= 3) this.#names.add(part);
    this.#pattern = null;
  }

  clear(text: string): string {
    // A user's name that a path gives away goes wherever else it stands.
    for (const match of text.matchAll(FOLDER)) this.add(match[2]);
    const cleared = text
      .replace(EMAIL, PLACEHOLDER)
      .replace(FOLDER, (_, folder: string) => `${folder}${PLACEHOLDER}`)
      .replace(UNC, `\\\\${PLACEHOLDER}`);
    if (this.#names.size === 0) return cleared;
    this.#pattern ??= new RegExp(
      [...this.#names]
        .sort((a, b) => b.length - a.length)
        .map((name) => `(?<![\\p{L}\\p{N}])${name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')}(?![\\p{L}\\p{N}])`)
        .join('|'),
      'giu',
    );
    return cleared.replace(this.#pattern, PLACEHOLDER);
  }
}
