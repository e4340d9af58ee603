/** Every word of the page that checks receipts and proofs. */
export const text = {
  title: 'Check a receipt or a proof',
  lead: 'Choose the files, or drop them here: a receipt; or a proof (.tlog-proof) together with its entry. If you have one, add the policy file that says whom you trust, and the document of the agreement.',
  local: 'Nothing leaves this page: it sends no file anywhere and keeps none.',
  convenience:
    'But the page itself comes from this server. Whoever wants to rely on nobody checks on a machine of their own: “aboveboard verify FILE --policy POLICY”.',
  choose: 'Choose files …',
  drop: 'Drop the files here',
  tooLarge: (name: string) => `“${name}” is larger than anything that can be checked here.`,
  holdsMark: 'holds',
  failsMark: 'does not hold',
  uncheckedMark: 'not checked',
  unknown: (name: string) => `“${name}” is neither a receipt nor a proof.`,
  doesNotHold: (name: string) => `“${name}” does not hold.`,
  unchecked: (name: string) => `“${name}” could not be checked.`,
  says: 'What it says',
  form: { yes: 'It has the form that it must have.', no: 'It has not the form that it must have.' },
  noPolicy: 'Without a policy nobody says which log and which witnesses count, so this was not checked.',
  ownPolicy: 'Checked against the policy that you gave.',
  servedPolicy:
    'Whether these are the right keys and witnesses: this server named them. Add a policy of your own to know.',
  receipt: {
    holds: (name: string) => `“${name}” is a receipt that holds.`,
    form: 'It is a receipt of this format.',
    signature: {
      yes: 'The signature of the device verifies.',
      no: 'The signature of the device does not verify.',
    },
    words: {
      yes: 'The words in it are those that were shown.',
      no: 'The words in it are not those that were shown.',
    },
    times: { yes: 'Its times fit together.', no: 'Its times do not fit together.' },
    agreement: {
      yes: 'All that it allows stands in the agreement that it names.',
      no: 'It does not fit the agreement that it names.',
    },
    noAgreement:
      'The agreement that it names is not at hand, so it was not held against it. Add the document.',
    commitment: {
      yes: 'The commitment in the log is to this receipt and nothing else.',
      no: 'The commitment in the log is to something else.',
    },
    noLog: 'It carries no commitment for the log.',
    log: {
      yes: 'The commitment is proved to stand in the log.',
      no: 'The proof that it stands in the log fails.',
    },
    noProof: 'It carries no proof of the log yet; the recorder adds it after the batch of the day.',
    other: { yes: '', no: 'Something else is wrong.' },
    state: {
      given: (until: string) => `The consent was given, and lapses on ${until}.`,
      lapsed: (until: string) => `The consent was given, and lapsed on ${until}.`,
      withdrawn: () => 'The consent was given and taken back.',
    },
    under: (id: string, version: number) => `It is to version ${version} of the agreement “${id}”.`,
  },
  proof: {
    holds: (name: string) => `“${name}” stands in the log.`,
    needsEntry: (name: string) => `“${name}” needs the entry that it is about.`,
    form: (index: number, size: number, origin: string) =>
      `It is a proof about entry ${index} of ${origin}, when that had ${size} entries.`,
    noEntry: 'Choose the file of the entry together with the proof.',
    stands: {
      yes: 'The entry hashes to the root of that state of the log.',
      no: 'The entry does not hash to the root of that state of the log: it is another entry, or was changed.',
    },
    signed: {
      yes: 'The log signed that state.',
      no: 'That state is not signed by a log that counts here.',
    },
    quorum: {
      yes: 'The quorum of witnesses saw it.',
      no: 'The quorum of witnesses did not see it.',
    },
    unwitnessed: 'No witness is asked for: another reader could be shown another log.',
    witnessed: (names: string, when: string) => `Witnessed by ${names}; the quorum saw it on ${when}.`,
    document: (id: string, version: number, digest: string) =>
      `The document of version ${version} of the agreement “${id}” (SHA-256 ${digest}).`,
    note: 'A note for the rules log. Its text, line by line:',
    otherEntry: 'Bytes that no software here knows how to read.',
  },
};
