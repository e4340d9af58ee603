/** The sentences of the representative's own page, in English. */
export const deskWords = {
  title: 'Is everything that was agreed still true?',
  setUpTitle: 'Set your passphrase',
  setUp:
    'This link works once. The passphrase opens this page, and the words that employees write to you. It is kept nowhere: if it is lost, those words stay closed.',
  signInTitle: 'For the representative',
  signIn: 'This page is the representative’s. Everyone else finds theirs above.',
  passphrase: 'Passphrase',
  repeat: 'The same again',
  differ: 'The two are not the same.',
  short: 'At least twelve characters. Four or five words are good.',
  setButton: 'Set it and go on',
  signInButton: 'Sign in',
  signOut: 'Sign out',
  noLink: 'No passphrase is set. The guardian printed a link when it was started: open that.',

  state: {
    server: 'Server',
    reached: (address: string) => `${address} answers`,
    notReached: (address: string) => `${address} does not answer. Cells wait, and nothing is lost.`,
    codes: 'Codes',
    dealt: (count: number) => `${count.toLocaleString('en-GB')} dealt`,
    notDealt: 'None dealt yet. Begin there.',
    logs: 'Logs',
    witnessed: (origin: string, size: number) =>
      `${origin}: ${size.toLocaleString('en-GB')} entries seen and cosigned`,
    notWitnessed: (origin: string) => `${origin}: nothing seen yet`,
    noLogs: 'The server has shown no keys of its logs yet.',
    forks: 'Histories',
    noForks: 'Each log has shown one history',
    fork: (origin: string) => `${origin} has shown two histories.`,
    forkHelp:
      'This can not happen by accident. Tell the other parties now and give them the evidence; anyone can verify it without trusting you. This guardian cosigns nothing more that leads there.',
  },

  toSign: {
    title: 'To be signed by you',
    none: 'Nothing waits for your signature.',
    help: 'Sign each with your own key, on the machine where it is, and submit it on the server’s pages. The guardian has no key of yours.',
    codes: 'Codes: their number, and the key of what they give',
    tokens: 'Tokens: their number and key',
    counts: (time: string) => `Count of ${time}`,
  },

  codes: {
    title: 'Codes for all employees',
    help: 'One for each employee, taking part or not, the managers included. They are shown once, here, now: print them, seal them in envelopes, mix the envelopes, hand them out. They are kept nowhere.',
    employees: 'How many employees are there?',
    deal: 'Make the codes',
    again: 'Codes were dealt and none was used yet. Dealing again makes every earlier sheet worth nothing.',
    used: 'They are in use. They are not made again.',
    ready: (count: number) =>
      `${count.toLocaleString('en-GB')} codes. When you leave this page they are gone. Print or save them first.`,
    print: 'Print the sheets',
    save: 'Save as plain text',
    done: 'I have printed them: let them go',
    joined: 'How many people have joined since?',
    joinedHelp:
      'Hand out their sheets as the first ones: sealed, mixed, to all of them at once. From fewer than five it could be guessed who takes part; wait until there are five. They have a voice in every version that you open from then on. Afterwards sign the new number of codes.',
    notYet: 'They are good from the moment on at which you say that you have printed them.',
    confirm: 'I have printed them: make them good',
    discard: 'Throw them away',
    sheet: 'Sheet',
  },

  issue: {
    title: 'Open a version for objections',
    help: 'Everyone asks for a token until the time that you set; all are answered then. Do it when an agreement is about to be signed, and leave people a few days.',
    source: 'Which version?',
    installed: 'The one that the server shows',
    file: 'A file',
    choose: 'The agreement’s document (JSON)',
    shown: (title: string, version: number) => `${title}, version ${version}`,
    digest: 'Its digest; compare it with what you are to sign',
    days: 'Days to ask in',
    every: 'Days between counts',
    button: 'Open it',
    seen: 'It can not be undone, and each version is opened once.',
    open: (title: string, version: number) => `${title}, version ${version}, is open`,
    nextCount: (time: string) => `Its next count is published on ${time}.`,
  },

  election: {
    title: 'Hold an election',
    help: 'Where there is no works council and no union, all employees elect their representative by secret ballot. Candidates are whoever stands; nobody is appointed.',
    id: 'A short name for it',
    idHelp: 'Small letters, digits and hyphens: council-2027',
    candidates: 'Candidates, one on a line',
    days: 'Days to ask for ballots',
    voting: 'Days to vote',
    button: 'Announce it',
    seen: 'It can not be changed afterwards.',
    needCandidates: 'Write one candidate on each line.',
  },

  words: {
    title: 'What people wrote',
    none: 'Nothing to read yet. Words are read together with those of at least five objections.',
    batch: (time: string, objections: number) => `${objections} objections, until ${time}`,
    read: 'Read them',
    empty: 'Nobody wrote anything.',
  },

  askUntil: (time: string) => `Everyone may ask until ${time}.`,
} as const;
