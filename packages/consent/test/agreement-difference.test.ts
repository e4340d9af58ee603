import { describe, expect, it } from 'vitest';
import type { Agreement } from '../src/agreement.ts';
import { agreementDifference, differenceWords } from '../src/agreement-difference.ts';
import { en } from '../src/messages/en.ts';
import { exampleAgreement, makeProduction } from './example-agreement.ts';

const { agreement: older } = await exampleAgreement(makeProduction);

function newer(change: (agreement: Agreement) => void): Agreement {
  const copy = structuredClone(older);
  copy.version++;
  change(copy);
  return copy;
}
const app = (agreement: Agreement, id: string) => {
  const found = agreement.apps.find((one) => one.id === id);
  if (!found) throw new Error('no such application');
  return found;
};
const fresh = (change: (agreement: Agreement) => void) => agreementDifference(older, newer(change)).fresh;
/** Another value of the same type. */
function nudged(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'string') return `${value}x`;
  if (Array.isArray(value)) return value.slice(1);
  const [[key, inner] = ['x', '']] = Object.entries(value as object);
  return { ...(value as object), [key]: nudged(inner) };
}
const nothing = { everything: false, apps: [], purposes: [] };

const mail = {
  id: 'mail',
  name: 'Mail',
  origins: ['https://mail.works.example'],
  signals: ['frames' as const],
  modes: ['task' as const],
  masks: { open: [], closed: [], literals: 'none' as const },
};

