import { randomBytes } from 'node:crypto';
import { type CellLine, makeCellLine, makeMemoryLineStorage } from '@aboveboard/capture/cell-line';
import { nextBeat } from '@aboveboard/capture/rhythm';
import type { Relay } from '@aboveboard/guardian/relay/relay';
import type { RelayAbout, Session } from '@aboveboard/protocol/installation';

/**
 * Many installations that speak through one relay, some of which take part: they redeem a code and then say
 * something of their own in most periods. What somebody who watches their cables sees is kept. Time is
 * counted, not waited for, so that the figures are of the rhythm and not of a busy machine.
 */
export type Installation = {
  takesPart: boolean;
  /** When it collected and left, and how many bytes went and came: all that its cable shows. */
  seen: { at: number; sent: number; came: number }[];
  /** Of one that takes part: as the server knows it. */
  handle: string | null;
};

type Device = Installation & { line: CellLine; code: string | null; token: string; hasSession: boolean };
type Act = { at: number; run: () => Promise<void> };

const random = (length: number) => new Uint8Array(randomBytes(length));
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const draw = () => randomBytes(4).readUInt32BE() / 2 ** 32;

export async function runInstallations(given: {
  relay: Relay;
  about: RelayAbout;
  clock: { now: number };
  count: number;
  /** A code for each member. */
  codes: readonly string[];
  members: ReadonlySet<number>;
  periods: number;
  /** A seeded hole: leaves as soon as there is something to say. */
  speaksEarly?: boolean;
}): Promise<Installation[]> {
  const { relay, about, clock, count, members, periods, speaksEarly = false } = given;
  const codes = [...given.codes];
  const periodMilliseconds = about.periodSeconds * 1000;
  const devices = Array.from({ length: count }, (_, index) =>
    makeDevice({ relay, about, clock, code: members.has(index) ? (codes.pop() ?? null) : null }),
  );
  for (let period = 0; period < periods; period++) {
    const acts: Act[] = devices.flatMap((device) => {
      const beat = nextBeat({ now: clock.now, periodMilliseconds, last: null }, draw);
      const isEarly = speaksEarly && device.code !== null;
      return [
        { at: beat.collectAt, run: () => collect(device, period) },
        { at: isEarly ? beat.collectAt + 1 : beat.leaveAt, run: () => device.line.leave() },
      ];
    });
    for (const { at, run } of acts.sort((a, b) => a.at - b.at)) {
      clock.now = at;
      await run();
    }
    clock.now = (Math.floor(clock.now / periodMilliseconds) + 1) * periodMilliseconds;
    await relay.endPeriod();
  }
  return devices;
}

function makeDevice(given: {
  relay: Relay;
  about: RelayAbout;
  clock: { now: number };
  code: string | null;
}): Device {
  const { relay, about, clock, code } = given;
  const seen: Installation['seen'] = [];
  const line = makeCellLine({
    recipient: about.recipient,
    random,
    subtle: crypto.subtle,
    storage: makeMemoryLineStorage(),
    relay: {
      async collect(ticket) {
        const answer = relay.collect(hex(ticket)).slice();
        seen.push({ at: clock.now, sent: 0, came: answer.length });
        return answer;
      },
      async leave(ticket, cell) {
        seen.push({ at: clock.now, sent: cell.length, came: 0 });
        relay.leave(hex(ticket), cell);
      },
    },
  });
  const token = Buffer.from(random(32)).toString('base64url');
  return { takesPart: code !== null, seen, handle: null, line, code, token, hasSession: false };
}

async function collect(device: Device, period: number): Promise<void> {
  const { line, code, token } = device;
  const session = (await line.collect())?.get('session');
  if (session && session !== 'too-long' && session.status === 200) {
    device.handle = (JSON.parse(new TextDecoder().decode(session.body)) as Session).handle;
    device.hasSession = true;
  }
  // Everyone asks for the rules.
  await line.ask('rules', { method: 'GET', path: '/api/about' });
  if (code === null) return;
  // She makes up her mind in one of the first periods.
  if (!device.hasSession && (period > 2 || draw() < 0.5)) {
    const body = new TextEncoder().encode(JSON.stringify({ code, token }));
    await line.ask('session', { method: 'POST', path: '/api/session', type: 'json', body });
  }
  for (let part = 0; device.hasSession && part < 3; part++)
    await line.ask(`part ${period} ${part}`, {
      method: 'PUT',
      path: `/api/uploads/${hex(random(16))}/parts/0`,
      type: 'bytes',
      token,
      body: random(12_000),
    });
}
