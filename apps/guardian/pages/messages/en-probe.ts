const count = (n: number, one: string, many: string) =>
  `${n.toLocaleString('en-GB')} ${n === 1 ? one : many}`;

/** What the guardian says of the server's doors. */
export const probeWords = {
  title: 'The server from outside',
  lead: 'Every five minutes your guardian tries every door of the server as somebody who may not pass. A door that opens locks your guardian.',
  none: 'No round has ended yet since this guardian was started.',
  fine: (when: string, tried: number) =>
    `On ${when} it tried ${count(tried, 'time', 'times')}, and every door was closed.`,
  silent: (when: string, n: number) =>
    `On ${when} there was ${count(n, 'door that gave no answer', 'doors that gave no answer')}: nothing is known about them.`,
  found: (when: string, n: number) =>
    `On ${when} it found ${count(n, 'door', 'doors')} that should be closed.`,
  finding: (method: string, path: string, as: string) => `${method} ${path}, as ${as}`,
  what: {
    'it opened': 'It opened.',
    'it leads elsewhere': 'It leads elsewhere.',
    'it broke': 'It broke.',
    'it says what is inside': 'It says what is inside.',
  } as Readonly<Record<string, string>>,
};
