import { parseApp } from '@aboveboard/desktop/rules/demonstration-desk';

/** What is recorded while things fail. */
export const APPS = ['Editor=/usr/bin/mousepad:Mousepad', 'Dialogs=/usr/bin/zenity:Zenity']
  .map((one) => parseApp(one))
  .filter((app) => app !== null);
