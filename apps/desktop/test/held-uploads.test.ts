import type { Question } from '@aboveboard/capture/cell-line';
import { ServerClient } from '@aboveboard/capture/line/server-client';
import { freshRecordingId } from '@aboveboard/protocol/recording-id';
import type { RecordingSummary } from '@aboveboard/protocol/recording-summary';
import { missingRanges } from '@aboveboard/protocol/upload';
import type { KeyRing } from '@aboveboard/vault/keyring';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemConditions } from '../src/dbus/system-conditions.ts';
import { randomOf } from '../src/live-recording.ts';
import { servePage } from '../src/page/local-page.ts';
import { Releases, type ReleaseWay } from '../src/release/releases.ts';
import type { UploadConditions } from '../src/release/upload-conditions.ts';
import { folderKeyRing } from '../src/spool/folder-keys.ts';
import { holdFolder, type RecorderFolder } from '../src/spool/recorder-folder.ts';
import { type Release, Shelf, type ShelfRow } from '../src/spool/shelf.ts';
import { memoryDaemon, removeFolder, sheetDesk, temporaryFolder } from './memory-daemon.ts';
import { hasBus, SystemBus } from './system-bus.ts';

const MINUTE = 60_000;
const DUE = 3_000;
const PARTS = 40;

let path: string;
let folder: RecorderFolder;
let keys: KeyRing;
let shelf: Shelf;
const closing: (() => unknown)[] = [];
beforeEach(async () => {
  path = await temporaryFolder();
  folder = await holdFolder(path);
  keys = await folderKeyRing(folder);
  shelf = new Shelf(folder, keys);
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  await folder.release();
  await removeFolder(path);
});

const ROW: ShelfRow = {
  id: '',
  state: 'cooling',
  week: '2026-W48',
  tickMicroseconds: 1000,
  task: { kind: 'free', text: 'Save it' },
  signals: ['pointer'],
  agreement: { id: 'works', version: 1, digest: 'ab'.repeat(32) },
  receipt: 'cd'.repeat(32),
};

/** Released, sealed for both, and due. */
async function released(change: Partial<Release> = {}, parts = 3): Promise<string> {
  const id = freshRecordingId(randomOf);
  await keys.create(id);
  for (let index = 0; index < parts; index++)
    await shelf.parts(id).put({ recording: id, index, kind: 'events' }, new Uint8Array([index]));
  const leaving = { vault: 'AAAA', guardian: 'BBBB', summary: {} as RecordingSummary, to: TO };
  const release = { from: 'A'.repeat(22), recallUntil: 2_000, uploadAt: DUE, sent: 0, parts, leaving };
  await shelf.put({ ...ROW, id, release: { ...release, ...change } });
  return id;
}
const TO = { vault: 'x', guardian: 'y' };

/** What a server keeps of uploads, and all that it was asked. */
class House {
  readonly asked: string[] = [];
  readonly has = new Set<number>();
  total = 0;
  onPart: (count: number) => void = () => undefined;

  readonly way: ReleaseWay = {
    recipients: async () => {
      this.asked.push('recipients');
      return TO;
    },
    client: () => new ServerClient(async (question) => this.#answer(question), 'token'),
    close: async () => undefined,
  };

  #answer({ method, path: asked, body }: Question): { status: number; body: Uint8Array } {
    this.asked.push(`${method} ${asked}`);
    if (asked === '/api/my/recordings/erasure') return { status: 200, body: bytes({ erased: [] }) };
    if (asked === '/api/uploads')
      this.total = JSON.parse(new TextDecoder().decode(body as Uint8Array)).parts.length;
    if (method === 'PUT') {
      this.has.add(Number(asked.split('/').at(-1)));
      this.onPart(this.has.size);
    }
    const missing = missingRanges(this.total, (index) => this.has.has(index));
    const state = asked.endsWith('completion') && missing.length === 0 ? 'complete' : 'open';
    return { status: 200, body: bytes({ upload: 'ab'.repeat(16), state, missing }) };
  }
}
const bytes = (value: object) => new TextEncoder().encode(JSON.stringify(value));

/** Of a recorder: its clock and its conditions are the test's. */
function releasing(house: House, conditions: UploadConditions) {
  const clock = { now: DUE };
  let asked = 0;
  const releases = new Releases({
    shelf,
    keys,
    way: () => house.way,
    now: () => clock.now,
    conditions: async () => {
      asked += 1;
      return { ...conditions };
    },
  });
  closing.push(() => releases.close());
  /** What is due is done, or held. */
  const tended = async () => {
    const before = asked;
    await releases.tend();
    return asked - before;
  };
  return { releases, clock, tended };
}
const stateOf = async (id: string) => (await shelf.get(id))?.state;
const AT_DESK: UploadConditions = { network: 'unmetered', power: 'mains' };
const HOLDING: UploadConditions[] = [
  { network: 'metered', power: 'mains' },
  { network: 'unknown', power: 'mains' },
  { network: 'unmetered', power: 'battery' },
  { network: 'unmetered', power: 'unknown' },
  { network: 'unknown', power: 'unknown' },
];

