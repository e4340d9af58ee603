import { MODES, SIGNALS } from './agreement.ts';
import type { AgreementStanding } from './agreement-verifier.ts';
import { type ConsentRecord, parseConsent } from './consent.ts';
import type { DenyCode, Gate, GateContext, GateDecision } from './gate.ts';
import { appsAt, type ListedApp, neverHere } from './gate-target.ts';
import { en } from './messages/en.ts';

/**
 * The gate over a local agreement and her own consent (spec/gate.md). It checks no signatures: the rule of
 * each decision says so, and only what the contributor accepted on this device is recorded.
 */
export type GateState = {
  /** Her switch (T1). False until she opts in, and at once when she stops. */
  on: boolean;
  installation: 'demonstration' | 'production';
  /** Null: none is installed. */
  agreement: AgreementStanding | null;
  /** Null: she gave none. */
  consent: ConsentRecord | null;
  /** When the state of the rules was last verified; milliseconds since the epoch. */
  verifiedAt: number | null;
  /** Recorded so far, milliseconds: in this session, and on this day. */
  usage: { session: number; today: number };
};

/** A clock that is further behind than this was turned back, and no time can be checked. */
const CLOCK_SLACK = 5 * 60_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;

/**
 * `read` is called for each decision and gives the state at that moment; whatever it or anything below it
 * throws is a denial (T14). Sentences come from `words`, English unless given.
 */
export function makeLocalGate(
  read: () => GateState,
  words: Readonly<Record<DenyCode, string>> = en.deny,
): Gate {
  return {
    decide(context) {
      try {
        const verdict = judge(read(), context);
        return typeof verdict === 'string' ? denied(verdict, words) : verdict;
      } catch {
        return denied('check-failed', words);
      }
    },
  };
}

function denied(deny: DenyCode, words: Readonly<Record<DenyCode, string>>): GateDecision {
  return { allow: false, deny, reason: words[deny] };
}

/** Reads as the argument: switch, place, agreement, state, consent, list, mode and signal, limits. */
function judge(state: GateState, context: GateContext): GateDecision | DenyCode {
  const { now, mode, signal, target } = context;
  if (state.on !== true) return 'off';
  if (!isTime(now) || !MODES.includes(mode) || !SIGNALS.includes(signal)) return 'check-failed';

  const closed = neverHere(target);
  if (closed) return closed;

  const standing = state.agreement;
  if (standing === null) return 'no-agreement';
  if (standing.ok !== true) return 'agreement-invalid';
  const { agreement, digest } = standing;
  if (agreement.class !== state.installation) return 'agreement-invalid';
  const from = Date.parse(agreement.validity.from);
  const until = Date.parse(agreement.validity.until);
  if (!isTime(from) || !isTime(until)) return 'check-failed';
  if (now < from) return 'agreement-not-yet-valid';
  if (now >= until) return 'agreement-expired';

  const { verifiedAt } = state;
  if (verifiedAt === null) return 'agreement-stale';
  if (!isTime(verifiedAt)) return 'check-failed';
  if (verifiedAt > now + CLOCK_SLACK) return 'clock-wrong';
  const stale = verifiedAt + agreement.staleHours * HOUR;
  if (now >= stale) return 'agreement-stale';

  const { consent } = state;
  if (consent === null) return 'no-consent';
  if (!soundConsent(consent) || consent.givenAt > now + CLOCK_SLACK) return 'check-failed';
  if (consent.withdrawnAt !== null) return 'no-consent';
  if (now >= consent.lapsesAt) return 'consent-lapsed';
  if (consent.agreement.id !== agreement.id) return 'no-consent';
  if (consent.agreement.digest !== digest) return 'consent-older-than-agreement';

  const apps = appsAt(agreement, target);
  if (apps === null) return 'not-on-list';
  for (const app of apps) {
    if (!app.modes.includes(mode)) return 'mode-not-agreed';
    if (!app.signals.includes(signal)) return 'signal-not-agreed';
    const given = consent.apps.find((one) => one.id === app.id);
    if (!given?.signals.includes(signal) || !given.modes.includes(mode)) return 'no-consent';
  }

  const left = Math.min(
    agreement.limits.sessionMinutes * MINUTE - state.usage.session,
    agreement.limits.dayMinutes * MINUTE - state.usage.today,
  );
  if (!(state.usage.session >= 0 && state.usage.today >= 0)) return 'check-failed';
  if (!(left > 0)) return 'limit-reached';

  const asked = Math.min(until, stale, consent.lapsesAt, now + left);
  if (!(asked > now)) return 'check-failed';
  return { allow: true, rule: ruleOf(standing, apps, signal), until: asked };
}

/** `agreement expenses-pilot version 1, app tasks, signal pointer (signatures: not checked)` */
function ruleOf(
  standing: AgreementStanding & { ok: true },
  apps: readonly ListedApp[],
  signal: string,
): string {
  const unchecked = standing.checks.filter((one) => one.result !== 'checked').map((one) => one.check);
  const { id, version } = standing.agreement;
  const names = apps.map((app) => app.id).join(' and ');
  const caveat = unchecked.length > 0 ? ` (${unchecked.join(', ')}: not checked)` : '';
  return `agreement ${id} version ${version}, app ${names}, signal ${signal}${caveat}`;
}

/** A record is checked when it is first seen; the same object is not read anew at every decision. */
const sound = new WeakSet<ConsentRecord>();
function soundConsent(consent: ConsentRecord): boolean {
  if (sound.has(consent)) return true;
  if (!parseConsent(consent).ok) return false;
  sound.add(consent);
  return true;
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
