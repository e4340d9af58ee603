import type { StaffRole } from '@aboveboard/protocol/staff';

/** What the pages say where staff sign in and keep their accounts. */
export const text = {
  ways: {
    lead: 'For the parties, researchers and the operator. Contributors have no account: the recorder is all that they need.',
    passkey: 'Sign in with a passkey',
    provider: 'Sign in at your organisation',
    join: 'You have an invitation, or lost your passkey',
    address: 'Passkeys belong to a name. Open this page by its name:',
    refused:
      'That did not sign you in. Nothing was changed. Ask who invited you whether your account is there, then begin again.',
    no: 'Your browser made no passkey and used none. Nothing was changed; try again.',
  },
  join: {
    title: 'Begin, or come back',
    lead: 'An invitation makes your account on this device. A recovery code gives you back an account whose passkey you lost.',
    what: 'What do you have?',
    kinds: {
      invitation: 'An invitation',
      recoveryCode: 'My recovery code',
      recoveryHalves: 'Two halves, from two other parties',
    },
    code: 'Code',
    half: ['First half', 'Second half'] as const,
    next: 'Next',
    before: (role: string) => `This makes a passkey on this device for: ${role}.`,
    recovering: 'Your other passkeys and all your sessions end with this.',
    sign: 'The rules name keys of your party. Sign with them, so that nobody else can be you here. What is signed:',
    signRecovery:
      'You may sign with your party’s keys now, or later on the page “Account”. Until then your account only looks.',
    keyFile: 'Key file of your party',
    passphrase: 'Its passphrase',
    keptKey: 'Your party’s key is kept in this browser.',
    wrongKey: 'This key does not open so, or it is not the one that the rules name. Nothing was sent.',
    make: 'Make the passkey',
    provider: 'Use my organisation’s sign-in instead',
    done: 'You are signed in',
    keep: 'Write down this recovery code and put it where only you get at it. It is shown this once. With it, and without anybody’s help, you come back when you have lost your passkeys.',
    go: 'I have written it down',
  },
  account: {
    title: 'Your account',
    lead: (role: string) =>
      `You are signed in as: ${role}. Your name is not stored here. An account shows pages; it signs nothing.`,
    passkeys: 'Your passkeys',
    madeOn: (day: string) => `Made on ${day}`,
    remove: 'Take away',
    add: 'Add a passkey',
    addNote: 'A second one, on another device, is the easiest way back when you lose the first.',
    byProvider: 'You also sign in at your organisation.',
    bound: 'Your account is bound to your party’s keys.',
    unbound: 'Your account is not bound to your party’s keys yet. Sign, so that everyone sees it is yours.',
    bind: 'Sign and bind',
    others: 'All accounts',
    probe: 'of the guardian’s probe: it tries doors, and none opens for it',
    othersNote:
      'Nobody holds two of employer, representative and data-protection officer, and the operator is none of them. Tell the others when there is an account here that you do not know.',
    columns: {
      role: 'Role',
      made: 'Made on',
      passkeys: 'Passkeys',
      provider: 'Organisation',
      bound: 'Bound',
    },
    yes: 'yes',
    no: 'no',
    none: '–',
    give: 'Give half of a recovery code',
    given: (half: string, hours: number) =>
      `Your half, good for ${hours} hours: ${half}. Give it to her yourself. It is of no use without another party’s half.`,
    nothing: 'You signed in with a code of a demonstration. There is no account to change.',
  },
  roles: {
    researcher: 'researcher',
    operator: 'operator',
    representative: 'employees’ representative',
    dpo: 'data-protection officer',
    employer: 'employer',
  } satisfies Record<StaffRole, string>,
};
