/**
 * Clock, randomness, network, storage and the page come to `packages/` as arguments. Names that break that,
 * and the few places that may use one, each with its reason. An allowance that nothing uses is a finding.
 */
export const AMBIENT: Readonly<Record<string, string>> = {
  'Date.now': 'takes the clock as an argument',
  'Date.new': 'takes the clock as an argument',
  'performance.now': 'takes the clock as an argument',
  'performance.timeOrigin': 'takes the clock as an argument',
  'Math.random': 'takes randomness as an argument',
  'crypto.subtle': 'takes subtle as an argument',
  crypto: 'takes randomness and subtle as arguments',
  fetch: 'does no I/O',
  XMLHttpRequest: 'does no I/O',
  WebSocket: 'does no I/O',
  EventSource: 'does no I/O',
  BroadcastChannel: 'does no I/O',
  Worker: 'does no I/O',
  localStorage: 'takes storage as an argument',
  sessionStorage: 'takes storage as an argument',
  indexedDB: 'takes storage as an argument',
  caches: 'takes storage as an argument',
  document: 'takes its document as an argument',
  window: 'takes its window as an argument',
  globalThis: 'takes what it needs as arguments',
  navigator: 'takes what it needs as arguments',
  chrome: 'takes what it needs as arguments',
  process: 'takes what it needs as arguments',
  console: 'tells its caller and prints nothing',
};

export type Allowance = { file: string; name: string; reason: string };

const DIGEST = 'a digest is a function of its input alone, and every host has the same one';

export const ALLOWANCES: readonly Allowance[] = [
  { file: 'packages/protocol/src/bundle.ts', name: 'crypto.subtle', reason: DIGEST },
  { file: 'packages/protocol/src/part-codec.ts', name: 'crypto.subtle', reason: DIGEST },
];
