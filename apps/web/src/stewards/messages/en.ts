import type { PartyRole } from '@aboveboard/consent/agreement';
import type { RulesRefusal } from '@aboveboard/consent/rules-state';
import type { SuspensionReason } from '@aboveboard/consent/rules-statement';

export const parties: Readonly<Record<PartyRole, string>> = {
  employer: 'the employer',
  representative: 'the employees’ representative',
  'data-protection-officer': 'the data-protection officer',
};
const people = (names: readonly string[]) =>
  names.length < 2 ? (names[0] ?? 'nobody') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
const roles = (of: readonly PartyRole[]) => people(of.map((role) => parties[role]));
const count = (n: number, one: string, many: string) =>
  `${n.toLocaleString('en-GB')} ${n === 1 ? one : many}`;
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** Every word of the stewards' pages but those of the form's fields. */
export const text = {
  onlyStewards: 'This page is for the representative, the data-protection officer and the employer.',
  roles,
  overview: {
    title: 'Is everything that we agreed still true?',
    yes: 'Yes, as far as this page can see.',
    no: 'Not everything. What needs attention stands first.',
    empty: 'There is no agreement yet. The first step is a draft.',
    question: 'Question',
    answer: 'Answer',
    inForce: 'Is an agreement in force?',
    inForceYes: (version: number, entry: number, until: string) =>
      `Yes: version ${version}, by entry ${entry} of the rules log, until ${until}.`,
    inForceEnds: (version: number, until: string) =>
      `Version ${version} ends on ${until}. Sign the next one before then, or all recording stops.`,
    inForceEnded: (version: number, until: string) =>
      `No. Version ${version} ended on ${until}. All recorders refuse.`,
    inForceNotYet: (version: number, from: string) => `Not yet. Version ${version} begins on ${from}.`,
    refusal: {
      unsigned: 'No. No version has all its signatures yet, so all recorders refuse.',
      revoked: 'No. A party took back its signature, so all recorders refuse. Only a new version can follow.',
      suspended: 'No. A party suspended it, so all recorders refuse. Only a new version can follow.',
      objected: 'No. Objections reached the agreed share, so all recorders refuse.',
    } satisfies Record<RulesRefusal, string>,
    pending: 'Does a version wait for signatures?',
    pendingNone: 'No.',
    pendingOne: (version: number, missing: readonly PartyRole[]) =>
      `Version ${version}: still to sign ${missing.length === 1 ? 'is' : 'are'} ${roles(missing)}.`,
    pendingFaulty: (version: number) =>
      `Version ${version} has faults in its keys and can’t come into force.`,
    pendingYou: 'It waits for you.',
    objections: 'How many object?',
    objectionsNone: 'No count has been published for this version.',
    objectionsShare: (spent: number, issued: number, percent: number) =>
      `${count(spent, 'objection', 'objections')} from ${count(issued, 'employee', 'employees')} (${issued === 0 ? 0 : Math.floor((spent * 1000) / issued) / 10} %). At ${percent} % recording stops.`,
    witnesses: 'Do the witnesses see the same log?',
    witnessesNone: 'No witness is asked. Another reader could be shown another history.',
    witnessesYes: (names: readonly string[], when: string) =>
      `Yes. ${capital(people(names))} cosigned this state of the log; the quorum is of ${when}.`,
    witnessesNo: 'The quorum has not cosigned the newest state. Recorders go by what they last verified.',
    age: 'Are the rules fresh enough for recorders?',
    ageNone: 'Without witnesses nobody vouches for the time, and production recorders refuse.',
    ageFine: (hours: number, limit: number) =>
      `Yes: ${hours < 1 ? 'less than an hour' : count(hours, 'hour', 'hours')} old; they refuse after ${count(limit, 'hour', 'hours')}.`,
    ageStale: (hours: number, limit: number) =>
      `No: ${count(hours, 'hour', 'hours')} old. Recorders refuse after ${count(limit, 'hour', 'hours')}. See that the witnesses run.`,
    builds: 'Which builds may record?',
    buildsNone: 'None is named. Production recorders refuse.',
    buildsSome: (names: readonly string[]) => `${capital(people(names))}.`,
    breaches: 'Has a breach been reported?',
    breachesNone: 'No.',
    breachesSome: (n: number) =>
      `${count(n, 'notice', 'notices')}. Read ${n === 1 ? 'it' : 'them'} in the log.`,
    installed: 'Does this server hand out the agreement that is in force?',
    installedYes: 'Yes, to the byte.',
    installedNo:
      'No. The operator puts the document and its attached files into the folder “agreement” of the data folder and starts the server again.',
    how: 'How do I know?',
    convenience:
      'This page comes from the server that keeps the log, so it can’t vouch for the server. “aboveboard log verify” on a machine of your own can.',
  },
  draft: {
    title: 'Draft of an agreement',
    lead: 'What you write stays in this browser, also over a reload, until you put it forward or throw it away. Nobody else sees it.',
    begin: 'There is no draft here yet.',
    beginBlank: 'Begin with an empty one',
    beginNext: (version: number) => `Begin with version ${version} as it is in force`,
    open: 'Open a file …',
    save: 'Save as a file',
    drop: 'Throw the draft away',
    dropped: 'The draft was thrown away.',
    back: 'Bring back the draft from before',
    notAFile: (name: string) => `“${name}” holds no draft. Nothing was changed.`,
    opened: (name: string) => `Opened “${name}”.`,
    unsaved: 'This browser does not let the page keep anything. Save the draft as a file before you leave.',
    views: { write: 'Write', read: 'Read as a contributor', compare: 'Compare', forward: 'Put forward' },
    view: 'What to do with it',
    faults: (n: number) =>
      n === 0 ? 'Nothing is missing.' : `${count(n, 'thing is', 'things are')} missing or wrong.`,
    check: 'Show what is missing',
    elsewhere: 'Elsewhere in the document',
    remove: (what: string) => `Remove: ${what}`,
    ownKey: 'Put in the keys of this browser',
    noKey: 'To put your keys in, make them first on the page “Sign”.',
    notYet: 'First the draft must be whole.',
    readLead:
      'These are the words that a contributor reads before she decides. They are made from the draft itself.',
    nothingInForce: 'No version is in force, so there is nothing to compare it with.',
    compareLead: (version: number) => `What changes against version ${version}, which is in force.`,
    same: 'Nothing changes.',
    consent: 'What each contributor must agree to anew',
    gone: 'Goes',
    came: 'Comes',
    choose: 'Choose …',
    kindOfFile: 'What the next file is',
    fileFact: (bytes: string, digest: string) => `${bytes}, SHA-256 ${digest}`,
    fileType: (name: string) => `“${name}” is neither a text (.txt, .md) nor a PDF. Nothing was attached.`,
    fileSize: (name: string) => `“${name}” is empty, or larger than 50 MB. Nothing was attached.`,
    attachNote:
      'Only length and SHA-256 go into the document. Keep the file: the operator needs it to the byte.',
    language: (tag: string) => `in “${tag}”`,
    digest: 'SHA-256 of the document',
  },
  key: {
    title: 'Your key',
    lead: 'Two key pairs, Ed25519 and ML-DSA-44, made in this browser. Their secret halves never leave it unsealed.',
    none: 'This browser holds no key of yours.',
    name: 'Name of the key',
    nameNote: 'It stands in every signature; without spaces and plus signs.',
    badName: 'A key’s name has no spaces and no plus sign.',
    withPasskey: 'Make a key, sealed with a passkey',
    withPassphrase: 'Make a key, sealed with a passphrase',
    passkeyNote: 'A passkey opens it with your fingerprint, face or PIN.',
    noPasskey: 'This browser or device offers no passkey that can seal. Take a passphrase.',
    passphrase: 'Passphrase',
    again: 'The same once more',
    short: 'At least 12 characters: whoever gets the sealed key can try as often as they like.',
    differ: 'The two are not the same.',
    working: 'One moment: sealing is made slow on purpose …',
    have: (name: string, how: 'passkey' | 'passphrase') => `“${name}”, sealed with a ${how}.`,
    publicHalves: 'Public halves',
    keep: 'Save a copy',
    keepNote:
      'Without the key you can’t sign the next version, and nobody can sign it for you. Keep a copy of the sealed key, and the passphrase in another place.',
    keepPassphrase: 'A passphrase for the copy',
    take: 'Take a key from a file …',
    taken: 'The key is here.',
    notAKey: 'This file holds no sealed key, or the passphrase is another one.',
    forget: 'Remove it from this browser',
    forgetTitle: 'Remove the key from this browser?',
    forgetText: 'If no copy of it was saved it is gone for good.',
    keepIt: 'Keep it',
    plain:
      'This page comes from the server. Whoever changes the server can change this page, and with it what happens to a key. If you want to rely on nobody, sign on a machine of your own: “aboveboard agreement sign”.',
    unlock: 'Passphrase of your key',
    wrong: 'The key did not open. Nothing was signed.',
    other:
      'The key of this browser is not one that this document names for you, so a signature would count for nothing.',
    failed: 'The key could not be kept in this browser. Nothing was made.',
  },
  sign: {
    title: 'Sign and act',
    lead: 'What you do here goes into the rules log, where everyone can read it and nobody can take it out.',
    waiting: 'What waits for signatures',
    nothingWaits: 'No version waits.',
    version: (n: number) => `Version ${n}`,
    missing: (missing: readonly PartyRole[]) => `Still to sign: ${roles(missing)}.`,
    faulty: 'It has faults and can’t come into force:',
    read: 'Read it as a contributor',
    compare: 'What changes against the version in force',
    offline: 'Sign on a machine without a network',
    offlineSteps: [
      'Save the document and carry it to that machine.',
      'There: aboveboard agreement show DOCUMENT, then aboveboard agreement sign DOCUMENT --key KEY --out NOTE',
      'Carry the note back and put it in below.',
    ],
    otherKey:
      'The key of this browser is not one that this version names for you. Put its public halves into a draft, or sign where your key is.',
    noKey: 'To sign it here, make a key below. Its public halves must stand in the document.',
    saveDocument: 'Save the document',
    note: 'A note that was signed elsewhere',
    noteOpen: 'Open a note …',
    noteBad: (name: string) => `“${name}” is no note for the rules log. Nothing was sent.`,
    noteSays: 'The note says:',
    done: (entry: number) => `Done. It is entry ${entry} of the rules log.`,
    before: (entry: number) =>
      `The same stands in the log already, as entry ${entry}, and was heard once. Nothing was changed.`,
  },
  act: {
    what: 'What happens',
    who: 'Who sees it',
    undo: 'Can it be undone?',
    typed: (word: string) => `This can’t be undone. To go on, type: ${word}`,
    everyone: 'Everyone: it stands in the rules log, which anyone can read.',
    forward: {
      title: 'Put it forward',
      what: (version: number) =>
        `Version ${version} goes into the rules log for the others to read. It changes nothing until all have signed.`,
      undo: 'It stays in the log. As long as somebody has not signed, nothing comes of it.',
      button: (version: number) => `Put version ${version} forward`,
    },
    sign: {
      title: 'Sign it',
      what: (version: number, last: boolean) =>
        last
          ? `Yours is the last signature: version ${version} comes into force at once, and recorders go by it.`
          : `Your signature stands under version ${version}. It comes into force when all have signed.`,
      undo: 'You can take it back at any time, alone. Then recording stops.',
      button: (version: number) => `Sign version ${version}`,
    },
    revoke: {
      title: 'Take back your signature',
      what: (version: number) =>
        `Version ${version} falls, and all recorders stop as soon as they see it. You need nobody’s consent.`,
      undo: 'No. This version never comes back; only a new one, signed by all, can follow.',
      button: (version: number) => `Revoke version ${version}`,
      word: (version: number) => `revoke version ${version}`,
    },
    suspend: {
      title: 'Give notice that stops recording',
      what: 'All recorders stop as soon as they see it. You need nobody’s consent.',
      undo: 'No. Recording begins again only with a new version that all sign after the notice.',
      reason: 'Reason',
      reasons: {
        restructuring: 'a restructuring was announced',
        breach: 'data came into the wrong hands',
        'control-failed': 'a control failed',
      } satisfies Record<SuspensionReason, string>,
      button: 'Suspend recording',
      word: 'suspend',
    },
    list: {
      title: 'Allow a build of the recorder',
      what: 'Recorders of this build may record under the agreement in force. Only the representative can allow one.',
      undo: 'Yes: any party can withdraw it.',
      button: 'Allow this build',
    },
    withdraw: {
      title: 'Withdraw a build of the recorder',
      what: 'Recorders of this build stop as soon as they see it. You need nobody’s consent.',
      undo: 'No. A withdrawn build does not come back; a new build can be allowed.',
      which: 'Build',
      button: 'Withdraw this build',
      word: (name: string) => `withdraw ${name}`,
      none: 'No build is allowed now.',
    },
    breach: {
      title: 'Report that data came into the wrong hands',
      what: 'The time and the SHA-256 of your notice go into the log; its text stays with you. To stop recording too, give notice above.',
      undo: 'No. A notice stays.',
      file: 'Choose the notice …',
      chosen: (name: string, digest: string) => `“${name}”, SHA-256 ${digest}`,
      button: 'Report it',
      word: 'report',
    },
    build: {
      name: 'Name',
      version: 'Version',
      digest: 'SHA-256',
      bad: 'A name, three numbers and a SHA-256.',
    },
    guardian: {
      title: {
        representative: 'Publish what your guardian counted, or other keys of the logs',
        employer: 'Sign other keys of the logs',
      },
      what: {
        representative:
          'The number of codes or of objection tokens, or the count of objections, goes into the log. At the agreed share recording stops.',
        employer:
          'When the keys that sign or countersign the logs are replaced, you and the representative both sign the same statement. The operator prepares it.',
      },
      policy: (gone: readonly string[], come: readonly string[]) =>
        `Other keys vouch for the logs when you and the other party have both signed this. No longer: ${gone.join(', ') || 'none'}. From then on: ${come.join(', ') || 'none'}. Compare them with the guardian’s page and with the operator.`,
      policyUndo:
        'Keys that were replaced do not come back. Until both have signed, and the old keys have countersigned it once more, nothing changes.',
      tokens: (version: number, issued: number) =>
        `The log says that ${count(issued, 'objection token was', 'objection tokens were')} dealt for version ${version}.`,
      halves:
        'The log says that recorders seal the other half of every key to this guardian. Compare it with her own page.',
      enrolment: (issued: number) =>
        `The log says that ${count(issued, 'code was', 'codes were')} dealt to all employees, and by which key the server and every recorder know what comes of them. Who has such a code can then take part.`,
      objections: (version: number, spent: number, issued: number) =>
        `The log says that ${spent.toLocaleString('en-GB')} of ${count(issued, 'employee objects', 'employees object')} to version ${version}. At the agreed share recording stops.`,
      undo: {
        representative:
          'No count is taken back, the number of tokens stays, and that of codes never goes down; the next count replaces this one.',
        employer: 'Keys that were replaced do not come back.',
      },
      paste: {
        representative: 'The statement, as your guardian’s page shows it or the operator gave it',
        employer: 'The statement, as the operator gave it',
      },
      bad: {
        representative: 'This is no statement of codes, of tokens, of objections or of keys.',
        employer: 'This is no statement of keys.',
      },
      button: 'Sign and publish it',
    },
    enter: {
      title: 'Put the note into the log',
      what: 'What the note says takes effect as if it had been signed here.',
      undo: 'The note stays in the log. A signature can be taken back by revoking; a stop can’t be taken back.',
      button: 'Put it in',
    },
    nothingInForce: 'No version is in force, so there is nothing to stop.',
    stopTitle: 'Stop',
    recorderTitle: 'Recorders',
  },
};
