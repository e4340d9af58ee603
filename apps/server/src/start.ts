import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type About, ROLES, type Role } from '@aboveboard/protocol/installation';
import { aboutOf } from './about.ts';
import { makeAskedFor } from './access/asked-for.ts';
import { readPolicies, shippedDecide } from './access/policies.ts';
import { type AgreementShelf, openAgreementShelf } from './agreement/agreement-shelf.ts';
import { installDemonstration } from './agreement/demonstration.ts';
import { makeControls } from './controls/controls.ts';
import { openGuardianWatch } from './controls/guardian-watch.ts';
import { folderPaths } from './data-folder.ts';
import { type Codes, makeCodes } from './identity/codes.ts';
import { makeContributors } from './identity/contributors.ts';
import { makeDeviceHandovers } from './identity/device-handovers.ts';
import { makeEnrolmentIssuer } from './identity/enrolment-issuer.ts';
import { readProviderConfig } from './identity/provider-config.ts';
import { makeSessions } from './identity/sessions.ts';
import { type Installation, openInstallation } from './installation.ts';
import { sayWhoKeepsHalves } from './keys/demonstration-halves.ts';
import { demonstrationParties } from './keys/demonstration-parties.ts';
import { DEFAULT_LIMITS, type ServerLimits } from './limits.ts';
import { type Fetch, makeListener, requireSafeHost, type Tls } from './listener.ts';
import { type Log, makeLog } from './log.ts';
import { type LogService, makeLogService } from './logs/log-service.ts';
import { rotationSetting } from './logs/policy-rotation.ts';
import { recordSettings } from './logs/setting-changes.ts';
import { makeUsesLog } from './logs/uses-log.ts';
import type { WitnessTimes } from './logs/witnessing.ts';
import { hostsOf, nameAddress } from './own-names.ts';
import { processStart } from './process-start.ts';
import { makeRate } from './rate.ts';
import { makeAccesses } from './recordings/accesses.ts';
import { installSamples } from './recordings/demonstration-samples.ts';
import { erasureOf } from './recordings/erasure-entry.ts';
import { Refusal } from './refusal.ts';
import { type CellDesk, makeCellDesk } from './relay/cell-desk.ts';
import { makeTransfers } from './relay/transfers.ts';
import { remindersOf } from './reminders/installed-reminders.ts';
import { retentionOf } from './retention/retention-sweep.ts';
import { makeApp } from './routes/app.ts';
import { controlsRoutes } from './routes/controls-routes.ts';
import { decideRoutes } from './routes/decide-routes.ts';
import { enrolmentRoutes } from './routes/enrolment-routes.ts';
import { entryRoutes } from './routes/entry-routes.ts';
import { grantRoutes } from './routes/grant-routes.ts';
import { makeGuards } from './routes/guard.ts';
import { handoverRoutes } from './routes/handover-routes.ts';
import { holdRoutes } from './routes/hold-routes.ts';
import { installationRoutes } from './routes/installation-routes.ts';
import { logRoutes } from './routes/log-routes.ts';
import { noticeRoutes } from './routes/notice-routes.ts';
import { makePartBody } from './routes/part-body.ts';
import { recordingRoutes } from './routes/recording-routes.ts';
import { relayRoutes } from './routes/relay-routes.ts';
import { releaseRoutes } from './routes/release-routes.ts';
import { retentionRoutes } from './routes/retention-routes.ts';
import { sessionRoutes } from './routes/session-routes.ts';
import { makeStaffIdentity } from './routes/staff-routes.ts';
import { uploadRoutes } from './routes/upload-routes.ts';
import { readTaskCards } from './task-cards.ts';
import { makeCompletion } from './uploads/completion.ts';
import { sweepEnvelopes } from './uploads/stale-envelopes.ts';
import { makeUploads } from './uploads/uploads.ts';

export type StartOptions = {
  data: string;
  /** A demonstration or production; for good, see installation-kind.ts. */
  demo: boolean;
  host?: string;
  /** 0: any that is free. */
  port?: number;
  tls?: Tls;
  /** Host names and ports besides the address itself that browsers use to get here: `records.example`. */
  names?: readonly string[];
  databaseUrl?: string | undefined;
  limits?: Partial<ServerLimits>;
  /** How often every installation says something through the relay; 300, in a demonstration 2. */
  relayPeriodSeconds?: number;
  /** The built web application; null: none. */
  web?: string | null;
  /** Origins on this computer that the demonstration's agreement lists besides the server's own. */
  applications?: readonly string[];
  /** In a demonstration: the sample recordings that come with the software. */
  samples?: boolean;
  /** In a demonstration: false leaves it to stewards to enter one. */
  agreement?: boolean;
  log?: Log;
  /** Other times than LGS31 and LGS32 ask for, in tests. */
  witnessTimes?: Partial<WitnessTimes>;
  /** The data folder is this server's; the policy of the logs is read after it. */
  onClaimed?: () => Promise<void>;
};

