/**
 * Releases, and the models that were trained on them, as the API shows them (spec/lineage.md).
 *
 *   GET  /api/releases                   -> ShownLineage (a researcher: what she holds; the parties: all)
 *   POST /api/releases/{release}/answer  HolderAnswer -> ShownRelease (who holds it and was told)
 *   POST /api/models                     ModelWish -> ShownModel (researcher, or a training job of hers)
 *   GET  /api/my/lineage                 -> MyLineage (contributor)
 *
 * `release` is everywhere the digest of the manifest. No answer but a contributor's own names recordings.
 */
export type ShownLineage = { releases: ShownRelease[]; models: ShownModel[] };

export type ShownRelease = {
  release: string;
  name: string;
  version: number;
  purpose: string;
  /** Days, as all that follow. */
  builtOn: string;
  /** Something in it was erased since; null: not. */
  supersededOn: string | null;
  /** For a researcher her own entry alone. */
  holders: ShownHolder[];
};

export type ShownHolder = {
  account: string;
  own: boolean;
  /** Asked to delete it; null: it is not superseded. */
  toldOn: string | null;
  answerBy: string | null;
  said: HolderAnswer['said'] | null;
  saidOn: string | null;
  /** The day to answer by is over, and it was not said that it is deleted. */
  isLate: boolean;
};

/** `deleted`: every copy that she knows of. It is final; `not-yet` can be followed by it. */
export type HolderAnswer = { said: 'deleted' | 'not-yet' };

export type ModelWish = {
  /** Lower case, digits, dots, hyphens; hers alone has it. */
  name: string;
  purpose: string;
  releases: string[];
};

export type ShownModel = {
  id: string;
  name: string;
  purpose: string;
  releases: string[];
  enteredOn: string;
  own: boolean;
};

/** What became of what she released; found with her own handle. */
export type MyLineage = {
  releases: {
    release: string;
    name: string;
    version: number;
    purpose: string;
    builtOn: string;
    supersededOn: string | null;
    /** Hers in it that are still here. */
    recordings: string[];
    /** Something of hers in it was erased. */
    withdrawn: boolean;
    /** Later releases of that name that hold nothing of hers, oldest first. */
    without: { version: number; builtOn: string }[];
    models: { name: string; purpose: string; enteredOn: string }[];
    /** Of those who hold it: none was asked, not all have answered that it is deleted, all have. */
    deletion: 'not-asked' | 'waits' | 'confirmed';
  }[];
};
