/** What is packed: a program in one file, and what a Debian package has beside it. */
export type Product = {
  /** Of the program, the package and the files that are written. */
  name: string;
  /** The source file that it is bundled from, from the root of the repository. */
  entry: string;
  /** A folder of pages whose files go into the program; null: it has none. */
  pages: string | null;
  /** Packages whose libraries for this platform go into the program; `sharp` is loaded from there. */
  libraries: readonly string[];
  control(version: string, architecture: string): string;
  /** Of the package: `postinst` and so on. */
  scripts: Readonly<Record<string, string>>;
  /** By path in the file system, without the program, the licence and the list of what is in it. */
  files: Readonly<Record<string, string>>;
};
