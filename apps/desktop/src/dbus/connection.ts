import { createConnection, type Socket } from 'node:net';
import { DBusFault, DBusSilence, type DBusValue, typesIn, ValueReader, ValueWriter } from './values.ts';

export type DBusCall = {
  destination: string;
  path: string;
  interface: string;
  member: string;
  signature?: string;
  body?: DBusValue[];
};

export type DBusSignal = {
  sender: string;
  path: string;
  interface: string;
  member: string;
  body: DBusValue[];
};

const CALL = 1;
const RETURN = 2;
const ERROR = 3;
const SIGNAL = 4;
const MESSAGE_LIMIT = 134_217_728;

/** A connection to a bus of this computer: calls and signals, nothing else. Every call has an end in time. */
export class DBusConnection {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, { resolve: (body: DBusValue[]) => void; reject: (e: Error) => void }>();
  readonly #patience: number;
  readonly #onSignal: (signal: DBusSignal) => void;
  #serial = 0;
  #buffer: Buffer = Buffer.alloc(0);
  #ended = false;

  private constructor(socket: Socket, given: ConnectOptions) {
    this.#socket = socket;
    this.#patience = given.patience ?? 1_000;
    this.#onSignal = given.onSignal ?? (() => undefined);
    const end = () => {
      if (this.#ended) return;
      this.#end();
      given.onEnd?.();
    };
    socket.on('data', (data) => {
      try {
        this.#take(data);
      } catch {
        // What is not D-Bus is not read any further.
        socket.destroy();
      }
    });
    socket.on('close', end);
    socket.on('error', end);
  }

  /** `address` as in DBUS_SESSION_BUS_ADDRESS: the first socket of this computer in it. Rejects with DBusFault. */
  static async connect(address: string, given: ConnectOptions = {}): Promise<DBusConnection> {
    const path = socketPath(address);
    if (path === null) throw new DBusFault('the bus has no socket on this computer');
    const socket = createConnection(path);
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve);
        // Stays: a socket that fails while nobody listens to it would end the process.
        socket.on('error', (cause) => reject(new DBusFault('the bus does not answer', { cause })));
      });
      await authenticate(socket, given.patience ?? 1_000);
      const connection = new DBusConnection(socket, given);
      await connection.call({ ...BUS, member: 'Hello' });
      return connection;
    } catch (error) {
      socket.destroy();
      throw error;
    }
  }

  /** Rejects with DBusFault for an error, and when the answer does not come in time. */
  call(call: DBusCall): Promise<DBusValue[]> {
    if (this.#ended) return Promise.reject(new DBusSilence('the bus is gone'));
    const serial = ++this.#serial;
    this.#socket.write(encode(call, serial));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(serial);
        reject(new DBusSilence('no answer in time'));
      }, this.#patience);
      this.#waiting.set(serial, {
        resolve: (body) => {
          clearTimeout(timer);
          resolve(body);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
    });
  }

  /** `rule` as in the specification's match rules. */
  async hear(rule: string): Promise<void> {
    await this.call({ ...BUS, member: 'AddMatch', signature: 's', body: [rule] });
  }

  async leave(rule: string): Promise<void> {
    await this.call({ ...BUS, member: 'RemoveMatch', signature: 's', body: [rule] }).catch(() => undefined);
  }

  /** Who the bus says has this name. */
  async processOf(name: string): Promise<number> {
    const call = { ...BUS, member: 'GetConnectionUnixProcessID', signature: 's', body: [name] };
    return (await this.call(call))[0] as number;
  }

  close(): void {
    this.#end();
    this.#socket.destroy();
  }

  #end(): void {
    this.#ended = true;
    for (const { reject } of this.#waiting.values()) reject(new DBusSilence('the bus is gone'));
    this.#waiting.clear();
  }

  #take(data: Buffer): void {
    this.#buffer = this.#buffer.length === 0 ? data : Buffer.concat([this.#buffer, data]);
    for (;;) {
      const length = messageLength(this.#buffer);
      if (length === null || this.#buffer.length < length) return;
      const message = Buffer.from(this.#buffer.subarray(0, length));
      this.#buffer = this.#buffer.subarray(length);
      this.#hear(message);
    }
  }

  #hear(message: Buffer): void {
    const { type, fields, body } = decode(message);
    if (type === SIGNAL) {
      const [path, interface_, member, sender] = [1, 2, 3, 7].map((field) => `${fields.get(field) ?? ''}`);
      this.#onSignal({ sender, path, interface: interface_, member, body: body() } as DBusSignal);
      return;
    }
    const waiting = this.#waiting.get(Number(fields.get(5)));
    if (!waiting || (type !== RETURN && type !== ERROR)) return;
    this.#waiting.delete(Number(fields.get(5)));
    if (type === ERROR) waiting.reject(new DBusFault(`refused: ${fields.get(4)}`));
    else
      try {
        waiting.resolve(body());
      } catch (cause) {
        waiting.reject(new DBusFault('the answer can not be read', { cause }));
      }
  }
}

