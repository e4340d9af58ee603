const count = (n: number, one: string, many: string) =>
  `${n.toLocaleString('en-GB')} ${n === 1 ? one : many}`;

const roleNames: Readonly<Record<string, string>> = {
  contributor: 'a contributor',
  researcher: 'a researcher',
  operator: 'the operator',
  representative: 'a representative',
  dpo: 'the data-protection officer',
  employer: 'the employer',
};

/** What the guardian says of the server's doors. */
export const probeWords = {
  title: 'The server from outside',
  lead: 'Every five minutes your guardian tries every door of the server as nobody, as each role that may not pass, and with sessions that were copied or have ended. A door that opens locks your guardian.',
  none: 'No round has ended yet since this guardian was started.',
  fine: (when: string, tried: number) =>
    `On ${when} it tried ${count(tried, 'time', 'times')}, and every door was closed.`,
  silent: (when: string, n: number) =>
    `On ${when} there was ${count(n, 'door that gave no answer', 'doors that gave no answer')}: nothing is known about them.`,
  lacking: (when: string, roles: readonly string[]) =>
    `On ${when} it could not try the doors as ${roles.map((role) => roleNames[role] ?? role).join(', ')}: it has no account for that, or the server does not take it any more. Nothing is known about these doors.`,
  accounts: (n: number) => `Accounts for trying doors (${n} of 6)`,
  accountsHelp:
    'Ask the operator for new ones (“aboveboard staff invite --probe”) and paste all the lines here. They are shown among the accounts of the server as the probe’s. Nothing opens for them, whoever has them.',
  invitations: 'The lines that the operator gave you',
  enrol: 'Make these accounts',
  found: (when: string, n: number) =>
    `On ${when} it found ${count(n, 'door', 'doors')} that should be closed.`,
  finding: (method: string, path: string, as: string) => `${method} ${path}, as ${as}`,
  what: {
    'it opened': 'It opened.',
    'it would have opened': 'It would have opened for a person.',
    'it leads elsewhere': 'It leads elsewhere.',
    'it broke': 'It broke.',
    'it says what is inside': 'It says what is inside.',
  } as Readonly<Record<string, string>>,
};
