import { chmodSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';

import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { insideAddresses } from '../src/inside-addresses.ts';
import { type ReminderConfig, readReminderConfig } from '../src/reminders/reminder-config.ts';
import { reminderMail } from '../src/reminders/reminder-mail.ts';
import { type MailOutcome, smtpRelay } from '../src/reminders/smtp-relay.ts';
import { selfSigned } from './self-signed.ts';
import { clearFolders, temporaryFolder } from './server.ts';

const TO = {
  employer: [],
  representative: ['rep@union.example'],
  'data-protection-officer': [],
  operator: [],
};
const config = (relay: Partial<ReminderConfig['relay']> = {}): ReminderConfig => ({
  relay: {
    ...{ host: '127.0.0.1', port: 25, security: 'none', ca: null, login: null, inside: insideAddresses() },
    ...relay,
  },
  from: 'aboveboard@factory.example',
  page: 'https://aboveboard.factory.example/',
  to: TO,
});

afterAll(clearFolders);

describe('what the operator wrote', () => {
  const written = (said: unknown) => {
    const root = temporaryFolder();
    writeFileSync(join(root, 'reminders.json'), typeof said === 'string' ? said : JSON.stringify(said));
    return root;
  };
  const fine = {
    relay: { host: 'mail.factory.example', port: 465, security: 'tls' },
    from: 'aboveboard@factory.example',
    page: 'https://aboveboard.factory.example',
    to: { representative: ['rep@union.example'] },
  };

  it('[CTL32] no file: nobody; else a relay, a sender, and at most ten addresses for each', () => {
    expect(readReminderConfig(temporaryFolder())).toBe(null);
    const read = readReminderConfig(written(fine));
    expect(read?.to).toEqual(TO);
    expect(read?.relay).toMatchObject({ host: 'mail.factory.example', ca: null, login: null });
  });

  it('[CTL32] every fault at once, and no second address or header hidden in the first', () => {
    const faulty = {
      ...fine,
      relay: { host: 'mail relay', port: 0, security: 'perhaps', user: 'a' },
      to: {
        contributor: ['ada@factory.example'],
        employer: ['a@b.example, c@d.example', 'a@b.example\r\nBcc: c@d.example', 'Ada <a@b.example>', 'a'],
        operator: Array(11).fill('o@factory.example'),
      },
    };
    const root = written(faulty);
    expect(() => readReminderConfig(root)).toThrow(/relay\.host.*\n.*relay\.port.*\n.*relay\.security/);
    for (const at of ['to.employer.0', 'to.employer.1', 'to.employer.2', 'to.employer.3', 'to.operator'])
      expect(() => readReminderConfig(root)).toThrow(`${at}: `);
    expect(() => readReminderConfig(root)).toThrow(/"contributor"/);
    const relay = { ...fine.relay, user: 'aboveboard' };
    expect(() => readReminderConfig(written({ ...fine, relay }))).toThrow(/go together/);
    const listed = { ...fine.relay, networks: ['10.0.0.0/0'] };
    expect(() => readReminderConfig(written({ ...fine, relay: listed }))).toThrow(/no network/);
    expect(() => readReminderConfig(written('{'))).toThrow(/not JSON/);
  });

  it('[CTL37] a password that others may read is refused', () => {
    const passwordFile = join(temporaryFolder(), 'password');
    writeFileSync(passwordFile, 'a secret of the relay\n', { mode: 0o644 });
    chmodSync(passwordFile, 0o644);
    const root = written({ ...fine, relay: { ...fine.relay, user: 'aboveboard', passwordFile } });
    expect(() => readReminderConfig(root)).toThrow(/chmod 600/);
    chmodSync(passwordFile, 0o600);
    expect(readReminderConfig(root)?.relay.login).toEqual({
      user: 'aboveboard',
      password: 'a secret of the relay',
    });
  });
});

describe('a relay', () => {
  const stops: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });
  const mail = reminderMail(null, 'https://aboveboard.factory.example/controls');
  /** A connection came to its end. */
  let heard = () => undefined as unknown;
  /** What it got, whole. */
  const got: { to: string[]; body: string }[] = [];
  beforeEach(() => got.splice(0));

  async function real(options: SMTPServerOptions = {}): Promise<number> {
    const relay = new SMTPServer({
      ...{ authOptional: true, disabledCommands: ['AUTH'], logger: false, closeTimeout: 50 },
      onData(stream, session, done) {
        const pieces: Buffer[] = [];
        stream.on('data', (piece: Buffer) => pieces.push(piece));
        stream.on('end', () => {
          got.push({
            to: session.envelope.rcptTo.map(({ address }) => address),
            body: Buffer.concat(pieces).toString('utf8'),
          });
          done();
        });
      },
      ...options,
    });
    relay.on('error', () => undefined);
    await new Promise<void>((listening) => relay.listen(0, '127.0.0.1', listening));
    stops.push(() => new Promise<void>((closed) => relay.close(closed)));
    return (relay.server.address() as AddressInfo).port;
  }

  /** Says these lines in turn, one to each line that it hears, and then nothing for good. */
  async function silentAfter(...says: string[]): Promise<number> {
    const sockets = new Set<Socket>();
    const relay: Server = createServer((socket) => {
      const left = [...says];
      socket.on('error', () => undefined);
      sockets.add(socket);
      socket.on('close', () => heard());
      const next = () => {
        const line = left.shift();
        if (line !== undefined) socket.write(`${line}\r\n`);
      };
      next();
      socket.on('data', (heard) => {
        for (const _ of heard.toString().matchAll(/\r\n/g)) next();
      });
    });
    await new Promise<void>((listening) => relay.listen(0, '127.0.0.1', listening));
    stops.push(() => {
      for (const socket of sockets) socket.destroy();
      return new Promise<unknown>((closed) => relay.close(closed));
    });
    return (relay.address() as AddressInfo).port;
  }

  const send = (
    relay: Partial<ReminderConfig['relay']>,
    options: Parameters<typeof smtpRelay>[1] = {},
  ): Promise<MailOutcome> =>
    smtpRelay(config(relay), { patience: { answer: 300, all: 20_000 }, ...options })(
      'rep@union.example',
      mail,
    );
  const hidden = { hideSTARTTLS: true, disabledCommands: ['AUTH', 'STARTTLS'] };

  it('[CTL33] takes one mail to one address: no other header, name or address in it', async () => {
    const port = await real(hidden);
    expect(await send({ port })).toBe('sent');
    expect(got).toHaveLength(1);
    expect(got[0]?.to).toEqual(['rep@union.example']);
    const [head = '', ...body] = got[0]?.body.split('\r\n\r\n') ?? [];
    const names = head.split('\r\n').flatMap((line) => /^([\w-]+):/.exec(line)?.[1] ?? []);
    expect(names.sort()).toEqual(
      [
        ...['Auto-Submitted', 'Content-Transfer-Encoding', 'Content-Type', 'Date', 'From'],
        ...['MIME-Version', 'Message-ID', 'Subject', 'To'],
      ].sort(),
    );
    expect(head).toContain('Subject: Something waits for you');
    expect(`${body.join('\r\n\r\n')}`.trimEnd()).toBe(mail.text.trimEnd());
  });

  it('[CTL37] by TLS, at once or asked for, under the name that was written and its certificate', async () => {
    const { key, cert } = selfSigned();
    const secured = await real({ key, cert, secure: true });
    const asked = await real({ key, cert });
    const inside = async () => ['127.0.0.1'];
    const named = { host: 'localhost', ca: cert };
    expect(await send({ ...named, port: secured, security: 'tls' }, { resolve: inside })).toBe('sent');
    expect(await send({ ...named, port: asked, security: 'starttls' }, { resolve: inside })).toBe('sent');
    const other = selfSigned().cert;
    for (const [port, security] of [
      [secured, 'tls'],
      [asked, 'starttls'],
    ] as const) {
      expect(await send({ ...named, ca: other, port, security }, { resolve: inside })).toBe('certificate');
      expect(await send({ ...named, ca: null, port, security }, { resolve: inside })).toBe('certificate');
      const renamed = { host: 'mail.factory.example', ca: cert, port, security };
      expect(await send(renamed, { resolve: inside })).toBe('certificate');
    }
    expect(got).toHaveLength(2);
  });

  it('[CTL37] one that offers no encryption gets nothing', async () => {
    const port = await real(hidden);
    expect(await send({ port, security: 'starttls' })).toBe('no-tls');
    expect(await send({ port, security: 'tls' })).not.toBe('sent');
    expect(got).toEqual([]);
  });

  it('[CTL37] a name that leads outside, or there too, is not spoken to', async () => {
    const port = await real(hidden);
    const outside = async (host: string, ...found: string[]) =>
      send({ host, port, security: 'starttls' }, { resolve: async () => found });
    expect(await outside('mail.factory.example', '192.0.2.1')).toBe('outside');
    expect(await outside('mail.factory.example', '127.0.0.1', '192.0.2.1')).toBe('outside');
    expect(await outside('::ffff:192.0.2.1')).toBe('outside');
    expect(await send({ host: 'mail.factory.example', port }, { resolve: async () => ['10.0.0.1'] })).toBe(
      'outside',
    );
    expect(await outside('mail.factory.example')).toBe('no-answer');
    expect(got).toEqual([]);
  });

  it('[CTL38] [CTL39] silence at each step, and refusals, are told apart; nothing of what it says is', async () => {
    const to = ['250 aboveboard', '250 sender', '250 recipient'];
    expect(await send({ port: await silentAfter() })).toBe('no-answer');
    expect(await send({ port: await silentAfter('220 here') })).toBe('no-answer');
    // Only here it may have the mail.
    expect(await send({ port: await silentAfter('220 here', ...to, '354 go on') })).toBe('unsure');
    expect(await send({ port: await silentAfter('220 here', ...to.slice(0, 2), '550 ada is away') })).toBe(
      'refused',
    );
    expect(await send({ port: await silentAfter('554 no') })).toBe('refused');
    // All of it has its end too, and the connection with it.
    const slow = { patience: { answer: 60_000, all: 300 } };
    const ended = Promise.withResolvers<void>();
    const port = await silentAfter('220 here', ...to, '354 go on');
    heard = () => ended.resolve();
    expect(await send({ port }, slow)).toBe('unsure');
    await ended.promise;
    expect(await send({ port: await silentAfter('220 here') }, slow)).toBe('no-answer');
    // What it says is not what went wrong.
    expect(await send({ port: await silentAfter('554 CERT_HAS_EXPIRED') })).toBe('refused');
    const closed = await real(hidden);
    for (const stop of stops.splice(0)) await stop();
    expect(await send({ port: closed })).toBe('no-answer');
  });
});
