/** The one option of every command that opens a recording. */
export const GRANT_OPTION = [
  '--grant <id>',
  'read under this grant, for who asked for it (a demonstration needs none)',
] as const;
