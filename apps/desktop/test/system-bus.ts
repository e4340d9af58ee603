import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DBusValue, type DBusVariant, typesIn, ValueReader, ValueWriter } from '../src/dbus/values.ts';

export const hasBus = existsSync('/usr/bin/dbus-daemon');

/** What is said of a property; `refused`: an error; `silent`: nothing, ever. */
export type Said = DBusVariant | 'refused' | 'silent';

/** A real dbus-daemon that is configured as the system's is: names are owned by those whom a policy allows to. */
export class SystemBus {
  readonly address: string;
  readonly #daemon: ChildProcess;
  readonly #folder: string;

  private constructor(address: string, daemon: ChildProcess, folder: string) {
    this.address = address;
    this.#daemon = daemon;
    this.#folder = folder;
  }

  static async start(): Promise<SystemBus> {
    const folder = await mkdtemp(join(tmpdir(), 'aboveboard-bus-'));
    const config = join(folder, 'system.conf');
    await writeFile(config, CONFIG.replace('SOCKET', join(folder, 'socket')));
    const given = [`--config-file=${config}`, '--nofork', '--print-address=1'];
    const daemon = spawn('dbus-daemon', given, { stdio: ['ignore', 'pipe', 'ignore'] });
    const address = await new Promise<string>((resolve, reject) => {
      daemon.once('exit', () => reject(new Error('dbus-daemon ended')));
      daemon.stdout.once('data', (said: Buffer) => resolve(said.toString().trim()));
    });
    return new SystemBus(address, daemon, folder);
  }

  get environment(): NodeJS.ProcessEnv {
    return { DBUS_SYSTEM_BUS_ADDRESS: this.address };
  }

  /** Somebody who owns this name and says this of one property. */
  service(name: string, property: string, said: Said): Promise<SystemService> {
    return SystemService.start(this.address, { name, property, said });
  }

  async end(): Promise<void> {
    this.#daemon.kill('SIGKILL');
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Answers for a property as a service of the system does, on a connection of its own. */
export class SystemService {
  said: Said;
  /** How often it was asked. */
  asked = 0;
  readonly #socket: Socket;
  readonly #property: [service: string, property: string];
  #serial = 0;
  #bytes = Buffer.alloc(0);
  readonly #replies = new Map<number, (type: number) => void>();

  private constructor(socket: Socket, given: { name: string; property: string; said: Said }) {
    this.#socket = socket;
    this.#property = [given.name, given.property];
    this.said = given.said;
    socket.on('data', (data) => this.#take(data));
  }

  static async start(
    address: string,
    given: { name: string; property: string; said: Said },
  ): Promise<SystemService> {
    const path = /path=([^,]+)/.exec(address)?.[1] ?? '';
    const socket = createConnection(path);
    socket.write(`\0AUTH EXTERNAL ${Buffer.from(`${process.getuid?.()}`).toString('hex')}\r\n`);
    await new Promise<void>((resolve) => socket.once('data', () => resolve()));
    socket.write('BEGIN\r\n');
    const service = new SystemService(socket, given);
    await service.#ask('Hello', '', []);
    await service.#ask('RequestName', 'su', [given.name, 4]);
    return service;
  }

  end(): Promise<void> {
    return new Promise((resolve) => {
      this.#socket.once('close', () => resolve());
      this.#socket.end();
    });
  }

  #ask(member: string, signature: string, body: DBusValue[]): Promise<void> {
    const bus = 'org.freedesktop.DBus';
    const serial = this.#send(1, signature, body, [
      [1, { signature: 'o', value: '/org/freedesktop/DBus' }],
      [2, { signature: 's', value: bus }],
      [3, { signature: 's', value: member }],
      [6, { signature: 's', value: bus }],
    ]);
    return new Promise((resolve, reject) => {
      this.#replies.set(serial, (type) => (type === 2 ? resolve() : reject(new Error(`${member} refused`))));
    });
  }

  #send(type: number, signature: string, body: DBusValue[], fields: DBusValue[]): number {
    const content = new ValueWriter();
    for (const [index, one] of typesIn(signature).entries()) content.write(one, body[index] as DBusValue);
    const head = new ValueWriter();
    const all = [...fields, ...(signature ? [[8, { signature: 'g', value: signature }]] : [])];
    for (const byte of [0x6c, type, 0, 1]) head.write('y', byte);
    head.write('u', content.bytes.length);
    head.write('u', ++this.#serial);
    head.write('a(yv)', all as DBusValue);
    head.align(8);
    this.#socket.write(Buffer.concat([head.bytes, content.bytes]));
    return this.#serial;
  }

  #take(data: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, data]);
    while (this.#bytes.length >= 16) {
      const fields = this.#bytes.readUInt32LE(12);
      const from = Math.ceil((16 + fields) / 8) * 8;
      const length = from + this.#bytes.readUInt32LE(4);
      if (this.#bytes.length < length) return;
      this.#hear(Buffer.from(this.#bytes.subarray(0, length)), from);
      this.#bytes = this.#bytes.subarray(length);
    }
  }

  #hear(message: Buffer, from: number): void {
    const reader = new ValueReader(message, 12);
    const pairs = reader.read('a(yv)') as [number, DBusVariant][];
    const fields = new Map(pairs.map(([code, { value }]) => [code, value]));
    const type = message.readUInt8(1);
    if (type === 2 || type === 3) this.#replies.get(Number(fields.get(5)))?.(type);
    if (type !== 1 || fields.get(3) !== 'Get') return;
    const body = new ValueReader(message.subarray(from));
    const [service, property] = [body.read('s'), body.read('s')];
    const head = [
      [5, { signature: 'u', value: message.readUInt32LE(8) }],
      [6, { signature: 's', value: fields.get(7) as string }],
    ];
    const known = service === this.#property[0] && property === this.#property[1];
    if (known) this.asked += 1;
    if (this.said === 'silent') return;
    if (known && this.said !== 'refused') this.#send(2, 'v', [this.said], head);
    else
      this.#send(3, '', [], [...head, [4, { signature: 's', value: 'org.freedesktop.DBus.Error.Failed' }]]);
  }
}

const CONFIG = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path=SOCKET</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <deny own="*"/>
    <deny send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
    <allow receive_type="signal"/>
    <allow send_destination="org.freedesktop.DBus"/>
    <allow own="org.freedesktop.NetworkManager"/>
    <allow own="org.freedesktop.UPower"/>
    <allow send_destination="org.freedesktop.NetworkManager" send_interface="org.freedesktop.DBus.Properties"/>
    <allow send_destination="org.freedesktop.UPower" send_interface="org.freedesktop.DBus.Properties"/>
  </policy>
</busconfig>
`;
