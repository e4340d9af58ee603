import { type AgreedApp, type Agreement, MODES, PURPOSES, type Purpose, SIGNALS } from './agreement.ts';
import { agreedBefore, termsCarry } from './agreement-difference.ts';
import { cellsOf, placesOf } from './agreement-scope.ts';
import type { AgreementStanding } from './agreement-verifier.ts';
import { type ConsentRecord, parseConsent } from './consent.ts';
import { deepFreeze } from './frozen.ts';
import type { BrowserTarget, DenyCode, Gate, GateContext, GateDecision } from './gate.ts';
import { appsAt, type ListedApp, neverHere } from './gate-target.ts';
import { en } from './messages/en.ts';
import { isProvedStanding } from './proved-verifier.ts';
import type { RulesRefusal, RulesVersion } from './rules-state.ts';
import { isVerifiedRules, type VerifiedRules } from './verified-rules.ts';

/**
 * The gate over rules that were proved (spec/gate.md, GATE20-GATE31): it allows only under an agreement that
 * is in force in a replayed log whose tree the quorum of witnesses cosigned, recently enough, and only what the
 * contributor's own consents cover. Rules and standings are taken from the verifiers alone: an object that
 * looks like one and was not made by them denies.
 */
export type VerifiedGateState = {
  /** Her switch (T1). False until she opts in, and at once when she stops. */
  on: boolean;
  installation: 'demonstration' | 'production';
  /** From `verifyRules`; null when there are none yet. */
  rules: VerifiedRules | null;
  /** From `makeProvedVerifier`: the document in force with all of its attachments on this device (T5). */
  agreement: AgreementStanding | null;
  /** Every consent that she gave and did not remove; one for each act. */
  consents: readonly ConsentRecord[];
  /** SHA-256 of the recorder that asks, hex. */
  build: string;
  /** Recorded so far, milliseconds: in this session, and on this day. */
  usage: { session: number; today: number };
};

/** A clock that is further behind the signed times than this was turned back, and no time can be checked. */
const CLOCK_SLACK = 5 * 60_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;

export function makeVerifiedGate(
  read: () => VerifiedGateState,
  words: Readonly<Record<DenyCode, string>> = en.deny,
): Gate {
  // The latest time that was asked about under these rules: a clock that runs back can't make them young
  // again. Rules that were cosigned later say themselves how late it is at least, and begin anew.
  let seen = { checkpointTime: 0, at: 0 };
  return {
    decide(context) {
      try {
        const state = read();
        const checkpointTime = state.rules?.checkpointTime ?? 0;
        if (checkpointTime > seen.checkpointTime) seen = { checkpointTime, at: 0 };
        const verdict = judge(state, context, seen.at);
        if (!UNTIMED.includes(verdict) && context.now > seen.at) seen.at = context.now;
        return typeof verdict === 'string' ? denied(verdict, words) : verdict;
      } catch {
        return denied('check-failed', words);
      }
    },
  };
}

/** Answers that say nothing about whether the time that was asked about is one. */
const UNTIMED: readonly (GateDecision | DenyCode)[] = ['off', 'check-failed', 'clock-wrong'];

function denied(deny: DenyCode, words: Readonly<Record<DenyCode, string>>): GateDecision {
  return { allow: false, deny, reason: words[deny] };
}

