import { LineGivenUp } from '@aboveboard/capture/line/correspondence';
import { requireInUse, whoseIsGone } from '@aboveboard/capture/line/half-recipients';
import { leavingTime, nextDay, retryTime } from '@aboveboard/capture/line/leaving-time';
import { NetworkUsedUp, type Post, ServerClient, ServerFault } from '@aboveboard/capture/line/server-client';
import { openRecording } from '@aboveboard/protocol/recording-reader';
import { summaryOf } from '@aboveboard/protocol/recording-summary';
import { missingIndexes, type UploadAnnouncement } from '@aboveboard/protocol/upload';
import { webDeflate } from '@aboveboard/protocol/web-deflate';
import { sealHalves } from '@aboveboard/vault/half-envelope';
import { splitKey } from '@aboveboard/vault/key-half';
import { base64urlOf, hexOf } from '../store/byte-text.ts';
import { PartSpool } from '../store/part-spool.ts';
import type { Setup } from '../store/setup.ts';
import type { ShelfRow } from '../store/shelf.ts';
import { CommandFault } from './command-fault.ts';
import { type ConnectionCost, mayUpload, presentCost } from './connection-cost.ts';
import { sessionLost } from './joining.ts';
import type { RecorderHost } from './recorder-host.ts';
import { randomBytes, releaseSealerFor } from './recording-writing.ts';
import { halfRecipients, recipientsNow, sealAnew } from './release-recipients.ts';

export const UPLOAD_ALARM = 'upload';
/** Milliseconds until a connection that may not be used is looked at again. */
const LOOK_AGAIN = 15 * 60_000;
const TOO_LARGE =
  'A part of it is larger than the network that was agreed for a whole day, so it can not leave.';

/** Rests for the agreement's cooling time; leaves at a time after that which nobody can guess. */
export async function release(
  host: RecorderHost,
  from: string,
  to: Pick<ShelfRow, 'id' | 'durationMilliseconds' | 'events' | 'bytes'>,
): Promise<void> {
  const reviewed = await host.shelf.get(from);
  const { agreement, setup } = host.rules;
  if (reviewed?.state !== 'reviewing' || !agreement) throw new CommandFault('recording');
  if (!halfRecipients(host) || !setup.token) throw new CommandFault('not-now');
  const parts = await new PartSpool(host.database, to.id).list();
  if (parts.at(-1)?.kind !== 'manifest') throw new CommandFault('recording');
  const { recallUntil, uploadAt } = leavingTime(Date.now(), agreement.coolingMinutes, randomBytes);
  const { ended: _ended, stoppedAt: _stopped, edits: _edits, ...row } = reviewed;
  await host.shelf.put({
    ...row,
    ...to,
    state: 'cooling',
    release: { recallUntil, uploadAt, sent: 0, parts: parts.length },
  });
  await host.discard(from);
  await schedule(host);
}

/** Within the cooling time it is as if she had never released it: nothing has left the device. */
export async function recall(host: RecorderHost, id: string): Promise<void> {
  const row = await host.shelf.change(id, (known) => {
    if (known.state !== 'cooling' || known.release?.upload !== undefined) return null;
    const { release: _release, ...rest } = known;
    return { ...rest, state: 'reviewing', stoppedAt: Date.now() };
  });
  if (!row) throw new CommandFault('not-now');
}

/** She says that the connection may be used, and that it need not wait any longer than the cooling time. */
export async function uploadNow(host: RecorderHost, id: string): Promise<void> {
  await host.shelf.change(id, (known) =>
    known.release
      ? { ...known, release: { ...known.release, now: true, uploadAt: known.release.recallUntil } }
      : null,
  );
  await schedule(host);
}

/** The next one that is due, by an alarm: it rings also when the worker was ended in between. */
export async function schedule(host: RecorderHost): Promise<void> {
  const cost = wayCost(host.rules.setup);
  const due = (await host.shelf.all())
    .filter(({ state }) => state === 'cooling' || state === 'uploading')
    .map(({ release: released }) => {
      const at = released?.uploadAt ?? 0;
      // The browser wakes nobody when the connection changes.
      return mayUpload(cost, released?.now === true) ? at : Math.max(at, Date.now() + LOOK_AGAIN);
    });
  if (due.length === 0) return;
  await chrome.alarms.create(UPLOAD_ALARM, { when: Math.max(Date.now() + 500, Math.min(...due)) });
}

let running: Promise<void> | null = null;

/** One upload at a time; each continues where the server says that it stands. */
export function uploadDue(host: RecorderHost, changed: () => void): Promise<void> {
  running ??= uploadAll(host, changed).finally(() => {
    running = null;
  });
  return running;
}

async function uploadAll(host: RecorderHost, changed: () => void): Promise<void> {
  for (const row of await host.shelf.all()) {
    const { release: released } = row;
    if (!released || (row.state !== 'cooling' && row.state !== 'uploading')) continue;
    if (Date.now() < released.uploadAt) continue;
    if (!mayUpload(wayCost(host.rules.setup), released.now === true)) continue;
    try {
      await upload(host, row.id, changed);
    } catch (error) {
      if (error instanceof LineGivenUp) return;
      const never = error instanceof NetworkUsedUp && error.never;
      if ((error instanceof NetworkUsedUp && !never) || error instanceof ConnectionChanged) {
        await waits(host, row.id, error instanceof NetworkUsedUp);
        changed();
        continue;
      }
      // What was answered stays answered only while it goes on.
      await host.installation.close(`upload-${row.id}`);
      const fault = never ? TOO_LARGE : error instanceof ServerFault ? error.message : 'The upload stopped.';
      if (error instanceof ServerFault && error.status === 401) await sessionLost(host);
      const whose = whoseIsGone(error);
      if (whose) await sealAnew(host, row.id, whose);
      const retry =
        never ||
        (error instanceof ServerFault && error.status >= 400 && error.status < 500 && error.status !== 429);
      await host.shelf.change(row.id, (known) =>
        known.release
          ? {
              ...known,
              release: {
                ...known.release,
                fault,
                uploadAt: retryTime(Date.now(), retry ? 60 : 1, randomBytes),
              },
            }
          : null,
      );
    }
    changed();
  }
  await schedule(host);
}

