import type { RecorderView, RecordingView } from '../wire/panel-message.ts';
import { removedAt } from './housekeeping.ts';
import type { RecorderHost } from './recorder-host.ts';
import { isMetered } from './releasing.ts';

/** All that the panel shows, as it is now. */
export async function viewOf(host: RecorderHost): Promise<RecorderView> {
  const { setup, standing } = host.rules;
  const rows = await host.shelf.all();
  return {
    state: host.state,
    installation: setup.installation,
    server: setup.server,
    managedServer: await managedServer(),
    agreement:
      setup.agreement && standing?.ok
        ? {
            document: new TextDecoder().decode(setup.agreement.document),
            digest: standing.digest,
            checks: standing.checks
              .filter(({ result }) => result === 'not-checked')
              .map(({ check }) => check),
          }
        : null,
    accepted: setup.on,
    origins: host.rules.origins(),
    cards: setup.cards,
    live: await liveView(host),
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
                  metered: isMetered(setup.server) && !release.now,
                  fault: release.fault ?? null,
                }
              : null,
          };
        },
      ),
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
