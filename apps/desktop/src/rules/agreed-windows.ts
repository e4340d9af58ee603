import type { Agreement } from '@aboveboard/consent/agreement';
import type { Gate } from '@aboveboard/consent/gate';

const NOTHING = 'No agreement is in force that this computer has proved.';

/** Why nothing at all of the agreed applications may be recorded now; null: something may. */
export function whyRefused(agreement: Agreement | null, gate: Gate, now: number): string | null {
  let why: string | null = null;
  for (const { executable, windowClass, signals } of agreement?.desktopApps ?? []) {
    const target = { kind: 'desktop', executable, windowClass: windowClass ?? '' } as const;
    for (const signal of signals) {
      const decision = gate.decide({ now, mode: 'task', signal, target });
      if (decision.allow) return null;
      why ??= decision.reason;
    }
  }
  return why ?? NOTHING;
}
