import { afterEach, describe, expect, it } from 'vitest';
import type { RepresentativeState } from '../src/representative/representative-state.ts';
import { HalfInstallation } from './half-fixture.ts';
import { representative } from './running-guardian.ts';

/** A server that answers wrongly, late or never when the guardian asks it for the rules (GRD66). */
let running: HalfInstallation[] = [];
async function start(options: Parameters<typeof HalfInstallation.start>[0] = {}) {
  const installation = await HalfInstallation.start(options);
  running.push(installation);
  return installation;
}
afterEach(async () => {
  for (const installation of running) {
    installation.speaks.rules = async (_, body) => body;
    await installation.end();
  }
  running = [];
});

const ask = async (of: HalfInstallation, id: string) => of.post('/halves/given', (await of.ask([id])).asked);
/** What the server withholds until it is told to go on. */
function heldBack(of: HalfInstallation) {
  let goOn = () => {};
  const told = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  of.speaks.rules = async (_, body) => {
    await told;
    return body;
  };
  return goOn;
}
const first = (bytes: Uint8Array | null, change: (copy: Uint8Array) => void) => {
  const copy = Uint8Array.from(bytes ?? []);
  change(copy);
  return copy;
};

describe('a server that does not answer', () => {
  it('[GRD66] [GRD76] is not waited for; a guardian without the time-out still waits, and gives once it hears', async () => {
    const sound = await start({ limits: { serverSeconds: 1 } });
    const holed = await start({ limits: { serverSeconds: 3_600 } });
    const [one, other] = [await sound.release(), await holed.release()];
    heldBack(sound);
    const goOn = heldBack(holed);
    let answered = false;
    const waiting = ask(holed, other.id).then((answer) => {
      answered = true;
      return answer;
    });
    const answer = await ask(sound, one.id);
    expect(answer.status).toBe(503);
    expect(answer.body.envelope).toBeUndefined();
    expect(answered).toBe(false);
    goOn();
    expect((await waiting).status).toBe(200);
  });

  it('[GRD66] [GRD68] and one that answers hours later is held against the time at which it answered', async () => {
    const of = await start({ limits: { serverSeconds: 3_600 } });
    const { id } = await of.release();
    const goOn = heldBack(of);
    of.speaks.asked = 0;
    const waiting = ask(of, id);
    await expect.poll(() => of.speaks.asked).toBeGreaterThan(0);
    of.clock.now += 7_200;
    goOn();
    const answer = await waiting;
    expect(answer.status).toBe(403);
    expect((answer.body.error?.faults ?? []).map(({ rule }) => rule)).toContain('GRD68');
  });

  it('[GRD66] does not hold up what destroys halves', async () => {
    const of = await start({ limits: { serverSeconds: 3_600 } });
    const { id } = await of.release();
    const goOn = heldBack(of);
    const slice = { kind: 'recordings' as const, recordings: [id] };
    const request = await of.ask([id], { grant: await of.grant({ slice }) });
    of.speaks.asked = 0;
    const waiting = of.post('/halves/given', request.asked);
    await expect.poll(() => of.speaks.asked).toBeGreaterThan(0);
    expect((await of.post('/halves/destroyed', await of.destroying([id]))).status).toBe(204);
    goOn();
    expect((await waiting).body.missing).toEqual([id]);
  });
});

describe('a server that lies about the rules', () => {
  const lies: [what: string, lie: (path: string, body: Uint8Array | null) => Uint8Array | null][] = [
    ['has no log', () => null],
    ['has no checkpoint', (path, body) => (path === 'checkpoint' ? null : body)],
    ['has no entries', (path, body) => (path.startsWith('tile/entries') ? null : body)],
    ['sends nothing', () => new Uint8Array()],
    ['sends noise', () => new Uint8Array(500).fill(7)],
    ['sends more than it may', () => new Uint8Array(4 << 20).fill(10)],
    [
      'changes an entry',
      (path, body) =>
        path.startsWith('tile/entries')
          ? first(body, (copy) => copy.set([copy.at(-2) === 65 ? 66 : 65], copy.length - 2))
          : body,
    ],
    [
      'changes the root',
      (path, body) =>
        path === 'checkpoint'
          ? new TextEncoder().encode(
              new TextDecoder()
                .decode(body ?? new Uint8Array())
                .replace(/^(.+\n\d+\n)./, (_, head) => `${head}_`),
            )
          : body,
    ],
    [
      'takes the cosignatures off',
      (path, body) =>
        path === 'checkpoint'
          ? new TextEncoder().encode(
              new TextDecoder()
                .decode(body ?? new Uint8Array())
                .split('\n')
                .filter((line) => !line.startsWith('— ') || line.startsWith('— example/rules'))
                .join('\n'),
            )
          : body,
    ],
  ];

  it('[GRD66] gets nothing for any of them, and what is true again is believed again', async () => {
    const of = await start();
    const { id } = await of.release();
    for (const [what, lie] of lies) {
      of.speaks.rules = async (path, body) => lie(path, body);
      const answer = await ask(of, id);
      expect([what, answer.status, answer.body.envelope]).toEqual([what, 503, undefined]);
    }
    of.speaks.rules = async (_, body) => body;
    expect((await ask(of, id)).status).toBe(200);
    // A server that is away fills nobody's journal.
    const client = await representative(of.url, of.setupLink);
    const { desk } = await client.get<RepresentativeState>('/representative');
    expect(desk?.halves.lines.map(({ kind }) => kind)).toEqual(['given']);
  });

  it('[GRD76] [GRD66] shows rules from before a revocation; a guardian that forgot what it cosigned gives', async () => {
    for (const [options, status] of [
      [{}, 503],
      [{ halfChecks: { seenOfRules: async () => ({ size: 0, checkpoint: new Uint8Array() }) } }, 200],
    ] as const) {
      const of = await start(options);
      const { id } = await of.release();
      const before = of.rules.served;
      await of.revoke();
      await of.cosign(of.rules);
      of.rules.served = before;
      expect((await ask(of, id)).status).toBe(status);
    }
  });
});