/** The connection became one that costs while parts were sent. */
class ConnectionChanged extends Error {
  override readonly name = 'ConnectionChanged';
}

/** It goes on by itself: on the next day, or when the connection is another one. */
async function waits(host: RecorderHost, id: string, forNetwork: boolean): Promise<void> {
  await host.shelf.change(id, (known) => {
    if (!known.release) return null;
    const { waitsForNetwork: _waits, ...release } = known.release;
    if (!forNetwork) return { ...known, release };
    return {
      ...known,
      release: { ...release, waitsForNetwork: true, uploadAt: nextDay(Date.now(), randomBytes) },
    };
  });
}

async function upload(host: RecorderHost, id: string, changed: () => void): Promise<void> {
  const { setup } = host.rules;
  const spool = new PartSpool(host.database, id);
  const matter = `upload-${id}`;
  const post = host.installation.post(matter, host.countUpload());
  const announcement = await announcementOf(id, spool, await leaving(host, id, { spool, post }));
  const client = new ServerClient(post, setup.token);
  // From here on the server may know of it: a recall is no longer without a trace, and is not offered.
  await host.shelf.change(id, (known) =>
    known.release ? { ...known, state: 'uploading', release: withoutFault(known.release) } : null,
  );
  changed();
  let status = await client.announce(announcement);
  const { upload: handle } = status;
  const total = announcement.parts.length;
  let missing = [...missingIndexes(status)];
  let sent = total - missing.length;
  // Through the guardian many parts share a cell; straight to the server they go one after another.
  const abreast = setup.enrolment ? PARTS_ABREAST : 1;
  for (let at = 0; at < missing.length; at += abreast) {
    const { release: now } = (await host.shelf.get(id)) ?? {};
    if (!mayUpload(wayCost(setup), now?.now === true)) throw new ConnectionChanged();
    const together = missing.slice(at, at + abreast);
    await Promise.all(
      together.map(async (index) => {
        const part = await spool.get(index);
        if (!part) throw new ServerFault(422, 'A part is missing on this device.');
        await client.part(handle, index, part.sealed);
      }),
    );
    sent += together.length;
    if (abreast === 1 && sent % 8 !== 0 && sent !== total) continue;
    await host.shelf.change(id, (known) =>
      known.release ? { ...known, release: { ...known.release, upload: handle, sent } } : null,
    );
    changed();
  }
  status = await client.complete(status.upload);
  missing = [...missingIndexes(status)];
  if (status.state !== 'complete' || missing.length > 0)
    throw new ServerFault(0, 'The server still misses parts.');
  await host.shelf.change(id, (known) =>
    known.release ? { ...known, state: 'released', release: { ...known.release, sent: total } } : null,
  );
  await host.shelf.removeParts(id);
  await host.installation.close(matter);
}

type Leaving = NonNullable<NonNullable<ShelfRow['release']>['leaving']>;

/**
 * What is announced besides the parts: made once, when it leaves, and kept, so that whatever is said again is said alike.
 * The whole key stays here (T11).
 */
async function leaving(
  host: RecorderHost,
  id: string,
  { spool, post }: { spool: PartSpool; post: Post },
): Promise<Leaving> {
  const { leaving: kept, gone } = (await host.shelf.get(id))?.release ?? {};
  if (kept) return kept;
  const to = await recipientsNow(host, post);
  requireInUse(to, gone);
  const key = await host.keys.open(id);
  try {
    const sealer = releaseSealerFor(key);
    const { manifest } = await openRecording({ id, store: spool, sealer, deflate: webDeflate });
    const summary = summaryOf(manifest);
    const halves = splitKey(key, randomBytes);
    const made: Leaving = { envelopes: await sealHalves(id, halves, to, summary), summary, to };
    for (const half of Object.values(halves)) half.fill(0);
    await host.shelf.change(id, (known) =>
      known.release ? { ...known, release: { ...known.release, leaving: made } } : null,
    );
    return made;
  } finally {
    key.fill(0);
  }
}

/** Through the guardian an upload takes no byte that would not be sent without it (RLY22). */
function wayCost({ enrolment, server }: Setup): ConnectionCost {
  return enrolment ? 'none' : presentCost(server);
}

/** Parts in line at one time; as many as a cell can name. */
const PARTS_ABREAST = 14;

async function announcementOf(
  id: string,
  spool: PartSpool,
  { envelopes, summary }: Leaving,
): Promise<UploadAnnouncement> {
  const parts: UploadAnnouncement['parts'] = [];
  for (const { index, kind, bytes } of await spool.list()) {
    const part = await spool.get(index);
    const digest = await crypto.subtle.digest(
      'SHA-256',
      (part?.sealed ?? new Uint8Array()) as Uint8Array<ArrayBuffer>,
    );
    parts.push({ kind, bytes, sha256: hexOf(new Uint8Array(digest)) });
  }
  return {
    recording: id,
    parts,
    envelopes: { vault: base64urlOf(envelopes.vault), guardian: base64urlOf(envelopes.guardian) },
    summary,
  };
}

function withoutFault(released: NonNullable<ShelfRow['release']>): NonNullable<ShelfRow['release']> {
  const { fault: _fault, waitsForNetwork: _waits, ...rest } = released;
  return rest;
}
