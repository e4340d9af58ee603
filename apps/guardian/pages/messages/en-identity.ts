/** What the representative's page says of what recorders seal to, in English. */
export const identityWords = {
  title: 'Have recorders seal to something new',
  help: 'Recorders put this guardian’s half of each key into a sealed envelope that only this guardian can open. If somebody else may have copied what opens it, or it is simply old, make a new one here. Keys that are kept here already stay as they are.',
  first: 'In use since the beginning.',
  newest: (since: string) => `In use since ${since}.`,
  older: (until: string) => `Until ${until}. Still opens what is on its way.`,
  retired: (at: string) => `Retired and overwritten on ${at}.`,
  notNamed:
    'The rules do not name the newest one, so recorders do not seal to it. Sign the statement above with your key, submit it on the server’s pages, and make a backup of this guardian first.',
  make: 'Make a new one',
  makeHelp: 'The one of now goes on opening what is sealed to it, until you retire it.',
  retire: 'Retire the older one',
  retireHelp:
    'Wait some days after the rules name the new one, until recordings that were on their way have arrived. Once it is retired, recorders seal what comes late anew by themselves. Backups of before still hold the older one until you destroy them.',
  locked: 'While this guardian is locked, nothing is made or retired.',
};
