/**
 * Which room may import which (ARCHITECTURE.md). `name/file` allows that one file of a room. Test code may
 * also use the contract suites of the rooms that its own may import.
 */
export const DIRECTIONS: Readonly<Record<string, readonly string[]>> = {
  'packages/protocol': [],
  'packages/tlog': [],
  'packages/planner': [],
  'packages/vault': [],
  'packages/consent': ['protocol', 'tlog'],
  'packages/redact': ['protocol', 'consent'],
  'packages/review': ['protocol'],
  'packages/logbook': ['consent', 'tlog'],
  // tlog: the line of a device follows both logs.
  'packages/capture': ['protocol', 'consent', 'redact', 'vault', 'tlog'],
  'packages/dataset': ['protocol', 'consent', 'redact', 'vault'],
  // dataset/action-steps: the steps of a recording in words, beside its replay.
  'apps/extension': [
    'protocol',
    'consent',
    'redact',
    'vault',
    'capture',
    'review',
    'tlog',
    'logbook',
    'dataset/actions',
    'dataset/action-steps',
  ],
  // The same composition as the extension's, over the operating system in the place of the browser.
  'apps/desktop': [
    'protocol',
    'consent',
    'redact',
    'vault',
    'capture',
    'review',
    'tlog',
    'dataset/actions',
    'dataset/action-steps',
  ],
  // review: the page that renders frames replays a recording as the contributor saw it.
  'apps/server': ['protocol', 'consent', 'vault', 'tlog', 'dataset', 'review'],
  // review: the one set of tokens of its pages.
  'apps/guardian': ['protocol', 'consent', 'vault', 'tlog', 'review/tokens.css'],
  // consent: the agreement in words is made from the document, also in a page. The rest of what recording
  // needs is for /try alone (TRY_ONLY).
  'apps/web': [
    'protocol',
    'consent',
    'tlog',
    'logbook',
    'planner',
    'capture',
    'review',
    'redact',
    'vault',
    'dataset/actions',
    'dataset/action-steps',
    'dataset/export/model-action',
    'dataset/export/pyautogui',
  ],
  'apps/cli': [
    'protocol',
    'consent',
    'redact',
    'vault',
    'tlog',
    'logbook',
    'planner',
    'capture',
    'review',
    'dataset',
    'server',
    'guardian',
    'extension',
    'desktop',
    'web',
  ],
};

/** What `apps/web` may use only in the folders that make /try, where a newcomer records in the page itself. */
export const TRY_ONLY: readonly string[] = [
  'capture',
  'redact',
  'vault',
  'dataset/export/model-action',
  'dataset/export/pyautogui',
];
export const TRY_FOLDER = /^apps\/web\/(src\/)?((.+\/)?try[^/]*(\/|\.tsx?$)|practice\/)/;
