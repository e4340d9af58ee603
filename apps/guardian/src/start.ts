import { randomBytes, randomInt, X509Certificate } from 'node:crypto';
import { createServer as createHttp, type Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { isIP } from 'node:net';
import { formatVerifierKey } from '@aboveboard/tlog/verifier-key';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { halfRoutes } from './halves/half-routes.ts';
import { type HalfChecks, openHalves } from './halves/halves.ts';
import { DEFAULT_GUARDIAN_LIMITS, type GuardianLimits } from './limits.ts';
import { isLoopbackName, ownHost, PAGES_FOLDER, pageHeaders, pageRoutes } from './pages.ts';
import { wordRoutes } from './probe/guardian-word.ts';
import { startOutsideProbe } from './probe/outside-probe.ts';
import { askOver } from './probe/outsider-ask.ts';
import { enrolProbe, keptInStore } from './probe/probe-accounts.ts';
import { lastBackUp } from './recovery/recovery.ts';
import { startPeriodClock } from './relay/period-clock.ts';
import { makeRelay } from './relay/relay.ts';
import { relayRoutes } from './relay/relay-routes.ts';
import { makeServerLink } from './relay/server-link.ts';
import { makePassphrase } from './representative/passphrase.ts';
import { representativeRoutes } from './representative/representative-routes.ts';
import { makeSignIn } from './representative/sign-in.ts';
import { openGuardianStore } from './store.ts';
import { openVoice } from './voice/voice.ts';
import { voiceRoutes } from './voice/voice-routes.ts';
import { makeForkLookout } from './witness/fork-lookout.ts';
import { makeKnownLogs } from './witness/known-logs.ts';
import { makeWitnessDesk } from './witness/witness-desk.ts';
import { witnessIdentity } from './witness/witness-identity.ts';
import { witnessRoutes } from './witness/witness-routes.ts';
import { makeWitnessRows } from './witness/witness-rows.ts';

export type GuardianOptions = {
  data: string;
  /** The server's address, as the representative set it: `https://records.example`. */
  server: string;
  host?: string;
  /** 0: any that is free. */
  port?: number;
  tls?: { key: string | Buffer; cert: string | Buffer };
  limits?: Partial<GuardianLimits>;
  /** Further names that it is reached by, as behind a proxy; else this computer's and the certificate's. */
  names?: readonly string[];
  /** Seconds since the epoch; the computer's clock by default. */
  now?: () => number;
  /** In a test that takes a check away to see what it stopped. */
  halfChecks?: Partial<HalfChecks>;
};

export type StartedGuardian = {
  url: string;
  /** Of the witness, one a line as others put them into their policies. */
  verifierKeys: string[];
  /** Where the representative sets her passphrase, once; null: it is set. */
  setupLink: string | null;
  /** What the representative does on her page with the operator's invitations for the probe. Throws NotEnrolled. */
  enrolProbe(invitations: string): Promise<string[]>;
  /** Roles that the probe has an account of. */
  probeRoles(): string[];
  stop(): Promise<void>;
};

/** Composes and starts the representative's process; throws a sentence when it can't. */
export async function startGuardian(options: GuardianOptions): Promise<StartedGuardian> {
  const { host = '127.0.0.1', port = 4880, tls, now = () => Math.floor(Date.now() / 1000) } = options;
  const limits: GuardianLimits = { ...DEFAULT_GUARDIAN_LIMITS, ...options.limits };
  if (!tls && !isLoopback(host)) {
    throw new Error(
      `Without TLS the guardian listens on this computer only, and ${host} is more than that. Give --tls-key and --tls-cert.`,
    );
  }
  const store = openGuardianStore(options.data);
  const address = serverOrigin(options.server);
  const server = makeServerLink(address, limits.serverSeconds * 1000);
  const relay = makeRelay({
    most: limits.cellsHeld,
    cellsPerBatch: limits.cellsPerBatch,
    forward: server.forward,
    draw: (below) => randomInt(below),
    random: (length) => new Uint8Array(randomBytes(length)),
  });
  const clock = startPeriodClock({
    // Until the server says: what is held meanwhile is nothing, because nobody knows whom to seal it to.
    periodMilliseconds: async () => ((await server.about())?.periodSeconds ?? 2) * 1000,
    ended: relay.endPeriod,
  });
  const logs = makeKnownLogs(store, server.logKeys);
  await logs.learn();
  const identity = witnessIdentity(store, now);
  const verifierKeys = (identity.pairs()[0] ?? []).map(formatVerifierKey);
  const rows = makeWitnessRows(store);
  const own = identity.pairs;
  const halves = await openHalves(store, {
    ...{ server, logs, rows, own, limits, now },
    ...(options.halfChecks ? { checks: options.halfChecks } : {}),
  });
  const origin = namedOrigin(new URL(address));
  const probed = { ask: askOver(new URL(address), origin), origin, now };
  const probeAccounts = keptInStore(store);
  const probe = startOutsideProbe({
    ...probed,
    accounts: probeAccounts,
    grants: halves.knownGrants,
    lock: () => halves.lock.lock('probe'),
    everySeconds: limits.probeSeconds,
  });
  const probeRoles = () => probeAccounts.read().map(({ role }) => role);
  const enrolInProbe = (invitations: string) => enrolProbe(probed, probeAccounts, invitations);
  const random = (length: number) => new Uint8Array(randomBytes(length));
  const voice = await openVoice(store, { now, random, limits });
  const passphrase = makePassphrase(store);
  const signIn = makeSignIn(passphrase, {
    now,
    perMinute: limits.signInsPerMinute,
    sessions: limits.sessions,
    sessionSeconds: limits.sessionSeconds,
  });
  // What is due is published also when nobody asks.
  const counts = setInterval(() => void voice.inTurn(() => {}).catch(() => {}), COUNT_MS).unref();
  const app = new Hono()
    .use(ownHost(namesOf(tls, options.names ?? [])))
    .use(pageHeaders)
    .get('/health', (context) => context.json({ alive: true }))
    .route('/', relayRoutes({ relay, server }))
    .route(
      '/',
      witnessRoutes({
        ...{ rows, logs, identity, seeRules: halves.rules.now },
        lookout: makeForkLookout({ rows, logs, server }),
      }),
    )
    .route('/', halfRoutes({ halves, limits }))
    .route(
      '/',
      wordRoutes({
        ...{ logs, now, probe: probe.last, lockedBy: halves.lock.lockedBy },
        backedUp: () => lastBackUp(store),
        signers: identity.wordSigners,
      }),
    )
    .route('/', voiceRoutes({ voice, words: passphrase.recipient, limits }))
    .route(
      '/',
      representativeRoutes({
        voice,
        halves,
        probe: probe.last,
        probeAccounts: {
          roles: probeRoles,
          enrol: enrolInProbe,
        },
        signIn,
        server: { ...server, address },
        witness: makeWitnessDesk({ identity, rows, rules: halves.rules, server, logs }),
        secure: tls !== undefined,
        bytes: limits.representativeBytes,
        sessionSeconds: limits.sessionSeconds,
      }),
    )
    .route('/', pageRoutes(PAGES_FOLDER));
  const handler = getRequestListener(app.fetch);
  const timing = { headersTimeout: 10_000, requestTimeout: limits.requestSeconds * 1000, noDelay: true };
  const listener: Server = tls
    ? (createHttps({ ...timing, ...tls }, handler) as unknown as Server)
    : createHttp(timing, handler);
  listener.maxConnections = limits.connections;
  try {
    await listening(listener, host, port);
  } catch (error) {
    clock.stop();
    clearInterval(counts);
    probe.stop();
    store.close();
    throw error;
  }
  const name = host.includes(':') ? `[${host}]` : host;
  const url = `${tls ? 'https' : 'http'}://${name}:${(listener.address() as AddressInfo).port}`;
  const token = signIn.setupToken();
  return {
    url,
    verifierKeys,
    // After the #: what stands there is sent to nobody and stands in no log.
    setupLink: token && `${url}/#setup=${token}`,
    enrolProbe: enrolInProbe,
    probeRoles,
    async stop() {
      clock.stop();
      clearInterval(counts);
      probe.stop();
      await new Promise((resolve) => {
        listener.close(resolve);
        listener.closeIdleConnections();
        setTimeout(() => listener.closeAllConnections(), 5_000).unref();
      });
      if (store.isOpen) store.close();
    },
  };
}

const COUNT_MS = 30_000;

/** The names that this guardian has: this computer's own, and those that its certificate is for. */
function namesOf(tls: GuardianOptions['tls'], names: readonly string[]): (host: string) => boolean {
  const certificate = tls && new X509Certificate(tls.cert);
  return (host) =>
    isLoopbackName(host) ||
    names.includes(host) ||
    (certificate !== undefined &&
      (isIP(host.replace(/^\[|\]$/g, '')) > 0
        ? certificate.checkIP(host.replace(/^\[|\]$/g, ''))
        : certificate.checkHost(host)) !== undefined);
}

async function listening(listener: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen({ port, host }, resolve);
  }).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'EADDRINUSE' ? 'another program listens there' : (cause.code ?? 'it failed');
    throw new Error(
      `The guardian can not listen on ${host}, port ${port}: ${why}. Choose another with --port.`,
      {
        cause,
      },
    );
  });
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** Accounts sign in by passkey, which belongs to a name and no address (IDN20): this computer has one. */
function namedOrigin(address: URL): URL {
  const named = new URL(address);
  if (isLoopback(address.hostname.replace(/^\[|\]$/g, ''))) named.hostname = 'localhost';
  return named;
}

/** An origin that cells may be handed to: TLS, or this computer. */
function serverOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const host = url?.hostname.replace(/^\[|\]$/g, '') ?? '';
  if (url && (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(host)))) return url.origin;
  throw new Error('The address of the server begins with https:// (or is http:// on this computer).');
}
