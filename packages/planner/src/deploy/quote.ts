/** Text of the user's in files that machines run: nothing in it may end its quotes. */

/** One word of a POSIX shell. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A YAML scalar: JSON strings are YAML. */
export function yamlText(text: string): string {
  return JSON.stringify(text);
}

/** A word of systemd's ExecStart: its own quoting, and `%` and `$` doubled. */
export function systemdWord(text: string): string {
  const plain = text.replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /^[A-Za-z0-9_@+=:,./%$-]+$/.test(plain)
    ? plain
    : `"${plain.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
