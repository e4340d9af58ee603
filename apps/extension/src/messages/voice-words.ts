import type { VoiceFault } from '@aboveboard/capture/line/voice-state';

const number = (n: number) => n.toLocaleString('en-GB');

/** What the page says on which she objects and votes. Times come written out. */
export const voiceWords = {
  title: 'Object and vote',
  lead: 'Every employee has one voice for each version of the agreement, and one in each election, whether or not you take part in recording. Nobody learns who used hers.',
  none: 'There is nothing to object to and no election now. The representative opens one when an agreement has been signed, or when there is to be an election.',
  unheard: 'The guardian has not been heard yet. Your recorder asks it in each period.',
  same: (period: string) =>
    `What you say here goes to the guardian in one of the next periods, which begin every ${period}. Each recorder sends something of that size in each of them, whether or not its person has anything to say. So who watches the network does not learn when you did.`,
  how: 'Who will see what',
  hidden: 'How is it that nobody sees when I do it?',

  codeHeading: 'Your code',
  codeLead:
    'Every employee was dealt a code on paper, and nobody knows whose is whose. With it your recorder asks for a token in every issue, at the same rhythm, whether or not you will say anything.',
  code: 'The code on your sheet',
  codeHint: '28 letters and digits. Spaces, hyphens and small letters are all right.',
  giveCode: 'Keep it for my voice',
  codeHere: 'Your code is known here. Tokens are asked for by themselves.',

  version: (title: string, version: number) => `${title}, version ${version}`,
  election: 'Election of a representative',
  noCode: (until: string) => `To object, give your code above before ${until}.`,
  over: (until: string) =>
    `The time for asking ended on ${until}, and this device did not ask. If you asked in a browser, go on there.`,
  asks: 'Your recorder asks for your token in one of its next periods. Nothing more is needed.',
  asked: (until: string) =>
    `Your recorder has asked. Everyone is answered at the same time: on ${until}. Nothing more is needed until then.`,

  what: 'What do you object to?',
  whole: 'The whole agreement',
  app: (name: string) => `All recording in ${name}`,
  signal: (signal: string, name: string) => `${signal} in ${name}`,
  signals: {
    pointer: 'Movements and clicks',
    keys: 'Kinds of keys',
    text: 'Text',
    states: 'What a page shows',
    frames: 'Pictures of the screen',
    photographs: 'Photographs',
  } as Readonly<Record<string, string>>,
  why: 'Why, if you want to say it',
  whyHint: 'Say nothing that shows who you are. Leave it empty if you like.',
  left: (bytes: number) => `Room for about ${number(Math.max(0, bytes))} more characters.`,
  tooLong: 'This is longer than there is room for.',
  seen: [
    'The count is published, with what was objected to: to everyone, the employer included. Never who.',
    'Your words can be read by the representative alone, together with those of at least four others.',
    'It can not be taken back or changed.',
  ],
  seenVote: [
    'When voting has ended, every ballot is published without a name. Anyone can count again.',
    'Nobody learns which one is yours, unless you show your receipt.',
    'It can not be changed.',
  ],
  object: 'Object',
  chooseFirst: 'Choose above what you object to.',
  stops: (percent: number) =>
    `When the objections reach ${percent} % of all employees, nothing is recorded anywhere until the parties sign anew.`,

  whom: 'Whom do you vote for?',
  abstain: 'Nobody (abstain)',
  vote: 'Vote',
  voteFirst: 'Choose above whom you vote for.',
  opens: (at: string) => `Voting opens on ${at}.`,
  closes: (at: string) => `You can vote until ${at}.`,
  closed: (at: string) => `Voting ended on ${at}.`,

  said: 'You objected to',
  voted: 'You voted for',
  waits: 'It is kept on this device and goes in one of the next periods. The guardian has not answered yet.',
  taken: 'The guardian has taken it.',
  receipt: 'Your receipt',
  receiptHint:
    'Save it if you want to check later that you were counted. It names nobody; whoever sees it can tell what you said.',
  save: 'Save the receipt',

  counting: (at: string) =>
    `Nothing is counted yet. Counts are published at fixed times; the next is on ${at}.`,
  notClosed: (at: string) => `Nothing is counted before voting ends, on ${at}.`,
  countedAt: (said: number, issued: number, at: string) =>
    `${number(said)} of ${number(issued)} employees had objected by ${at}.`,
  ballots: (said: number, at: string) => `${number(said)} ballots were counted on ${at}.`,
  elected: (name: string) => `Elected: ${name}.`,
  nobody: 'Nobody is elected: there was no vote, or a tie.',
  inLog: (entry: number) =>
    `This device has checked the list. Entry ${number(entry)} of the log of rules counts it.`,
  notInLog:
    'This device has checked the list. The representative has not entered this count in the log of rules yet.',
  checked: 'This device has counted the ballots again and come to the same.',
  found: 'Yours is in the list, as you said it.',
  missing:
    'Yours is not in the list, or not as you said it. Show your receipt to the representative and say so.',
  countLater: 'Yours is not in a list yet: it was taken after the last one, or there is none.',
  faulty:
    'The list that the guardian published does not hold, so nothing of it is shown. Tell your representative.',

  faults: {
    'not-dealt': 'The guardian does not know this code or token. Compare the code with your sheet.',
    'asked-before': 'Another device or browser has asked with your code before. Go on there.',
    spent: 'Your token was used before, for something else. If that was not you, tell the representative.',
    voted: 'Your ballot was used before, for another vote. If that was not you, tell the representative.',
    closed: 'The time for it was over when it arrived.',
    'no-token': 'What came back is no token of this issue. Tell the representative.',
    'another-answer': 'The guardian answered for another token. Tell the representative.',
  } as Readonly<Partial<Record<VoiceFault, string>>>,
  otherFault: 'The guardian did not take it. Tell the representative.',
};
