import { HTTPException } from 'hono/http-exception';
import type { InstallationKind } from '../installation-kind.ts';
import type { Log } from '../log.ts';
import { notFound, Refusal } from '../refusal.ts';
import { asRefusal, errorAnswer } from './answers.ts';
import type { controlsRoutes } from './controls-routes.ts';
import type { decideRoutes } from './decide-routes.ts';
import type { enrolmentRoutes } from './enrolment-routes.ts';
import type { entryRoutes } from './entry-routes.ts';
import type { grantRoutes } from './grant-routes.ts';
import { requireHost } from './guard.ts';
import type { handoverRoutes } from './handover-routes.ts';
import type { holdRoutes } from './hold-routes.ts';
import type { installationRoutes } from './installation-routes.ts';
import type { logRoutes } from './log-routes.ts';
import type { noticeRoutes } from './notice-routes.ts';
import { pageHeaders } from './page-headers.ts';
import type { recordingRoutes } from './recording-routes.ts';
import type { relayRoutes } from './relay-routes.ts';
import type { releaseRoutes } from './release-routes.ts';
import type { retentionRoutes } from './retention-routes.ts';
import { makeRouter } from './router.ts';
import type { sessionRoutes } from './session-routes.ts';
import type { StaffIdentity } from './staff-routes.ts';
import type { uploadRoutes } from './upload-routes.ts';
import { webPages } from './web-pages.ts';

export type AppParts = {
  /** Before every route: who may take it. */
  decided: ReturnType<typeof decideRoutes>;
  installation: ReturnType<typeof installationRoutes>;
  sessions: ReturnType<typeof sessionRoutes>;
  enrolment: ReturnType<typeof enrolmentRoutes>;
  handovers: ReturnType<typeof handoverRoutes>;
  uploads: ReturnType<typeof uploadRoutes>;
  recordings: ReturnType<typeof recordingRoutes>;
  staff: ReturnType<StaffIdentity['routes']>;
  entries: ReturnType<typeof entryRoutes>;
  grants: ReturnType<typeof grantRoutes>;
  holds: ReturnType<typeof holdRoutes>;
  releases: ReturnType<typeof releaseRoutes>;
  notices: ReturnType<typeof noticeRoutes>;
  retention: ReturnType<typeof retentionRoutes>;
  controls: ReturnType<typeof controlsRoutes>;
  logs: ReturnType<typeof logRoutes>;
  relay: ReturnType<typeof relayRoutes>;
  kind: InstallationKind;
  secure: boolean;
  hosts: ReadonlySet<string>;
  /** Where the web application was built to; null: there is none. */
  web: string | null;
  version: string;
  log: Log;
};

/** The one table of routes. `AppType` is what a typed client (`hc<AppType>`) is made from. */
export function makeApp(parts: AppParts) {
  const { kind, secure, hosts, web, version, log } = parts;
  const app = makeRouter();
  app.use(async (context, next) => {
    const began = performance.now();
    await next();
    // Its batch has a line; one of its own would tell when somebody enrolled or released (RLY28).
    if (context.env.relayed) return;
    const { method, routePath } = context.req;
    // The last route that matched is the one that answered; its pattern holds no id.
    log.info(
      { method, route: routePath, status: context.res.status, ms: Math.round(performance.now() - began) },
      'request',
    );
  });
  app.use(pageHeaders(kind, secure));
  app.use(requireHost(hosts));
  app.use(parts.decided);
  app.onError((error, context) => {
    const refusal = error instanceof HTTPException ? asHttpRefusal(error) : asRefusal(error);
    if (refusal.status >= 500)
      log.error({ error: refusal.cause ?? refusal, route: context.req.routePath }, 'failed');
    return errorAnswer(context, refusal);
  });
  app.notFound((context) => errorAnswer(context, notFound()));

  const routed = app
    .route('/api', parts.installation)
    .route('/api', parts.sessions)
    .route('/api', parts.enrolment)
    .route('/api', parts.handovers)
    .route('/api', parts.uploads)
    .route('/api', parts.recordings)
    .route('/api', parts.staff)
    .route('/api', parts.entries)
    .route('/api', parts.grants)
    .route('/api', parts.holds)
    .route('/api', parts.releases)
    .route('/api', parts.notices)
    .route('/api', parts.retention)
    .route('/api', parts.controls)
    .route('/api', parts.relay);
  routed.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: { title: 'Aboveboard', version, license: { name: 'Apache-2.0' } },
  });
  routed.route('/', parts.logs);
  routed.all('/api/*', () => {
    throw notFound();
  });
  routed.all('*', webPages(web));
  return routed;
}

export type AppType = ReturnType<typeof makeApp>;

/** What Hono itself refuses: a body that is not JSON, a type that the route does not take. */
function asHttpRefusal(error: HTTPException): Refusal {
  return new Refusal('malformed', 'The request does not have the form that this route takes.', {
    status: error.status,
    cause: error,
  });
}
