import type { Agreement } from '@aboveboard/consent/agreement';
import { agreementDifference, differenceWords } from '@aboveboard/consent/agreement-difference';
import { enrolmentBytes, fingerprint } from '@aboveboard/consent/enrolment-file';
import type { DenyCode } from '@aboveboard/consent/gate';
import { en } from '@aboveboard/consent/messages/en';
import type { RulesRefusal } from '@aboveboard/consent/rules-state';
import { words } from '../messages/en.ts';
import type { ConsentView, RulesView } from '../wire/panel-message.ts';
import type { RecorderHost } from './recorder-host.ts';

const HOUR = 3_600_000;
const REFUSED: Readonly<Record<RulesRefusal, DenyCode>> = {
  unsigned: 'agreement-unsigned',
  revoked: 'agreement-revoked',
  suspended: 'agreement-suspended',
  objected: 'agreement-objected',
};

/** What this recorder relies on, what it proved, and why nothing is recorded if nothing is. */
export async function rulesView(host: RecorderHost): Promise<RulesView | null> {
  const { setup, news, agreement } = host.rules;
  const { enrolment } = setup;
  if (!enrolment) return null;
  const verified = news?.rules ?? null;
  const standing = verified?.state.standing ?? null;
  const stale = verified && agreement ? verified.checkpointTime + agreement.staleHours * HOUR : null;
  return {
    demonstration: enrolment.class === 'demonstration',
    guardian: enrolment.guardian,
    periodSeconds: enrolment.relay.periodSeconds,
    pinned: await pinnedOf(enrolment),
    proved: verified && {
      entries: verified.state.size,
      witnessedAt: verified.checkpointTime,
      verifiedAt: verified.verifiedAt,
      staleAt: stale,
    },
    standing: standing && !standing.inForce && standing.version ? en.deny[REFUSED[standing.refusal]] : null,
    refusal: host.generalRefusal(),
    faults: (news?.faults ?? []).map(({ rule, at, message }) => `${rule}: ${at} ${message}`),
  };
}

const known = new WeakMap<object, RulesView['pinned']>();

async function pinnedOf(enrolment: Parameters<typeof enrolmentBytes>[0]): Promise<RulesView['pinned']> {
  const before = known.get(enrolment);
  if (before) return before;
  const text = (of: string) => fingerprint(new TextEncoder().encode(of), crypto.subtle);
  const say = words.rules.pinned;
  const pinned: RulesView['pinned'] = [
    { what: say.all, fingerprint: await fingerprint(enrolmentBytes(enrolment), crypto.subtle) },
    { what: say.rulesLog, fingerprint: await text(enrolment.policies.rules) },
    { what: say.usesLog, fingerprint: await text(enrolment.policies.uses) },
    { what: say.relay, fingerprint: await text(enrolment.relay.recipient) },
  ];
  for (const { role, ed25519, mlDsa44 } of enrolment.parties) {
    pinned.push({ what: say.party[role], fingerprint: await text(`${ed25519}\n${mlDsa44}\n`) });
  }
  known.set(enrolment, pinned);
  return pinned;
}

/** What she agreed to, and what of the agreement is new since (T7). */
export function consentView({ rules }: RecorderHost): ConsentView {
  const given = rules.setup.consents.filter(({ withdrawnAt }) => withdrawnAt === null);
  const apps = [...new Set(given.flatMap((consent) => consent.apps.map(({ id }) => id)))];
  return { apps, fresh: freshSince(rules, given.at(-1)?.agreement.digest ?? null) };
}

function freshSince(rules: RecorderHost['rules'], digest: string | null): ConsentView['fresh'] {
  const state = rules.news?.rules?.state;
  const current = rules.agreement;
  if (!state || !current || digest === null) return null;
  const older: Agreement | undefined = state.versions.find((one) => one.digest === digest)?.agreement;
  if (older === current) return null;
  if (!older) return { everything: true, apps: [], purposes: [], words: [] };
  const { fresh } = agreementDifference(older, current);
  if (!fresh.everything && fresh.apps.length + fresh.purposes.length === 0) return null;
  const said = differenceWords(older, current, en);
  return {
    everything: fresh.everything,
    apps: [...fresh.apps],
    purposes: [...fresh.purposes],
    words: [...said.changes, ...said.consent],
  };
}