export type StartedServer = {
  url: string;
  about: About;
  /** Every route that there is, as `GET /api/about`. */
  routes: readonly string[];
  /** Of a demonstration, fresh at each start: one for each role. */
  codes: Partial<Record<Role, string>>;
  installation: Installation;
  makeCode: Codes['make'];
  /** What is done every hour: forgets what nobody continued, removes what expired. */
  housekeeping(): Promise<void>;
  /** Serves what is under way, takes nothing new, closes, stops PostgreSQL. Idempotent. */
  stop(): Promise<void>;
};

const DRAIN_MS = 10_000;
const HOUR = 3_600_000;

/** Composes and starts the whole server; throws a sentence when it can't. */
export async function startServer(options: StartOptions): Promise<StartedServer> {
  const { demo, tls, host = '127.0.0.1', port = 4870 } = options;
  requireSafeHost(host, tls);
  const kind = demo ? 'demonstration' : 'production';
  const log = options.log ?? makeLog(demo ? 'warn' : 'info');
  const limits: ServerLimits = { ...DEFAULT_LIMITS, ...options.limits };
  const installation = await openInstallation({
    data: options.data,
    kind,
    databaseUrl: options.databaseUrl,
    onDatabase: (up) => log[up ? 'info' : 'error']({ up }, 'database'),
    logEntriesWaiting: limits.logEntriesWaiting,
    ...(options.witnessTimes ? { witnessTimes: options.witnessTimes } : {}),
    ...(options.onClaimed ? { onClaimed: options.onClaimed } : {}),
  });
  // It listens first, because the agreement and the accepted names hold the port; nothing is served before
  // what a kill left undone is done.
  let handle: Fetch = () => new Response('{}', { status: 503, headers: { 'retry-after': '1' } });
  const listener = makeListener((request, env) => handle(request, env), limits, tls);
  try {
    await listen(listener, host, port);
    return await serve({ ...options, host, limits, log }, installation, listener, (fetch) => {
      handle = fetch;
    });
  } catch (error) {
    listener.close();
    listener.closeAllConnections();
    await installation.close();
    throw error;
  }
}

async function listen(listener: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen({ port, host }, resolve);
  }).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'EADDRINUSE' ? 'another program listens there' : (cause.code ?? 'it failed');
    throw new Error(
      `The server can not listen on ${host}, port ${port}: ${why}. Choose another with --port.`,
      { cause },
    );
  });
}

