import type { ControlName, ControlState } from '@aboveboard/protocol/controls';

/** Words of the page Controls; what was found, and what to do, the server says. */
export const text = {
  title: 'Is everything that we agreed still true?',
  lead: 'Each line was checked just now, when you opened this page. What could not be checked counts as not in order.',
  all: (n: number) => `All ${n} controls are in order.`,
  some: (n: number, of: number) =>
    `${n === 1 ? 'One' : n} of ${of} controls ${n === 1 ? 'is' : 'are'} not in order. What is not stands first.`,
  states: {
    ok: 'In order',
    'not-ok': 'Not in order',
    unchecked: 'Could not be checked',
  } satisfies Record<ControlState, string>,
  names: {
    rules: 'Rules',
    'rules-log': 'Witnesses of the log of rules',
    'uses-log': 'Witnesses of the log of uses',
    guardian: 'The representative’s guardian',
    probe: 'Probe from outside',
    vault: 'Vault',
    retention: 'Erasing what is over its time',
    releases: 'Deleting superseded releases',
    walls: 'Walls in the database',
    durability: 'Nothing is lost in a power cut',
    listening: 'Encryption on the network',
    'page-policy': 'What pages may do',
    'core-dumps': 'Core dumps',
    'data-backup': 'Backup of the data',
    'keys-backup': 'Backup of the keys',
    'vault-backup': 'Backup of the vault',
    'guardian-backup': 'Backup of the guardian',
    certificate: 'Certificate',
    holds: 'Ends of legal holds',
    notices: 'Notices after a breach',
    reminders: 'Mails that something waits',
    'erasure-drill': 'Drill of erasure',
  } satisfies Record<ControlName, string>,
  checkedAt: (at: string) => `Checked at ${at}`,
  todo: 'What to do:',
  again: 'Check again',
  waits: 'What waits for you',
  nothingWaits: 'Nothing waits for you.',
  by: (day: string) => `by ${day}`,
  now: 'now',
  go: { '/sign': 'Sign', '/grants': 'Answer', '/holds': 'Answer', '/draft': 'Draft' },
  how: 'How do I know?',
  server:
    'The server made these checks when you asked, so this page can’t vouch for the server itself: an operator who changes the software can change its answers.',
  guardian:
    'What stands here of the guardian and of its probe the guardian signed, for this very question. The representative sees the same on the guardian’s own page, without the server.',
  logged: 'What the probe found is an entry of the log of uses: the first, each change, and one a day.',
  log: 'See the log',
} as const;