/** Reads as the argument: switch, place, rules, clock, agreement, build, list, mode, signal, consent, limits. */
function judge(state: VerifiedGateState, context: GateContext, latest: number): GateDecision | DenyCode {
  const { now, mode, signal, target, purpose } = context;
  if (state.on !== true) return 'off';
  if (!isTime(now) || !MODES.includes(mode) || !SIGNALS.includes(signal)) return 'check-failed';
  if (purpose !== undefined && !PURPOSES.includes(purpose)) return 'check-failed';

  const closed = neverHere(target);
  if (closed) return closed;

  const { rules } = state;
  if (rules === null) return 'agreement-stale';
  if (!isVerifiedRules(rules)) return 'rules-unproved';
  if (now + CLOCK_SLACK < Math.max(rules.checkpointTime, rules.verifiedAt, latest)) return 'clock-wrong';
  const { standing, versions, builds } = rules.state;
  if (!standing.inForce) return REFUSALS[standing.refusal];
  const { agreement, digest } = standing.version;

  const held = state.agreement;
  if (held === null) return 'no-agreement';
  if (held.ok !== true || !isProvedStanding(held) || held.digest !== digest) return 'agreement-invalid';
  if (agreement.class !== state.installation) return 'agreement-invalid';
  const { from, until, byOrigin } = placesOfAgreement(agreement);
  if (now < from) return 'agreement-not-yet-valid';
  if (now >= until) return 'agreement-expired';
  const stale = rules.checkpointTime + agreement.staleHours * HOUR;
  if (now >= stale) return 'agreement-stale';
  const anyBuild = agreement.class === 'demonstration' && agreement.recorders.length === 0;
  if (!anyBuild && !builds.some((build) => build.digest === state.build)) return 'build-not-listed';

  const apps = target.kind === 'browser' ? appsOfPage(byOrigin, target) : appsAt(agreement, target);
  if (apps === null) return 'not-on-list';
  for (const app of apps) {
    if (!app.modes.includes(mode)) return 'mode-not-agreed';
    if (!app.signals.includes(signal)) return 'signal-not-agreed';
  }
  if (purpose !== undefined && !agreement.purposes.includes(purpose)) return 'no-consent';

  let lapses = Number.POSITIVE_INFINITY;
  for (const place of placesAt(apps, context)) {
    const covered = coveredBy(state.consents, { ...place, signal, mode, purpose }, versions, now);
    if (typeof covered === 'string') return covered;
    lapses = Math.min(lapses, covered.lapsesAt);
  }

  const { session, today } = state.usage;
  if (!(session >= 0 && today >= 0)) return 'check-failed';
  const left = Math.min(
    agreement.limits.sessionMinutes * MINUTE - session,
    agreement.limits.dayMinutes * MINUTE - today,
  );
  if (!(left > 0)) return 'limit-reached';

  const asked = Math.min(until, stale, lapses, now + left);
  if (!(asked > now)) return 'check-failed';
  return { allow: true, rule: ruleOf(agreement, apps, signal), until: asked };
}

const REFUSALS: Readonly<Record<RulesRefusal, DenyCode>> = {
  unsigned: 'agreement-unsigned',
  revoked: 'agreement-revoked',
  suspended: 'agreement-suspended',
  objected: 'agreement-objected',
};

/** What is asked of a document at each decision. Kept with it: it is frozen, so this can't go stale. */
function placesOfAgreement(agreement: Agreement): AgreementPlaces {
  let places = known.get(agreement);
  if (!places) {
    places = {
      from: Date.parse(agreement.validity.from),
      until: Date.parse(agreement.validity.until),
      byOrigin: new Map(agreement.apps.flatMap((app) => app.origins.map((origin) => [origin, app] as const))),
    };
    known.set(agreement, places);
  }
  return places;
}
type AgreementPlaces = { from: number; until: number; byOrigin: ReadonlyMap<string, AgreedApp> };
const known = new WeakMap<Agreement, AgreementPlaces>();

/** The listed application of the page and that of the frame in it; both must be there and both must agree. */
function appsOfPage(
  byOrigin: ReadonlyMap<string, AgreedApp>,
  { top, frame }: BrowserTarget,
): ListedApp[] | null {
  const outer = byOrigin.get(top);
  const inner = frame === top ? outer : byOrigin.get(frame);
  if (!outer || !inner) return null;
  return inner === outer ? [outer] : [outer, inner];
}

type Asked = {
  app: string;
  place: string;
  signal: GateContext['signal'];
  mode: GateContext['mode'];
  purpose: Purpose | undefined;
};

/** Both the tab's and the frame's origin have to be covered, also where they belong to one application. */
function placesAt(apps: readonly ListedApp[], { target }: GateContext): { app: string; place: string }[] {
  const [outer, inner = outer] = apps as [ListedApp, ListedApp?];
  if (target.kind === 'desktop') return placesOf(outer).map((place) => ({ app: outer.id, place }));
  const top = { app: outer.id, place: target.top };
  return target.frame === target.top ? [top] : [top, { app: inner.id, place: target.frame }];
}

