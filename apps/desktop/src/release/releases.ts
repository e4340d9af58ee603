import { createHash } from 'node:crypto';
import { LineGivenUp } from '@aboveboard/capture/line/correspondence';
import {
  goneAfter,
  type HalfRecipients,
  requireInUse,
  whoseIsGone,
} from '@aboveboard/capture/line/half-recipients';
import { leavingTime, retryTime } from '@aboveboard/capture/line/leaving-time';
import { type ServerClient, ServerFault } from '@aboveboard/capture/line/server-client';
import { openRecording } from '@aboveboard/protocol/recording-reader';
import { summaryOf } from '@aboveboard/protocol/recording-summary';
import { missingIndexes, type UploadAnnouncement } from '@aboveboard/protocol/upload';
import { webDeflate } from '@aboveboard/protocol/web-deflate';
import { sealHalves } from '@aboveboard/vault/half-envelope';
import { splitKey } from '@aboveboard/vault/key-half';
import type { KeyRing } from '@aboveboard/vault/keyring';
import { randomOf } from '../live-recording.ts';
import type { Release, Shelf, ShelfRow } from '../spool/shelf.ts';
import { type Prepared, releaseSealer } from './prepared-release.ts';
import {
  type AskConditions,
  asShown,
  mayBeSaid,
  mayLeave,
  type UploadConditions,
} from './upload-conditions.ts';

/**
 * The way to the installation at this moment. Whom halves go to: the vault that the server names when they are sealed, and
 * the guardian of the proved rules.
 */
export type ReleaseWay = {
  recipients: (matter: string) => Promise<HalfRecipients>;
  client: (matter: string) => ServerClient;
  close: (matter: string) => Promise<void>;
};

/** Parts in line at one time; as many as a cell can name. */
const PARTS_ABREAST = 14;
/** A wait is looked at again at least so often: clocks are set, computers sleep. */
const LOOK_AGAIN = 60_000;
/** What is held is looked at again between so many minutes later and one and a half times as many (DSK136). */
const HELD_MINUTES = 20;

/** What waits for another network or for mains power, and what the system says of both now. */
export type Waiting = { ids: readonly string[]; conditions: UploadConditions };

class Held extends Error {
  override readonly name = 'Held';
}

/**
 * What she released: it rests for the cooling time, when a recall leaves no trace, and then leaves through the guardian in
 * parts (DSK85-DSK87). Each step is durable before the next; a recorder that was killed goes on where it stood.
 */
export class Releases {
  readonly #shelf: Shelf;
  readonly #keys: KeyRing;
  readonly #way: () => ReleaseWay | null;
  readonly #now: () => number;
  readonly #conditions: AskConditions;
  /** What she was shown when she said that this one may leave all the same. Gone with the process (DSK133). */
  readonly #said = new Map<string, UploadConditions>();
  /** When it was held, and when it is looked at again. */
  readonly #held = new Map<string, { at: number; until: number }>();
  #turn: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | null = null;
  #closed = false;

  constructor(parts: {
    shelf: Shelf;
    keys: KeyRing;
    way: () => ReleaseWay | null;
    now: () => number;
    conditions: AskConditions;
  }) {
    this.#shelf = parts.shelf;
    this.#keys = parts.keys;
    this.#way = parts.way;
    this.#now = parts.now;
    this.#conditions = parts.conditions;
  }

