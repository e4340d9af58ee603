import { type Check, isShipped } from './repository.ts';

/** Its cells are numbers and four words (MOV7). */
const WRITER = 'apps/cli/src/part-outputs.ts';
const WRITES = /\.csv[`'"]|text\/csv/;

/** What a page or a contributor says, written as CSV, is a formula in somebody's spreadsheet: one file writes it, and no text. */
export const tables: Check = {
  name: 'tables as CSV',
  run(repository) {
    return [...repository]
      .filter(([path, text]) => isShipped(path) && path !== WRITER && WRITES.test(text))
      .map(([at]) => ({ at, message: 'writes CSV; MOV7 holds for part-outputs.ts alone' }));
  },
};