/** The consent that lasts longest of those that cover it, or why none does: the reason nearest to a yes. */
function coveredBy(
  consents: readonly ConsentRecord[],
  asked: Asked,
  versions: readonly RulesVersion[],
  now: number,
): ConsentRecord | DenyCode {
  let best: ConsentRecord | null = null;
  let nearest = 0;
  for (const consent of consents) {
    const code = judgeConsent(consent, asked, versions, now);
    if (code === null) {
      if (best === null || consent.lapsesAt > best.lapsesAt) best = consent;
    } else nearest = Math.max(nearest, NEARNESS.indexOf(code));
  }
  return best ?? (NEARNESS[nearest] as DenyCode);
}
const NEARNESS: readonly DenyCode[] = [
  'no-consent',
  'check-failed',
  'consent-lapsed',
  'consent-older-than-agreement',
  'new-since-consent',
];

/** Null: this consent covers it. */
function judgeConsent(
  consent: ConsentRecord,
  asked: Asked,
  versions: readonly RulesVersion[],
  now: number,
): DenyCode | null {
  if (!soundConsent(consent) || consent.givenAt > now + CLOCK_SLACK) return 'check-failed';
  if (consent.withdrawnAt !== null) return 'no-consent';
  const current = (versions.at(-1) as RulesVersion).agreement;
  if (consent.agreement.id !== current.id) return 'no-consent';
  if (now >= consent.lapsesAt) return 'consent-lapsed';
  const agreed = versions.find((one) => one.digest === consent.agreement.digest)?.agreement;
  if (!agreed) return 'consent-older-than-agreement';
  const carried = carriedFrom(agreed, current);
  if (!carried.terms) return 'consent-older-than-agreement';
  const { app, place, signal, mode, purpose } = asked;
  if (((carried.cells.get(app)?.get(place) ?? 0) & cellBit(signal, mode)) === 0) return 'new-since-consent';
  const given = consent.apps.find((one) => one.id === app);
  if (!given?.signals.includes(signal) || !given.modes.includes(mode)) return 'no-consent';
  const purposes = consent.purposes.filter((one) => current.purposes.includes(one));
  if (purpose === undefined ? purposes.length === 0 : !purposes.includes(purpose)) return 'no-consent';
  return null;
}

/**
 * What a consent to `agreed` can still cover under `current`. Kept for a pair of versions: both are frozen by
 * the replay, so it can't go stale.
 */
function carriedFrom(agreed: Agreement, current: Agreement): Carried {
  const under = carries.get(current) ?? new WeakMap<Agreement, Carried>();
  carries.set(current, under);
  let carried = under.get(agreed);
  if (!carried) {
    const cells = new Map<string, Map<string, number>>();
    for (const cell of cellsOf(current)) {
      if (agreed !== current && !agreedBefore(agreed, cell)) continue;
      const places = cells.get(cell.app) ?? new Map<string, number>();
      places.set(cell.place, (places.get(cell.place) ?? 0) | cellBit(cell.signal, cell.mode));
      cells.set(cell.app, places);
    }
    carried = { terms: agreed === current || termsCarry(agreed, current), cells };
    under.set(agreed, carried);
  }
  return carried;
}
/** `cells`: by application and place, a bit for each signal and mode. */
type Carried = { terms: boolean; cells: ReadonlyMap<string, ReadonlyMap<string, number>> };
const carries = new WeakMap<Agreement, WeakMap<Agreement, Carried>>();

function cellBit(signal: GateContext['signal'], mode: GateContext['mode']): number {
  return 1 << (SIGNALS.indexOf(signal) * MODES.length + MODES.indexOf(mode));
}

/** `agreement expenses-pilot version 1, app tasks, signal pointer` */
function ruleOf({ id, version }: Agreement, apps: readonly ListedApp[], signal: string): string {
  return `agreement ${id} version ${version}, app ${apps.map((app) => app.id).join(' and ')}, signal ${signal}`;
}

/** A record is checked when it is first seen, and frozen so that it stays what was checked. */
const sound = new WeakSet<ConsentRecord>();
function soundConsent(consent: ConsentRecord): boolean {
  if (sound.has(consent)) return true;
  if (!parseConsent(consent).ok) return false;
  sound.add(deepFreeze(consent));
  return true;
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
