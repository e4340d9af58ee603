/** Every sentence of these pages, in English. Another language is another table of this type. */
const span = (seconds: number) => {
  const count = (n: number, one: string) => `${n.toLocaleString('en-GB')} ${one}${n === 1 ? '' : 's'}`;
  if (seconds % 86_400 === 0) return count(seconds / 86_400, 'day');
  if (seconds % 3_600 === 0) return count(seconds / 3_600, 'hour');
  return count(Math.ceil(seconds / 60), 'minute');
};
const time = (seconds: number) =>
  new Date(seconds * 1000).toLocaleString('en-GB', { dateStyle: 'long', timeStyle: 'short' });

export const words = {
  name: 'Aboveboard guardian',
  skip: 'To the content',
  menu: 'Pages',
  pages: {
    '/object': 'Object',
    '/vote': 'Vote',
    '/count': 'Count',
    '/erase': 'Erase',
    '/': 'Representative',
  },
  time,
  span,
  loading: 'Asking the guardian…',
  again: 'Try again',
  busy: 'One moment…',
  save: 'Save as a file',

  voice: {
    code: 'The code on your sheet',
    codeHelp: '28 letters and digits. Spaces, hyphens and small letters are all right.',
    misread: 'This is not a code: a letter or digit is wrong or missing. Compare it with your sheet.',
    ask: 'Ask with this code',
    asked: 'Asked',
    askedUntil: (until: string) =>
      `Everyone’s answer comes at the same time: on ${until}. Come back then, in this browser. Nothing more is needed until then.`,
    asksOver: (until: string) =>
      `The time for asking ended on ${until}. This browser did not ask. If your recorder, or another browser, asked with your code, go on there.`,
    notYet: 'It has not come yet.',
    look: 'Look whether it has come',
    forget: 'Forget it in this browser',
    forgetHelp:
      'Forgets what this browser keeps. What was said stays said, and you can no longer find it without the receipt. What was not said can then not be said.',
    receipt: 'Your receipt',
    receiptHelp:
      'Write it down or save it, if you want to check that you were counted. It names nobody. Whoever sees it can tell what you said.',
    seenBy: 'Who will see what',
    fingerprint: 'How do I know that everyone is shown the same key?',
    fingerprintHelp:
      'If you were shown a key of your own, your token could be told from the others. The line “tokens” of the rules log names one key for everyone. Compare it with this one; your recorder does that by itself. This page can not check itself.',
  },

  object: {
    title: 'Object to the rules of recording',
    lead: 'Every employee has one voice for each version, whether or not you take part in recording. Nobody learns who objected, unless she shows her receipt.',
    none: 'There is no version to object to yet.',
    noneHelp: 'The representative opens one when an agreement is to be signed. Come back later.',
    version: (title: string, version: number) => `${title}, version ${version}`,
    first: 'First ask for your token',
    firstSeen:
      'The guardian sees that some code asked, and not whose code it is. What comes back can not be linked to what you say with it later.',
    what: 'What do you object to?',
    whole: 'The whole agreement',
    app: (name: string) => `All recording in ${name}`,
    signal: (signal: string, name: string) => `${signal} in ${name}`,
    signals: {
      pointer: 'Movements and clicks',
      keys: 'Keys',
      text: 'Text',
      states: 'What a page shows',
      frames: 'Pictures of the screen',
      photographs: 'Photographs',
    } as Readonly<Record<string, string>>,
    words: 'Why, if you want to say it',
    wordsHelp: 'Say nothing that shows who you are. Leave it empty if you like.',
    left: (bytes: number) => `Room for about ${Math.max(0, bytes).toLocaleString('en-GB')} more characters.`,
    tooLong: 'This is longer than there is room for.',
    seen: [
      'The count is published, with what was objected to: to everyone, the employer included. Never who.',
      'Your words can be read by the representative alone, together with those of at least four others.',
      'It can not be taken back or changed.',
    ],
    button: 'Object',
    done: 'Your objection is taken',
    doneHelp: (next: string) =>
      `It is counted with all others. Counts are published at fixed times; the next is on ${next}.`,
    said: 'You objected to',
    sending:
      'Your objection was written here and may not have arrived. Sending it again changes nothing if it has.',
    resend: 'Send it again',
  },

  vote: {
    title: 'Elect a representative',
    lead: 'All employees elect, in secret. Nobody is appointed.',
    none: 'There is no election now.',
    noneHelp: 'When there is one, you find it here and ask for your ballot with the code on your sheet.',
    first: 'First ask for your ballot',
    firstSeen:
      'The guardian sees that some code asked, and not whose code it is. What comes back can not be linked to how you vote.',
    notOpen: (opens: string) => `Voting opens on ${opens}.`,
    opened: (opens: string) => `Voting opened on ${opens}.`,
    over: (closes: string) => `Voting ended on ${closes}. See the count.`,
    whom: 'Whom do you vote for?',
    abstain: 'Nobody (abstain)',
    seen: [
      'When voting has ended, every ballot is published without a name. Anyone can count again.',
      'Nobody learns which one is yours, unless you show your receipt.',
      'It can not be changed.',
    ],
    button: 'Vote',
    done: 'Your ballot is taken',
    doneHelp: (closes: string) => `The count is published on ${closes}.`,
    said: 'You voted for',
    sending:
      'Your ballot was written here and may not have arrived. Sending it again changes nothing if it has.',
    closes: (closes: string) => `Until ${closes}.`,
  },

  erase: {
    title: 'Erase everything of yours',
    lead: 'With the second code, which the recorder showed you when you began to take part. It works from any computer, also when you have left. Nothing can be read with it.',
    code: 'Your erase code',
    what: 'What follows',
    follows: [
      'Everything that you released is erased at the server: the keys are destroyed, and no copy of it opens any more.',
      'Your recorder can release nothing more. What is still on your own computer stays there until you throw it away.',
      'It can not be undone. What was exported before, or trained with it, is not undone either.',
    ],
    seen: [
      'The code goes sealed through the guardian: the guardian can not read it, and the server does not learn from where it came.',
      'Whoever watches the network sees that somebody opened this page.',
    ],
    button: 'Erase everything of mine',
    waiting: (until: string) =>
      `It is on its way, at the rhythm of all recorders. Leave this page open until about ${until}. If you close it before, do the same again: it changes nothing if it was done.`,
    done: 'Erased',
    doneHelp: 'The server has said that every key of yours is gone.',
    unknown:
      'No contributor made this code. Perhaps it is the other one, of the sheet that you were dealt: that one erases nothing.',
    failed: 'The server did not say that it is done. Try again; it changes nothing if it was.',
    unreachable: 'The guardian or its server does not answer. Nothing was lost; try again.',
  },

  count: {
    title: 'What was counted',
    lead: 'Published at fixed times, and the same for everyone.',
    none: 'There is nothing to count yet.',
    next: (time: string) => `The first count is published on ${time}.`,
    at: (time: string) => `As of ${time}`,
    objected: (spent: number, issued: number) =>
      `${spent.toLocaleString('en-GB')} of ${issued.toLocaleString('en-GB')} employees objected`,
    share: (share: string) => `${share} of all`,
    stops: (share: string) =>
      `At ${share} for what stands in the agreement, nothing is recorded any more. The rules log says what is in force.`,
    target: 'What was objected to',
    number: 'Number',
    candidate: 'Candidate',
    votes: 'Votes',
    abstained: 'Abstained',
    elected: (name: string) => `${name} is elected`,
    nobody: 'Nobody is elected: no candidate has more votes than every other.',
    checked: 'Your browser counted the list again: it gives these numbers.',
    faulty: 'Your browser counted the list again, and it does not give these numbers:',
    mine: 'Is mine counted?',
    mineHelp: 'This browser looks for its own by itself. From elsewhere, give the receipt.',
    receipt: 'Receipt',
    find: 'Look for it',
    found: (what: string) => `It is counted, for: ${what}.`,
    notFound: 'It is not in this list. What was said after the list was made comes in the next.',
    notReceipt: 'A receipt has 64 digits and letters from a to f.',
    own: (what: string) => `What you said in this browser is counted, for: ${what}.`,
    ownMissing:
      'What you said in this browser is not in this list. If it was said before the time of the list, tell everyone.',
    list: 'Save the whole list',
    how: 'How do I know?',
    howHelp: (digest: string) =>
      `The representative signs this count into the rules log, with the digest of the list: ${digest}. Compare it with the line “objections” there.`,
  },
} as const;
