import type { Agreement } from '@aboveboard/consent/agreement';
import { canonicalBytes, canonicalDigest } from '@aboveboard/consent/canonical-json';
import { networkOf } from '../store/network-use.ts';
import { sealedEnrolment } from '../store/sealed-enrolment.ts';
import type { Setup } from '../store/setup.ts';
import type { ShelfRow } from '../store/shelf.ts';
import type { BudgetView, RecorderView, RecordingView } from '../wire/panel-message.ts';
import { mayUpload, presentCost } from './connection-cost.ts';
import { removedAt } from './housekeeping.ts';
import type { RecorderHost } from './recorder-host.ts';
import { dayOf } from './rules.ts';
import { consentView, rulesView } from './rules-view.ts';
import { toldView } from './told-view.ts';

/** All that the panel shows, as it is now. */
export async function viewOf(host: RecorderHost): Promise<RecorderView> {
  const { setup, agreement } = host.rules;
  const rows = await host.shelf.all();
  return {
    state: host.state,
    installation: setup.installation,
    server: setup.server,
    managedServer: await managedServer(),
    agreement: agreement && (await agreementView(host, agreement)),
    rules: await rulesView(host),
    voice: (await host.installation.voice?.view()) ?? null,
    joining: setup.joining && {
      fault: setup.joining.fault,
      waits: setup.joining.waits ?? (host.installation.voice?.line.isSilent ? 'guardian' : null),
      periodSeconds: (setup.enrolment ?? setup.firstContact)?.relay.periodSeconds ?? 0,
    },
    handover: handoverView(setup),
    joined: setup.enrolment === null || setup.token !== null,
    eraseCode: setup.paperWaits
      ? ((await sealedEnrolment(host.database, host.keys).get())?.eraseCode ?? null)
      : null,
    consent: consentView(host),
    accepted: setup.on,
    origins: host.rules.origins(),
    cards: setup.cards,
    askedFor: setup.askedFor ?? [],
    ownCards: [...(await host.ownCards.all())],
    live: await liveView(host),
    told: await toldView(host),
    budgets: await budgetView(host, rows),
    recordings: rows
      .filter(({ state }) => state !== 'recording' && state !== 'paused')
      .map(
        ({
          id,
          state,
          task,
          durationMilliseconds,
          bytes,
          events,
          ended,
          stoppedAt,
          release,
        }): RecordingView => {
          return {
            id,
            state,
            task,
            durationMilliseconds,
            bytes,
            events,
            ...(ended ? { ended } : {}),
            removedAt: state === 'reviewing' ? removedAt(host, stoppedAt) : null,
            release: release
              ? {
                  recallUntil: release.recallUntil,
                  sent: release.sent,
                  parts: release.parts,
                  waits: waitsFor(setup, release),
                  erasing: release.erasing === true,
                  fault: release.fault ?? null,
                }
              : null,
          };
        },
      ),
  };
}

/** Null: there is none, or its time is over. */
function handoverView({ handover }: Setup): RecorderView['handover'] {
  if (!handover || (handover.until !== null && handover.until <= Date.now())) return null;
  return { code: handover.code, until: handover.until };
}

async function agreementView(
  { rules }: RecorderHost,
  agreement: Agreement,
): Promise<NonNullable<RecorderView['agreement']>> {
  const { standing } = rules;
  const checks = standing?.ok ? standing.checks : [];
  return {
    whole: standing?.ok === true,
    document: new TextDecoder().decode(canonicalBytes(agreement)),
    digest: await canonicalDigest(agreement, crypto.subtle),
    checks: checks.filter(({ result }) => result === 'not-checked').map(({ check }) => check),
  };
}

function waitsFor(
  { enrolment, server }: Setup,
  { now, waitsForNetwork }: NonNullable<ShelfRow['release']>,
): NonNullable<RecordingView['release']>['waits'] {
  if (enrolment) return null;
  const cost = presentCost(server);
  if (cost !== 'none' && !mayUpload(cost, now === true)) return cost;
  return waitsForNetwork ? 'network' : null;
}

const MEGABYTE = 1_048_576;

async function budgetView(host: RecorderHost, rows: readonly ShelfRow[]): Promise<BudgetView | null> {
  const budgets = host.rules.agreement?.budgets;
  if (!budgets) return null;
  const use = host.session?.use(performance.timeOrigin + performance.now()) ?? null;
  // What was uploaded is not on this device any more; what runs grows faster than its row is written.
  const stored = rows
    .filter(({ id, state }) => state !== 'released' && id !== host.live?.row.id)
    .reduce((sum, { bytes }) => sum + bytes, host.live?.bytes ?? 0);
  return {
    cpu: { share: use?.cpuShare ?? null, of: budgets.cpuPercent / 100 },
    memory: { bytes: use?.memoryBytes ?? null, of: budgets.memoryMegabytes * MEGABYTE },
    disk: { bytes: stored, of: budgets.diskMegabytes * MEGABYTE },
    network: {
      bytes: await networkOf(host.database, dayOf(Date.now())),
      of: budgets.networkMegabytesPerDay * MEGABYTE,
    },
    slow: use?.slow ?? false,
  };
}

async function liveView(host: RecorderHost): Promise<RecorderView['live']> {
  const { live } = host;
  if (!live) return null;
  const at = performance.timeOrigin + performance.now();
  return {
    id: live.row.id,
    task: live.row.task,
    recordedMilliseconds: live.session.recorded(at),
    at,
    taking: live.session.taking().map(({ origin, signals, refusals }) => ({
      origin,
      signals,
      refusals: refusals.map((refusal) => refusal.reason),
    })),
    frontRefusal: await host.frontRefusal(),
  };
}

async function managedServer(): Promise<string | null> {
  const managed = await chrome.storage.managed.get('server').catch(() => ({}) as { server?: unknown });
  return typeof managed.server === 'string' ? managed.server : null;
}
