import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { systemConditions } from '../src/dbus/system-conditions.ts';
import { UNKNOWN } from '../src/release/upload-conditions.ts';
import { removeFolder, temporaryFolder } from './memory-daemon.ts';
import { hasBus, type Said, SystemBus } from './system-bus.ts';

const u = (value: number): Said => ({ signature: 'u', value });
const b = (value: boolean): Said => ({ signature: 'b', value });

const ending: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

/** Null: nobody of this name is there. */
async function busWith(metered: Said | null, onBattery: Said | null) {
  const bus = await SystemBus.start();
  ending.push(() => bus.end());
  if (metered) await bus.service('org.freedesktop.NetworkManager', 'Metered', metered);
  if (onBattery) await bus.service('org.freedesktop.UPower', 'OnBattery', onBattery);
  return systemConditions(bus.environment);
}

describe.skipIf(!hasBus)('what the system says of network and power, over a real bus', () => {
  const SAID: [Said, string][] = [
    [u(0), 'unknown'],
    [u(1), 'metered'],
    [u(2), 'unmetered'],
    [u(3), 'metered'],
    [u(4), 'unmetered'],
    [u(5), 'unknown'],
    [u(0xffffffff), 'unknown'],
  ];
  test.each(SAID)('[DSK130] Metered %j is %s', async (said, network) => {
    expect(await busWith(said, b(false))).toEqual({ network, power: 'mains' });
  });

  test('[DSK130] OnBattery says the power', async () => {
    expect(await busWith(u(2), b(true))).toEqual({ network: 'unmetered', power: 'battery' });
    expect(await busWith(u(2), b(false))).toEqual({ network: 'unmetered', power: 'mains' });
  });

  const NOTHING: [string, Said | null, Said | null][] = [
    ['nobody of these names is there', null, null],
    ['they refuse', 'refused', 'refused'],
    ['a text', { signature: 's', value: '2' }, { signature: 's', value: 'false' }],
    ['another number', { signature: 'i', value: 2 }, { signature: 'u', value: 0 }],
    ['a list', { signature: 'au', value: [2] }, { signature: 'ab', value: [false] }],
    [
      'something in something',
      { signature: 'v', value: { signature: 'u', value: 2 } },
      { signature: 'v', value: { signature: 'b', value: false } },
    ],
    ['they say nothing', 'silent', 'silent'],
  ];
  test.each(NOTHING)('[DSK131] unknown: %s', async (_, metered, onBattery) => {
    expect(await busWith(metered, onBattery)).toEqual(UNKNOWN);
  });

  test('[DSK131] each for itself', async () => {
    expect(await busWith('silent', b(false))).toEqual({ network: 'unknown', power: 'mains' });
    expect(await busWith(u(4), null)).toEqual({ network: 'unmetered', power: 'unknown' });
  });

  test('[DSK131] a bus that is not there, lets nobody in, ends or talks nonsense; no connection is left behind', async () => {
    const folder = await temporaryFolder();
    ending.push(() => removeFolder(folder));
    const path = join(folder, 'bus');
    let act: (socket: Socket) => void = () => undefined;
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.resume();
      act(socket);
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    ending.push(() => server.close());
    const ask = async (address: string) => {
      const began = performance.now();
      expect(await systemConditions({ DBUS_SYSTEM_BUS_ADDRESS: address })).toEqual(UNKNOWN);
      expect(performance.now() - began).toBeLessThan(5_000);
    };
    await ask(`unix:path=${join(folder, 'none')}`);
    await ask('tcp:host=127.0.0.1,port=1');
    const acts: ((socket: Socket) => void)[] = [
      () => undefined,
      (socket) => socket.destroy(),
      (socket) => socket.write('REJECTED\r\n'),
      (socket) => socket.write('OK 0\r\n'),
      (socket) => {
        socket.write('OK 0\r\n');
        socket.once('data', () => socket.write(Buffer.alloc(64, 0x42)));
      },
    ];
    for (const one of acts) {
      act = one;
      await ask(`unix:path=${path}`);
    }
    // The one that waits for a way in ends by itself.
    const open = () => new Promise((resolve) => server.getConnections((_, count) => resolve(count)));
    await expect.poll(open, { timeout: 10_000, interval: 100 }).toBe(0);
  });
});