  /** The result takes the place of the original, whose key goes with it (REV10). */
  async release(prepared: Prepared, coolingMinutes: number): Promise<void> {
    const reviewed = await this.#shelf.get(prepared.from);
    if (reviewed?.state !== 'reviewing') throw new RangeError('it does not wait for review');
    const { ended: _ended, ...row } = reviewed;
    const { recallUntil, uploadAt } = leavingTime(this.#now(), coolingMinutes, randomOf);
    await this.#shelf.put({
      ...row,
      id: prepared.id,
      task: prepared.leaving.task,
      state: 'cooling',
      release: { from: prepared.from, recallUntil, uploadAt, sent: 0, parts: prepared.leaving.parts },
    });
    await this.#shelf.destroy(prepared.from);
    void this.tend();
  }

  /** False: it has begun to leave. */
  async recall(id: string): Promise<boolean> {
    return this.#alone(async () => {
      const row = await this.#shelf.get(id);
      if (row?.state !== 'cooling') return false;
      const { release: _release, ...rest } = row;
      await this.#shelf.put({ ...rest, state: 'reviewing' });
      this.#forget(id);
      return true;
    });
  }

  /** Asked of the server until it says that it is done (T11). False: it is not there. */
  async erase(id: string): Promise<boolean> {
    const row = await this.#shelf.get(id);
    if (row?.state !== 'released' || !row.release) return false;
    await this.#shelf.put({ ...row, release: { ...row.release, erasing: true } });
    void this.tend();
    return true;
  }

  /** Null: nothing waits for another network or for mains power. */
  async waiting(): Promise<Waiting | null> {
    const due = (await this.#shelf.all()).filter((row) => this.#isDue(row));
    if (due.length === 0) return null;
    const conditions = await this.#conditions();
    const ids = due.map(({ id }) => id).filter((id) => !mayLeave(conditions, this.#said.get(id) ?? null));
    return ids.length === 0 ? null : { ids, conditions };
  }

  /**
   * What waits at this moment leaves all the same, for as long as the system says what `shown` names and she was shown (DSK133).
   * A sentence where that can't be.
   */
  async uploadNow(shown: string): Promise<string | null> {
    const waiting = await this.waiting();
    if (!waiting) return 'Nothing waits any more.';
    const { ids, conditions } = waiting;
    if (shown !== asShown(conditions))
      return 'It is another connection or another supply now than was shown to you.';
    if (!mayBeSaid(conditions)) return 'This network is metered: nothing is uploaded over it.';
    for (const id of ids) {
      this.#said.set(id, conditions);
      this.#held.delete(id);
    }
    void this.tend();
    return null;
  }

  /** Does what is due, and looks again when the next is. Resolves when it is done, and never rejects. */
  async tend(): Promise<void> {
    if (this.#closed) return;
    this.#running ??= this.#tend()
      .catch(() => undefined)
      .finally(() => {
        this.#running = null;
      });
    await this.#running;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #tend(): Promise<void> {
    clearTimeout(this.#timer);
    for (const { id } of await this.#shelf.all()) {
      const row = await this.#shelf.get(id);
      const way = this.#way();
      if (!row?.release || !way || this.#closed) continue;
      try {
        if (this.#isDue(row) && !this.#isHeld(id)) await this.#upload(row, row.release, way);
        if (row.release.erasing) await this.#erased(id, way);
      } catch (error) {
        if (error instanceof LineGivenUp) return;
        if (error instanceof Held) continue;
        await this.#later(id, error, way);
      }
    }
    await this.#schedule();
  }

  async #schedule(): Promise<void> {
    const due = (await this.#shelf.all()).flatMap(({ id, state, release }) => {
      if (!release) return [];
      if (state === 'released') return release.erasing ? [release.uploadAt] : [];
      return [this.#held.get(id)?.until ?? release.uploadAt];
    });
    if (due.length === 0 || this.#closed) return;
    const wait = Math.min(LOOK_AGAIN, Math.max(1_000, Math.min(...due) - this.#now()));
    this.#timer = setTimeout(() => void this.tend(), wait);
    this.#timer.unref();
  }

  /** A recall, and the step after which there is none any more, do not come between each other. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  #forget(id: string): void {
    this.#said.delete(id);
    this.#held.delete(id);
  }

  #isDue({ state, release }: ShelfRow): boolean {
    return (state === 'cooling' || state === 'uploading') && !!release && this.#now() >= release.uploadAt;
  }

  /** A clock that went back holds nothing longer. */
  #isHeld(id: string): boolean {
    const held = this.#held.get(id);
    return held !== undefined && this.#now() >= held.at && this.#now() < held.until;
  }

  /** Rejects with Held, and forgets what she said: it was of other conditions (DSK133). */
  async #requireMayLeave(id: string): Promise<void> {
    const may = mayLeave(await this.#conditions(), this.#said.get(id) ?? null);
    if (may) this.#held.delete(id);
    if (may) return;
    const at = this.#now();
    this.#forget(id);
    this.#held.set(id, { at, until: retryTime(at, HELD_MINUTES, randomOf) });
    throw new Held();
  }

  async #upload(row: ShelfRow, release: Release, way: ReleaseWay): Promise<void> {
    const { id } = row;
    // Before anybody is asked anything about it: what waits can still be recalled without a trace.
    await this.#requireMayLeave(id);
    const leaving = release.leaving ?? (await this.#leaving(id, release, way));
    // From here on the server may know of it: a recall is no longer without a trace, and is not offered.
    let now: Release = { ...release, leaving };
    delete now.fault;
    const keep = async (change: Partial<Release>, state: ShelfRow['state'] = 'uploading') => {
      now = { ...now, ...change };
      await this.#shelf.put({ ...row, state, release: now });
    };
    // She may have called it back while whom to seal to was asked, which takes periods.
    const begun = await this.#alone(async () => {
      if ((await this.#shelf.get(id))?.state !== row.state) return false;
      await keep({});
      return true;
    });
    if (!begun) return;
    const announcement = await this.#announcement(id, leaving);
    const client = way.client(matterOf(id));
    let status = await client.announce(announcement);
    const missing = [...missingIndexes(status)];
    const total = announcement.parts.length;
    for (let at = 0; at < missing.length; at += PARTS_ABREAST) {
      await this.#requireMayLeave(id);
      const together = missing.slice(at, at + PARTS_ABREAST);
      await Promise.all(
        together.map(async (index) => {
          const part = await this.#shelf.parts(id).get(index);
          if (!part) throw new ServerFault(422, 'A part is missing on this computer.');
          await client.part(status.upload, index, part.sealed);
        }),
      );
      await keep({ sent: total - missing.length + at + together.length });
    }
    status = await client.complete(status.upload);
    if (status.state !== 'complete') throw new ServerFault(0, 'The server still misses parts.');
    await keep({ sent: total }, 'released');
    this.#forget(id);
    await this.#shelf.parts(id).remove();
    await way.close(matterOf(id));
  }

  async #erased(id: string, way: ReleaseWay): Promise<void> {
    await way.client(ERASE).erase([id]);
    await way.close(ERASE);
    await this.#shelf.destroy(id);
  }

  /** What was answered stays answered only while it goes on. */
  async #later(id: string, error: unknown, way: ReleaseWay): Promise<void> {
    const before = await this.#shelf.get(id);
    if (!before?.release) return;
    await way.close(before.release.erasing ? ERASE : matterOf(id));
    await this.#alone(() => this.#retry(id, error));
  }

  async #retry(id: string, error: unknown): Promise<void> {
    const row = await this.#shelf.get(id);
    if (!row?.release) return;
    const refused = error instanceof ServerFault && error.status >= 400 && error.status < 500;
    const fault = error instanceof ServerFault ? error.message : 'It stopped.';
    const uploadAt = retryTime(this.#now(), refused && error.status !== 429 ? 60 : 1, randomOf);
    const next: Release = { ...row.release, fault, uploadAt };
    const whose = whoseIsGone(error);
    if (whose) {
      // Its envelopes are for somebody who is not there any more: they are made anew at the next attempt (UPL61).
      next.gone = goneAfter(whose, next.leaving?.to, next.gone);
      next.sent = 0;
      delete next.leaving;
    }
    await this.#shelf.put({ ...row, release: next });
  }

  /** Made once and kept, so that whatever is said again is said alike. The whole key stays here (T11). */
  async #leaving(id: string, release: Release, way: ReleaseWay): Promise<NonNullable<Release['leaving']>> {
    const to = await way.recipients(matterOf(id));
    requireInUse(to, release.gone);
    const key = await this.#keys.open(id);
    try {
      const sealer = await releaseSealer(this.#keys, id);
      const store = this.#shelf.parts(id);
      const { manifest } = await openRecording({ id, store, sealer, deflate: webDeflate });
      const summary = summaryOf(manifest);
      const halves = splitKey(key, randomOf);
      const envelopes = await sealHalves(id, halves, to, summary);
      for (const half of Object.values(halves)) half.fill(0);
      return { vault: base64url(envelopes.vault), guardian: base64url(envelopes.guardian), summary, to };
    } finally {
      key.fill(0);
    }
  }

  async #announcement(
    id: string,
    { vault, guardian, summary }: NonNullable<Release['leaving']>,
  ): Promise<UploadAnnouncement> {
    const store = this.#shelf.parts(id);
    const parts: UploadAnnouncement['parts'] = [];
    for (const { index, kind, bytes } of await store.list()) {
      const { sealed } = (await store.get(index)) ?? { sealed: new Uint8Array() };
      parts.push({ kind, bytes, sha256: createHash('sha256').update(sealed).digest('hex') });
    }
    return { recording: id, parts, envelopes: { vault, guardian }, summary };
  }
}

const ERASE = 'erase';
const matterOf = (id: string) => `upload-${id}`;

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