async function serve(
  options: StartOptions & { host: string; limits: ServerLimits; log: Log },
  installation: Installation,
  listener: Server,
  begin: (fetch: Fetch) => void,
): Promise<StartedServer> {
  const { demo, tls, host, limits, log } = options;
  const { database, postgres, folder, garbage, vault, keeper, relay, databaseUrl, mayRun } =
    installation.inner;
  const paths = folderPaths(options.data);
  const kind = demo ? 'demonstration' : 'production';

  const { port } = listener.address() as AddressInfo;
  const address = host.includes(':') ? `[${host}]` : host;
  const url = `${tls ? 'https' : 'http'}://${address}:${port}`;

  const logs = makeLogService(installation, limits);
  if (demo && options.agreement !== false) {
    await installDemonstration(paths.agreement, {
      origins: [url, ...(options.applications ?? [])],
      now: Date.now(),
      parties: await demonstrationParties(paths.keys),
      rules: logs.rules,
    });
    if (keeper)
      await sayWhoKeepsHalves({ keeper, rules: logs.rules, parties: await demonstrationParties(paths.keys) });
  }
  const agreement = await openAgreementShelf({
    folder: paths.agreement,
    kind,
    rules: logs.rules,
    now: Date.now,
  });
  // A real recorder goes by the rules log, and by nothing that the server says (VLT41).
  const demonstrationRecipient = async () =>
    demo ? (keeper?.recipient ?? (await logs.rules.state())?.halves ?? null) : null;
  const aboutNow = async () =>
    aboutOf(
      demo,
      await agreementNow(agreement),
      { vault: vault.recipient, guardian: await demonstrationRecipient() },
      limits,
    );
  const about = await aboutNow();
  const sessionsCodes = makeCodes(database);
  const sessions = makeSessions(database, sessionsCodes, limits, kind);
  const accesses = makeAccesses({
    ...{ shelf: installation.recordings, journal: installation.journal, keys: installation.inner.keys },
    ...{ limits, kind, now: Date.now },
  });
  const erasure = erasureOf(installation.inner, {
    rules: logs.rules.state,
    onErased: (ids) => {
      for (const id of ids) accesses.forget(id);
      // Marked they are already; what is not told now is told within the hour, or at the next start (LIN11).
      installation.releases.announce().catch((error: unknown) => log.warn({ error }, 'superseded'));
    },
  });
  const retention = retentionOf(installation.inner, { erasure, rules: logs.rules.state });
  const contributors = makeContributors({
    database,
    sessions,
    erasure,
    issuer: makeEnrolmentIssuer(logs.rules.state),
  });
  const completion = makeCompletion({ ...installation.inner, agreements: agreement.adopted });
  const uploads = makeUploads({
    ...{ ...installation.inner, completion, limits },
    erase: async (contributor, recording) => {
      await erasure.erase(contributor, [recording]);
    },
  });
  const identity = makeStaffIdentity({
    database,
    uses: installation.uses,
    rules: logs.rules,
    sessions,
    limits,
    kind,
    secure: tls !== undefined,
    provider: readProviderConfig(paths.root),
    onEnded: accesses.endSession,
    passkeyAddress: nameAddress(options.names ?? [], { port, secure: tls !== undefined }),
    now: Date.now,
  });
  const guards = makeGuards(limits);
  const watch = await openGuardianWatch(paths, {
    ...{ policy: installation.inner.policy, uses: installation.uses, now: Date.now },
    mayRun: () => mayRun('controls'),
  });
  const ofNow = { paths, watch, rules: logs.rules.state, url, now: Date.now };
  const controls = makeControls({
    ...{ ...ofNow, installation },
    frontPage: async () => app.request(url, { headers: { host: `${address}:${port}` } }, {}),
    limitsFile: '/proc/self/limits',
  });
  const reminders = remindersOf(installation, ofNow);
  const handovers = makeDeviceHandovers(database);

  const hosts = hostsOf(address, port, options.names ?? []);
  const desk: CellDesk = makeCellDesk({
    identity: relay.identity,
    fetch: (request, env) => app.fetch(request, env),
    host: `${address}:${port}`,
    transfers: makeTransfers({
      limits,
      isKnown: async (token) => (await sessions.find(token)) !== null,
      now: Date.now,
    }),
    random: (length) => new Uint8Array(randomBytes(length)),
  });

  let draining = false;
  const app = makeApp({
    decided: decideRoutes({
      decide: shippedDecide(),
      signedIn: identity.signedIn,
      rate: makeRate(limits.requestsPerSecond, limits.requestsPerSecond * 4),
      limits,
      kind,
      now: Date.now,
    }),
    installation: installationRoutes({
      about: aboutNow,
      agreement,
      cards: taskCards(demo, paths.root),
      askedFor: makeAskedFor({ database, rules: logs.rules.state, now: Date.now }),
      health: async () => {
        const isUp = (postgres?.up() ?? true) && (await database.answers());
        return { database: isUp, draining, logs: isUp ? await logs.health().catch(() => null) : null };
      },
    }),
    sessions: sessionRoutes({
      sessions,
      guards,
      limits,
      redemptions: makeRate(limits.redemptionsPerMinute / 60, limits.redemptionsPerMinute),
      secure: tls !== undefined,
    }),
    enrolment: enrolmentRoutes({ contributors, guards }),
    handovers: handoverRoutes({ handovers, guards }),
    uploads: uploadRoutes({ uploads, guards, partBody: makePartBody(limits) }),
    relay: relayRoutes({
      desk,
      recipient: relay.recipient,
      periodSeconds: options.relayPeriodSeconds ?? (demo ? 2 : 300),
      limits,
    }),
    recordings: recordingRoutes({
      database,
      shelf: installation.recordings,
      erasure,
      held: installation.inner.held,
      accesses,
      guards,
      kind,
    }),
    staff: identity.routes(guards),
    entries: entryRoutes({ service: logs, guards }),
    grants: grantRoutes({ grants: installation.grants, policies: readPolicies(), guards }),
    holds: holdRoutes({ holds: installation.holds, guards }),
    releases: releaseRoutes({ releases: installation.releases, guards }),
    notices: noticeRoutes({ database }),
    retention: retentionRoutes({ database, now: Date.now }),
    controls: controlsRoutes({ controls }),
    logs: logRoutes({
      ...{ logs: logs.served, bridge: logs.bridge },
      rate: makeRate(limits.logReadsPerSecond, limits.logReadsPerSecond * 4),
      limits,
    }),
    kind,
    secure: tls !== undefined,
    hosts,
    web: options.web ?? null,
    version: about.software.version,
    log,
  });

  mayRun('resume');
  await erasure.resume();
  await contributors.resume();
  await garbage.collect();
  await garbage.sweep();
  await sweepEnvelopes(installation, uploads);
  // It starts nonetheless: the alarm says that limits are not enforced, and an erasure or withdrawal must get in (T11).
  await retention.run().catch((error: unknown) => log.error({ error }, 'retention'));
  if (demo && options.samples) await installSamples(installation.recordings);
  const settings = { limits, agreement: about.agreement, tls: tls !== undefined };
  await startLogs(installation, logs, { ...settings, ...(await rotationSetting(installation, paths.root)) });
  const codes = demo ? await demonstrationCodes(sessionsCodes) : {};
  begin(app.fetch);
  installation.releases.announce().catch((error: unknown) => log.warn({ error }, 'superseded'));
  // A witness that does not know the logs yet asks this server for their keys.
  for (const one of [...Object.values(installation.inner.witnessing), watch]) one.start();
  folder?.announce({ pid: process.pid, started: processStart(process.pid) ?? '', url, databaseUrl });

  async function housekeeping(): Promise<void> {
    mayRun('housekeeping');
    await Promise.all([
      erasure.resume(),
      retention.run(),
      uploads.forgetStale(),
      sessions.removeExpired(),
      handovers.removeExpired(),
      identity.removeExpired(),
      contributors.resume(),
      garbage.collect(),
      logs.commitments.enterDue(),
      installation.releases.announce(),
      reminders.round(),
    ]);
  }
  const everyHour = setInterval(() => {
    housekeeping().catch((error: unknown) => log.warn({ error }, 'housekeeping'));
  }, HOUR);
  everyHour.unref();

  let stopped: Promise<void> | undefined;
  async function stop(): Promise<void> {
    draining = true;
    clearInterval(everyHour);
    watch.stop();
    const closed = new Promise((resolve) => listener.close(resolve));
    listener.closeIdleConnections();
    const hard = setTimeout(() => listener.closeAllConnections(), DRAIN_MS);
    await closed;
    clearTimeout(hard);
    await installation.close();
  }
  log.info({ port }, 'started');
  return {
    url,
    about,
    routes: routesOf(app),
    codes,
    installation,
    makeCode: sessionsCodes.make,
    housekeeping,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

/** Null: none is in force, and recorders refuse. */
async function agreementNow(shelf: AgreementShelf): Promise<About['agreement']> {
  try {
    const { agreement, answer } = await shelf.current();
    return { id: agreement.id, version: agreement.version, digest: answer.digest };
  } catch (error) {
    if (error instanceof Refusal && error.code === 'not-found') return null;
    throw error;
  }
}

/** What only refuses or serves the pages (`ALL`) is no route of its own. */
function routesOf({ routes }: { routes: readonly { method: string; path: string }[] }): string[] {
  return [
    ...new Set(
      routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`),
    ),
  ];
}

function taskCards(demo: boolean, root: string) {
  const own = join(root, 'task-cards.json');
  if (existsSync(own)) return readTaskCards(own);
  return demo ? readTaskCards(new URL('../demonstration/task-cards.json', import.meta.url)) : [];
}

async function demonstrationCodes(codes: Codes): Promise<Record<Role, string>> {
  await codes.voidAll();
  const entries: [Role, string][] = [];
  for (const role of ROLES) entries.push([role, await codes.make(role, 24)]);
  return Object.fromEntries(entries) as Record<Role, string>;
}

/** The day's batch, and what is configured otherwise than at the last start. */
async function startLogs(
  { inner: { database, logs, vault } }: Installation,
  service: LogService,
  settings: Readonly<Record<string, unknown>>,
): Promise<void> {
  await service.commitments.enterDue();
  // Told whether or not the witnesses answer: a start does not wait for them.
  const uses = makeUsesLog({ log: logs.uses, witnessed: async () => undefined, now: Date.now });
  await recordSettings({ ...settings, 'vault-recipient': vault.recipient }, { database, uses });
}
