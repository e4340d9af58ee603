import { databaseView } from './database-view.ts';
import { jobBoard } from './job-board.ts';
import { mailReader } from './mail-reader.ts';
import { packageCatalogue } from './package-catalogue.ts';
import type { TestApplication } from './served-application.ts';
import { wiki } from './wiki.ts';

/** docs/adr/0072 says what each is and why it is here. */
export const TEST_APPLICATIONS: readonly TestApplication[] = [
  mailReader,
  jobBoard,
  packageCatalogue,
  databaseView,
  wiki,
];