export type ConnectOptions = {
  onSignal?: (signal: DBusSignal) => void;
  onEnd?: () => void;
  /** Milliseconds that an answer may take: applications answer for themselves, and some hang. */
  patience?: number;
};

const BUS = {
  destination: 'org.freedesktop.DBus',
  path: '/org/freedesktop/DBus',
  interface: 'org.freedesktop.DBus',
};

function socketPath(address: string): string | null {
  for (const one of address.split(';')) {
    const [transport, rest = ''] = one.split(/:(.*)/s);
    if (transport !== 'unix') continue;
    const values = new Map(rest.split(',').map((pair) => pair.split('=', 2) as [string, string]));
    const path = values.get('path');
    if (path) return decodeURIComponent(path);
    const hidden = values.get('abstract');
    if (hidden) return `\0${decodeURIComponent(hidden)}`;
  }
  return null;
}

/** The kernel says to the bus who we are; there is no secret in it. */
async function authenticate(socket: Socket, patience: number): Promise<void> {
  const uid = Buffer.from(`${process.getuid?.() ?? ''}`).toString('hex');
  socket.write(`\0AUTH EXTERNAL ${uid}\r\n`);
  const answer = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new DBusFault('the bus does not let us in')), patience * 5);
    socket.once('data', (data) => {
      clearTimeout(timer);
      resolve(data.toString('latin1'));
    });
    socket.once('close', () => {
      clearTimeout(timer);
      reject(new DBusFault('the bus does not let us in'));
    });
  });
  if (!answer.startsWith('OK ')) throw new DBusFault('the bus does not let us in');
  socket.write('BEGIN\r\n');
}

function encode(
  { destination, path, interface: interface_, member, signature, body }: DBusCall,
  serial: number,
): Buffer {
  const content = new ValueWriter();
  for (const [index, type] of typesIn(signature ?? '').entries())
    content.write(type, body?.[index] as DBusValue);
  const fields: DBusValue[] = [
    [1, { signature: 'o', value: path }],
    [2, { signature: 's', value: interface_ }],
    [3, { signature: 's', value: member }],
    [6, { signature: 's', value: destination }],
    ...(signature ? [[8, { signature: 'g', value: signature }]] : []),
  ];
  const head = new ValueWriter();
  for (const [type, value] of [
    ['y', 0x6c],
    ['y', CALL],
    ['y', 0],
    ['y', 1],
    ['u', content.bytes.length],
    ['u', serial],
    ['a(yv)', fields],
  ] as const)
    head.write(type, value as DBusValue);
  head.align(8);
  return Buffer.concat([head.bytes, content.bytes]);
}

/** Null: not enough is there to know. */
function messageLength(buffer: Buffer): number | null {
  if (buffer.length < 16) return null;
  if (buffer[0] !== 0x6c) throw new DBusFault('a message of another byte order');
  const fields = buffer.readUInt32LE(12);
  const length = 16 + fields + ((8 - ((16 + fields) % 8)) % 8) + buffer.readUInt32LE(4);
  if (length > MESSAGE_LIMIT) throw new DBusFault('a message is too long');
  return length;
}

function decode(message: Buffer) {
  const reader = new ValueReader(message, 12);
  const fields = new Map<number, DBusValue>();
  for (const field of reader.read('a(yv)') as [number, { value: DBusValue }][])
    fields.set(field[0], field[1].value);
  reader.align(8);
  const from = reader.at;
  const signature = `${fields.get(8) ?? ''}`;
  const body = () => {
    const content = new ValueReader(message.subarray(from));
    return typesIn(signature).map((type) => content.read(type));
  };
  return { type: message.readUInt8(1), fields, body };
}