describe('uploads that wait', () => {
  test.each(HOLDING)(
    '[DSK130] [DSK132] held on %j: nobody is asked anything of it, and it can be called back',
    async (held) => {
      const house = new House();
      const id = await released();
      const { releases, tended } = releasing(house, held);
      await tended();
      expect(house.asked).toEqual([]);
      expect(await shelf.get(id)).toMatchObject({ state: 'cooling', release: { uploadAt: DUE, sent: 0 } });
      expect((await shelf.get(id))?.release?.fault).toBeUndefined();
      expect(await releases.waiting()).toEqual({ ids: [id], conditions: held });
      expect(await releases.recall(id)).toBe(true);
      expect(await releases.waiting()).toBeNull();
    },
  );

  test('[DSK130] leaves on mains without a meter', async () => {
    const house = new House();
    const id = await released();
    const { releases, tended } = releasing(house, AT_DESK);
    await tended();
    expect(await stateOf(id)).toBe('released');
    expect(house.has.size).toBe(3);
    expect(await releases.waiting()).toBeNull();
  });

  test('[DSK132] held in the middle it stays as far as it came, and goes on with what is missing', async () => {
    const house = new House();
    const conditions = { ...AT_DESK };
    const id = await released({}, PARTS);
    const { clock, tended } = releasing(house, conditions);
    house.onPart = (count) => {
      if (count === 5) conditions.power = 'battery';
    };
    await tended();
    expect(house.has.size).toBe(14);
    expect(await shelf.get(id)).toMatchObject({ state: 'uploading', release: { sent: 14 } });
    expect((await shelf.get(id))?.release?.fault).toBeUndefined();
    conditions.power = 'mains';
    clock.now += 31 * MINUTE;
    await tended();
    expect(await stateOf(id)).toBe('released');
    const parts = house.asked.filter((one) => one.startsWith('PUT'));
    expect(new Set(parts).size).toBe(PARTS);
    expect(parts).toHaveLength(PARTS);
  });

  test('[DSK132] [T10] a recall in the moment before its first word is one, and nothing leaves', async () => {
    const house = new House();
    const id = await released();
    let recalled: boolean | null = null;
    const releases: Releases = new Releases({
      shelf,
      keys,
      way: () => house.way,
      now: () => DUE,
      conditions: async () => {
        recalled = await releases.recall(id);
        return AT_DESK;
      },
    });
    await releases.tend();
    await releases.close();
    expect(recalled).toBe(true);
    expect(await stateOf(id)).toBe('reviewing');
    expect(house.asked).toEqual([]);
  });

  test('[DSK133] at her word what waits now leaves, and what is released later waits', async () => {
    const house = new House();
    const first = await released();
    const { releases, clock, tended } = releasing(house, { network: 'unknown', power: 'battery' });
    await tended();
    expect(await releases.uploadNow('unknown battery')).toBeNull();
    await expect.poll(() => stateOf(first)).toBe('released');
    const second = await released();
    clock.now += 31 * MINUTE;
    await tended();
    expect(await stateOf(second)).toBe('cooling');
    expect((await releases.waiting())?.ids).toEqual([second]);
  });

  test('[DSK133] it counts for what she was shown: not for another reading, not in another recorder', async () => {
    const house = new House();
    const conditions: UploadConditions = { network: 'unknown', power: 'mains' };
    const id = await released({}, PARTS);
    const { releases, clock, tended } = releasing(house, conditions);
    expect(await releases.uploadNow('unmetered battery')).toContain('another');
    expect(await releases.uploadNow('')).toContain('another');
    await tended();
    expect(house.asked).toEqual([]);
    house.onPart = (count) => {
      if (count === 5) conditions.power = 'battery';
    };
    expect(await releases.uploadNow('unknown mains')).toBeNull();
    await expect.poll(async () => (await releases.waiting())?.ids).toEqual([id]);
    await tended();
    expect(house.has.size).toBe(14);
    // What she was shown is true again; she said nothing of what came between.
    conditions.power = 'mains';
    clock.now += 31 * MINUTE;
    await tended();
    expect(house.has.size).toBe(14);
    expect(await releases.uploadNow('unknown mains')).toBeNull();
    await releases.close();
    const again = releasing(house, conditions);
    const sent = house.has.size;
    await again.tended();
    expect(house.has.size).toBe(sent);
    expect((await again.releases.waiting())?.ids).toEqual([id]);
  });

  test('[DSK133] a network that is known to be metered is not hers to allow', async () => {
    const house = new House();
    const conditions: UploadConditions = { network: 'metered', power: 'mains' };
    const id = await released();
    const { releases, clock, tended } = releasing(house, conditions);
    expect(await releases.uploadNow('metered mains')).toContain('metered');
    await tended();
    // Nor where it became one after she had said it of a network that nobody knew.
    conditions.network = 'unknown';
    expect(await releases.uploadNow('unknown mains')).toBeNull();
    conditions.network = 'metered';
    clock.now += 31 * MINUTE;
    await tended();
    expect([house.has.size, (await releases.waiting())?.ids]).toEqual([0, [id]]);
    expect(await releases.recall(id)).toBe(true);
    expect(await releases.uploadNow('metered mains')).toContain('Nothing waits');
  });

  test('[DSK135] an erasure does not wait', async () => {
    const house = new House();
    const id = await released();
    const row = (await shelf.get(id)) as ShelfRow;
    await shelf.put({ ...row, state: 'released' });
    const { releases } = releasing(house, { network: 'metered', power: 'battery' });
    expect(await releases.erase(id)).toBe(true);
    await expect.poll(() => shelf.get(id)).toBeNull();
    expect(house.asked).toEqual(['POST /api/my/recordings/erasure']);
  });

  test('[DSK136] what was held is looked at again after 20 to 30 minutes and not before; a clock that went back helps it', async () => {
    const house = new House();
    const conditions: UploadConditions = { ...AT_DESK, power: 'battery' };
    const id = await released();
    const { clock, tended } = releasing(house, conditions);
    expect(await tended()).toBe(1);
    conditions.power = 'mains';
    clock.now = DUE + 19 * MINUTE;
    expect(await tended()).toBe(0);
    expect(await stateOf(id)).toBe('cooling');
    clock.now = DUE + 30 * MINUTE;
    await tended();
    expect(await stateOf(id)).toBe('released');

    const other = await released();
    conditions.power = 'battery';
    clock.now = DUE + 1_000 * MINUTE;
    await tended();
    conditions.power = 'mains';
    clock.now = DUE + 60 * MINUTE;
    await tended();
    expect(await stateOf(other)).toBe('released');
  });
});