describe('difference between two versions', () => {
  it('[AGR70] says what is new and what is gone in each application', () => {
    const next = newer((one) => {
      one.apps.push(mail);
      app(one, 'expenses').signals = ['pointer', 'text'];
      app(one, 'expenses').origins = ['https://expenses.works.example', 'https://new.works.example'];
      app(one, 'board').masks.open = ['main'];
      one.desktopApps = [];
    });
    expect(agreementDifference(older, next).apps).toEqual([
      expect.objectContaining({
        app: 'expenses',
        change: 'widened',
        signals: ['text'],
        modes: [],
        places: ['https://new.works.example'],
        masks: false,
      }),
      expect.objectContaining({
        app: 'expenses',
        change: 'narrowed',
        signals: ['keys', 'states'],
        places: ['https://login.works.example'],
      }),
      expect.objectContaining({ app: 'board', change: 'widened', signals: [], masks: true }),
      expect.objectContaining({ app: 'mail', change: 'added', signals: ['frames'] }),
      expect.objectContaining({ app: 'editor', change: 'removed' }),
    ]);
    expect(
      agreementDifference(
        older,
        newer(() => {}),
      ).apps,
    ).toEqual([]);
  });

  it('[AGR71] has every field that differs', () => {
    for (const field of Object.keys(older) as (keyof Agreement)[]) {
      if (field === 'apps' || field === 'desktopApps') continue;
      const next = { ...structuredClone(older), [field]: nudged(older[field]) } as Agreement;
      expect(agreementDifference(older, next).terms.map((term) => term.field)).toEqual([field]);
    }
  });

  it('[AGR72] asks anew for the applications where more may be recorded, and for no others', () => {
    expect(fresh((one) => one.apps.push(mail))).toEqual({ ...nothing, apps: ['mail'] });
    expect(fresh((one) => app(one, 'board').signals.push('keys')).apps).toEqual(['board']);
    expect(fresh((one) => app(one, 'expenses').modes.push('ambient')).apps).toEqual(['expenses']);
    expect(fresh((one) => app(one, 'board').origins.push('https://b.works.example')).apps).toEqual(['board']);
    expect(fresh((one) => (app(one, 'expenses').masks.closed = [])).apps).toEqual(['expenses']);
    expect(fresh((one) => (app(one, 'board').masks.literals = 'shipped')).apps).toEqual(['board']);
    expect(
      fresh((one) => (one.desktopApps = one.desktopApps.map((two) => ({ ...two, windowClass: null })))).apps,
    ).toEqual(['editor']);
    // Only taken away, or said in another order.
    expect(fresh((one) => (app(one, 'expenses').signals = ['states', 'pointer']))).toEqual(nothing);
    expect(fresh((one) => (app(one, 'expenses').masks.open = []))).toEqual(nothing);
    expect(fresh((one) => app(one, 'board').masks.closed.push('.x'))).toEqual(nothing);
    expect(fresh((one) => (one.apps = []))).toEqual(nothing);
  });

  it('[AGR72] a place that moves to another application is new there', () => {
    const moved = fresh((one) => {
      app(one, 'expenses').origins = ['https://expenses.works.example'];
      app(one, 'board').origins.push('https://login.works.example');
    });
    expect(moved.apps).toEqual(['board']);
  });

  it('[AGR73] asks anew for everything when a term grows, and not when it shrinks', () => {
    const grows: ((one: Agreement) => void)[] = [
      (one) => one.retention.vaultDays++,
      (one) => one.limits.dayMinutes++,
      (one) => one.downstreamUses.push('customers'),
      (one) => one.objectionPercent++,
      (one) => one.staleHours++,
      (one) => (one.textRecognition = true),
      (one) => one.coolingMinutes--,
      (one) => (one.finestTimestampMicroseconds = 100),
      (one) => (one.controller.name = 'Another Works'),
      (one) => (one.legalBasis.reference = 'another'),
      (one) => one.paidTime.reviewMinutesPerWeek--,
      (one) => (one.withdrawal.remains = { en: 'More remains.' }),
    ];
    for (const change of grows) expect(fresh(change).everything, String(change)).toBe(true);
    const shrinks: ((one: Agreement) => void)[] = [
      (one) => one.retention.vaultDays--,
      (one) => one.limits.dayMinutes--,
      (one) => one.leastCount++,
      (one) => one.objectionPercent--,
      (one) => one.staleHours--,
      (one) => (one.surrogates = false),
      (one) => one.coolingMinutes++,
      (one) => one.paidTime.expertHoursPerYear++,
      (one) => one.budgets.cpuPercent--,
    ];
    for (const change of shrinks) expect(fresh(change), String(change)).toEqual(nothing);
    // One grows while another shrinks.
    expect(
      fresh((one) => {
        one.retention.vaultDays--;
        one.retention.keyBackupDays++;
      }).everything,
    ).toBe(true);
  });

  it('[AGR74] asks for a new purpose alone', () => {
    const before = { ...structuredClone(older), purposes: ['model-testing' as const] };
    expect(agreementDifference(before, older).fresh).toEqual({ ...nothing, purposes: ['model-training'] });
    expect(agreementDifference(older, before).fresh).toEqual(nothing);
  });

  it('[AGR75] parties, mandate, builds, attachments, words and validity change without asking', () => {
    expect(
      fresh((one) => {
        one.title = { en: 'Another' };
        one.validity.until = '2027-05-01T00:00:00Z';
        one.recorders.push({ name: 'extension', version: '0.2.0', digest: 'cd'.repeat(32) });
        one.mandate.kind = 'union';
        const [first] = one.parties;
        if (first) first.contact = 'elsewhere@works.example';
        one.attachments.splice(1, 0);
      }),
    ).toEqual(nothing);
  });

  it('[AGR76] says it in words that are those of the renderings', () => {
    const words = differenceWords(
      older,
      newer((one) => {
        one.apps.push(mail);
        app(one, 'board').signals.push('frames');
        one.retention.vaultDays = 7;
      }),
      en,
    );
    expect(words.changes).toEqual([
      'New: pictures of the window with its content masked, in Board.',
      'New: Mail, at https://mail.works.example, with pictures of the window with its content masked.',
    ]);
    expect(words.passages.find((one) => one.heading === 'How long it is kept')).toEqual({
      heading: 'How long it is kept',
      gone: ['What you released is kept for at most 30 days.'],
      came: ['What you released is kept for at most 7 days.'],
    });
    expect(words.consent).toEqual([
      'What is new in Board is not recorded until you agree to it. Everything else goes on as it was.',
      'What is new in Mail is not recorded until you agree to it. Everything else goes on as it was.',
    ]);
    expect(
      differenceWords(
        older,
        newer(() => {}),
        en,
      ).consent,
    ).toEqual(['Nothing that is recorded changes for you; you need not do anything.']);
  });
});
