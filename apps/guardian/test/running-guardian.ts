import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import { demonstrationAgreement } from '@aboveboard/consent/demonstration';
import { codeSecret, readCode } from '@aboveboard/consent/enrolment-codes';
import { askToken, importIssuerKey } from '@aboveboard/consent/voice-token';
import type { VoiceIssue } from '@aboveboard/protocol/voice';
import { type GuardianClient, makeGuardianClient, voiceAbout } from '../pages/guardian-client.ts';
import { bytesOf, textOf } from '../pages/own-voice.ts';
import { type GuardianOptions, startGuardian } from '../src/start.ts';

export const PASSPHRASE = 'correct horse battery staple';
export const START = Date.parse('2026-11-23T09:00:00Z') / 1000;

/** A server that has an agreement and nothing else, and a guardian beside it whose clock the test sets. */
export async function runGuardian(options: Partial<GuardianOptions> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'guardian-voice-'));
  const { document } = await agreementDocument();
  const server = createServer((request, response) => {
    const isAgreement = request.url === '/api/agreement';
    response.writeHead(isAgreement ? 200 : 404).end(isAgreement ? JSON.stringify({ document }) : '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clock = { now: START };
  const start = () =>
    startGuardian({
      data: join(folder, 'guardian'),
      server: address,
      port: 0,
      now: () => clock.now,
      ...options,
      limits: { voiceAnswerMilliseconds: 1, ...options.limits },
    });
  let guardian = await start();
  return {
    clock,
    document,
    data: join(folder, 'guardian'),
    address,
    get guardian() {
      return guardian;
    },
    client: () => makeGuardianClient(guardian.url),
    async restart() {
      await guardian.stop();
      guardian = await start();
    },
    async end() {
      await guardian.stop();
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function agreementDocument() {
  const { agreement } = await demonstrationAgreement({
    origins: ['http://127.0.0.1:4310'],
    now: START * 1000,
    subtle: crypto.subtle,
  });
  return { agreement, document: new TextDecoder().decode(canonicalBytes(agreement)) };
}

/** The representative, signed in: her passphrase is set the first time. */
export async function representative(url: string, setupLink: string | null): Promise<GuardianClient> {
  const token = setupLink?.split('setup=')[1];
  const response = await fetch(`${url}/representative/${token ? 'passphrase' : 'session'}`, {
    method: 'POST',
    headers: { origin: url, 'content-type': 'application/json' },
    body: JSON.stringify({ passphrase: PASSPHRASE, ...(token ? { token } : {}) }),
  });
  const cookie = response.headers.get('set-cookie')?.split(';')[0];
  if (!response.ok || !cookie) throw new Error(`no session: ${await response.text()}`);
  return makeGuardianClient(url, { origin: url, cookie });
}

/** What a device sends to redeem a code, made once so that it can be sent again. */
export async function enrolmentAsk(client: GuardianClient, code: string) {
  const { enrolment } = await voiceAbout(client);
  const secret = await readCode(code, crypto.subtle);
  if (!enrolment || !secret) throw new Error('no codes');
  const issuer = await importIssuerKey(bytesOf(enrolment.key), crypto.subtle);
  const scope = { kind: 'enrolment', digest: enrolment.digest } as const;
  const key = crypto.getRandomValues(new Uint8Array(32));
  const { blinded, pending } = await askToken(scope, key, issuer);
  const shown = textOf(await codeSecret(secret, 'enrol', crypto.subtle));
  return { body: { secret: shown, blinded: textOf(blinded) }, scope, issuer, pending };
}

export async function issueOf(client: GuardianClient, digest: string): Promise<VoiceIssue> {
  const issue = (await voiceAbout(client)).issues.find((one) => one.digest === digest);
  if (!issue) throw new Error('no such issue');
  return issue;
}