/** A recorder with a page, on a real bus; what she released lies there and is due. */
describe.skipIf(!hasBus)('what waits, on the recorder’s page', () => {
  test('[DSK134] [DSK133] says why in plain words, and a click lets it leave', async () => {
    const bus = await SystemBus.start();
    closing.push(() => bus.end());
    const network = await bus.service('org.freedesktop.NetworkManager', 'Metered', {
      signature: 'u',
      value: 1,
    });
    const id = await released();
    await folder.release();
    const house = new House();
    const desk = await memoryDaemon(
      path,
      async () => ({ ...(await sheetDesk()), way: () => house.way }),
      () => systemConditions(bus.environment),
    );
    closing.push(() => desk.daemon.close());
    const page = await servePage(desk.daemon);
    closing.push(() => page.close());
    const { show, click } = await visitor(page.link);

    const metered = await show();
    expect(metered).toContain('One recording that you released waits.');
    expect(metered).toContain('it is metered');
    expect(metered).toContain('does not say whether it runs on its battery');
    expect(metered).toContain('after there is mains power and a network without a meter');
    expect(metered).toContain('Save it: waits, and has not left.');
    expect(metered).toContain('Call it back');
    expect(metered).not.toContain('Upload now');
    expect((await click('metered unknown')).status).toBe(409);

    const power = await bus.service('org.freedesktop.UPower', 'OnBattery', { signature: 'b', value: true });
    network.said = { signature: 'u', value: 0 };
    const unknown = await show();
    expect(unknown).toContain('does not say whether the network counts what goes over it');
    expect(unknown).toContain('runs on its battery');
    expect(unknown).toContain('Upload now');
    const shown = /name="shown" value="([^"]+)"/.exec(unknown)?.[1] ?? '';
    // The page is of before: she is asked again.
    power.said = { signature: 'b', value: false };
    const other = await click(shown);
    expect([other.status, other.body.includes('another connection')]).toEqual([409, true]);
    expect(house.asked).toEqual([]);
    expect((await click('unknown mains')).status).toBe(303);
    await expect.poll(async () => (await desk.daemon.recordings())[0]?.state).toBe('released');
    expect((await desk.daemon.recordings())[0]?.id).toBe(id);
    expect(await show()).not.toContain('Upload now');
  });
});

async function visitor(link: string) {
  const { origin } = new URL(link);
  const entry = await fetch(link, { redirect: 'manual' });
  const cookie = `${entry.headers.get('set-cookie')}`.split(';')[0] as string;
  const show = async () => (await fetch(origin, { headers: { cookie } })).text();
  const token = /name="token" value="([^"]+)"/.exec(await show())?.[1] ?? '';
  const click = async (shown: string) => {
    const answer = await fetch(`${origin}/upload-now`, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie, origin, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ token, shown }).toString(),
    });
    return { status: answer.status, body: await answer.text() };
  };
  return { show, click };
}
