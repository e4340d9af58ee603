import type { Agreement } from '../src/agreement.ts';
import { type AgreementStanding, makeLocalVerifier } from '../src/agreement-verifier.ts';
import { canonicalBytes } from '../src/canonical-json.ts';
import { type ConsentRecord, giveConsent } from '../src/consent.ts';
import { demonstrationAgreement } from '../src/demonstration.ts';
import type { GateContext } from '../src/gate.ts';
import type { GateState } from '../src/local-gate.ts';

export const NOW = Date.parse('2026-11-23T09:00:00Z');
export const DEMO_ORIGIN = 'http://127.0.0.1:4310';

/** A demonstration, changed as the test wants, with its attachments. */
export async function exampleAgreement(change: (agreement: Agreement) => void = () => {}) {
  const { agreement, attachments } = await demonstrationAgreement({
    origins: [DEMO_ORIGIN],
    now: NOW,
    subtle: crypto.subtle,
  });
  change(agreement);
  return { agreement, attachments, document: canonicalBytes(agreement) };
}

/** An agreement that a production installation takes. */
export function makeProduction(agreement: Agreement): void {
  agreement.class = 'production';
  agreement.coolingMinutes = 7 * 24 * 60;
  agreement.recorders = [{ name: 'extension', version: '0.1.0', digest: 'ab'.repeat(32) }];
  for (const party of agreement.parties) party.keys = [`${party.role}.works.example+0a1b2c3d+AQIDBA==`];
  agreement.apps = [
    {
      id: 'expenses',
      name: 'Expenses',
      origins: ['https://expenses.works.example', 'https://login.works.example'],
      signals: ['pointer', 'keys', 'states'],
      modes: ['task'],
      masks: { open: ['nav'], closed: ['.notes'], literals: 'shipped' },
    },
    {
      id: 'board',
      name: 'Board',
      origins: ['https://board.works.example:8443'],
      signals: ['pointer', 'states'],
      modes: ['task', 'ambient'],
      masks: { open: [], closed: [], literals: 'none' },
    },
  ];
  agreement.desktopApps = [
    {
      id: 'editor',
      name: 'Editor',
      executable: '/usr/bin/mousepad',
      windowClass: 'Mousepad',
      signals: ['pointer', 'keys', 'states', 'frames'],
      modes: ['task'],
    },
  ];
}

/** Consent to all that is in it. */
export function consentTo(standing: AgreementStanding): ConsentRecord {
  if (!standing.ok) throw new Error(JSON.stringify(standing.faults));
  const { agreement, digest } = standing;
  return giveConsent({
    agreement,
    digest,
    choice: {
      purposes: agreement.purposes,
      apps: [...agreement.apps, ...agreement.desktopApps].map(({ id, signals, modes }) => ({
        id,
        signals,
        modes,
      })),
      notice: { language: 'en', words: 1, digest: 'cd'.repeat(32) },
    },
    now: NOW - 86_400_000 / 2,
    random: (n) => new Uint8Array(n).fill(7),
  });
}

export async function exampleState(change?: (agreement: Agreement) => void): Promise<GateState> {
  const standing = await makeLocalVerifier(crypto.subtle).verify(await exampleAgreement(change));
  if (!standing.ok) throw new Error(JSON.stringify(standing.faults));
  return {
    on: true,
    installation: standing.agreement.class,
    agreement: standing,
    consent: consentTo(standing),
    verifiedAt: NOW - 60_000,
    usage: { session: 0, today: 0 },
  };
}

export function pageContext(origin: string, change: Partial<GateContext> = {}): GateContext {
  return {
    now: NOW,
    mode: 'task',
    signal: 'pointer',
    target: { kind: 'browser', top: origin, frame: origin, private: false, window: 'normal' },
    ...change,
  };
}
