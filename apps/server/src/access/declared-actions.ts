/**
 * Every action that can be decided about, with what it is about (spec/access.md, ACC4). The schema of the policies has
 * the same ones; a test holds the two together.
 */
export const INSTALLATION_ACTIONS = [
  'see-installation',
  'read-rules',
  'read-logs',
  'read-pages',
  'relay-cells',
  'sign-in',
  'see-own-session',
  'see-own',
  'send-recording',
  'erase-own',
  'commit-own-act',
  'hand-over-own',
  'browse-catalogue',
  'ask-grant',
  'see-releases',
  'answer-release',
  'enter-model',
  'begin-access',
  'enter-rules',
  'see-grants',
  'see-holds',
  'ask-hold',
  'approve-hold',
  'end-hold',
  'see-retention',
  'see-controls',
  'keep-own-account',
  'keep-accounts',
  'verify-upload',
  'keep-house',
] as const;
export type InstallationAction = (typeof INSTALLATION_ACTIONS)[number];

export const GRANT_ACTIONS = [
  'see-grant',
  'approve-grant',
  'refuse-grant',
  'revoke-grant',
  'withdraw-grant',
] as const;
export type GrantAction = (typeof GRANT_ACTIONS)[number];

export const RECORDING_ACTIONS = ['open-recording'] as const;
export const ACCESS_ACTIONS = ['read-opened'] as const;

export const ACTIONS: readonly string[] = [
  ...INSTALLATION_ACTIONS,
  ...GRANT_ACTIONS,
  ...RECORDING_ACTIONS,
  ...ACCESS_ACTIONS,
];
