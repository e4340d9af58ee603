import { parseAgreement } from '@aboveboard/consent/agreement';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { z } from 'zod';
import { LIMIT_MOST } from '../halves/half-lock.ts';
import type { Halves, HalvesState } from '../halves/halves.ts';
import type { ProbeRound } from '../probe/outside-probe.ts';
import { NotEnrolled } from '../probe/probe-accounts.ts';
import type { ServerLink } from '../relay/server-link.ts';
import { sha256Hex } from '../voice/spoken-body.ts';
import type { Voice } from '../voice/voice.ts';
import { ActRefused, VoiceRefused } from '../voice/voice-refused.ts';
import type { RetiringLack } from '../witness/key-retiring.ts';
import type { WitnessDesk, WitnessState } from '../witness/witness-desk.ts';
import type { InstalledVersion, RepresentativeDesk, RepresentativeState } from './representative-state.ts';
import type { Session, SignIn } from './sign-in.ts';

export type RepresentativeParts = {
  voice: Voice;
  halves: Halves;
  probe: () => ProbeRound | null;
  probeAccounts: {
    roles: () => string[];
    /** Throws NotEnrolled. */
    enrol: (invitations: string) => Promise<string[]>;
  };
  signIn: SignIn;
  server: ServerLink & { address: string };
  witness: WitnessDesk;
  /** Cookies then travel over TLS alone. */
  secure: boolean;
  bytes: number;
  sessionSeconds: number;
};

type Env = { Variables: { session: Session } };
const text = z.string().max(1_000);
const time = z.int().min(0).max(253_402_300_799);
const BODIES = {
  setUp: z.strictObject({ token: text, passphrase: text }),
  signIn: z.strictObject({ passphrase: text }),
  codes: z.strictObject({ employees: z.int() }),
  joined: z.strictObject({ people: z.int() }),
  confirmed: z.strictObject({ deal: text }),
  nothing: z.strictObject({}),
  probe: z.strictObject({ invitations: z.string().max(2_000) }),
  witnessKeys: z.strictObject({}),
  halvesLimit: z.strictObject({ limit: z.int().min(0).max(LIMIT_MOST) }),
  issue: z.strictObject({
    document: z.string().max(1_048_576),
    asksUntil: time,
    countEvery: z.int().min(1).max(31_536_000),
  }),
  election: z.strictObject({
    id: z.string().max(64),
    candidates: z.array(z.strictObject({ id: z.string().max(64), name: z.string().max(200) })).max(500),
    opens: time,
    closes: time,
  }),
  words: z.strictObject({ issue: z.string().max(64), at: time }),
};

const LACKS: Readonly<Record<RetiringLack, string>> = {
  'no-next': 'There are no other keys that could take their place.',
  rules: 'The rules could not be checked now, so nothing was changed. Try again when the server answers.',
  'not-signed': 'Employer and representative have not both signed and entered that the new keys count.',
  'no-bridge': 'The old keys have not yet made the change public. It takes a minute after it was entered.',
};

/** The representative's own acts. A cookie is not enough: each comes as JSON from a page of this origin (GRD53). */
export function representativeRoutes(parts: RepresentativeParts) {
  const { voice, signIn, server } = parts;
  const cookie = parts.secure ? '__Host-representative' : 'representative';

  function begin(context: Context, token: string): Response {
    setCookie(context, cookie, token, {
      httpOnly: true,
      sameSite: 'Strict',
      secure: parts.secure,
      path: '/',
      maxAge: parts.sessionSeconds,
    });
    return context.body(null, 204);
  }
  const session = (context: Context) => signIn.session(getCookie(context, cookie));
  const signedIn: MiddlewareHandler<Env> = async (context, next) => {
    const found = session(context);
    if (!found) return refused(context, 401, 'signed-out', 'Sign in first.');
    context.set('session', found);
    return next();
  };

  return new Hono<Env>()
    .onError((error, context) => {
      if (error instanceof ActRefused || error instanceof NotEnrolled)
        return refused(context, 409, 'refused', error.message);
      if (error instanceof VoiceRefused) return refused(context, 503, error.code, 'Busy; try again.');
      return refused(context, 500, 'failed', 'It failed, and nothing was changed.');
    })
    .use('/representative/*', ownPage)
    .use('/representative/*', bodyLimit({ maxSize: parts.bytes, onError: (context) => malformed(context) }))
    .use('/representative', async (context, next) => {
      context.header('cache-control', 'no-store');
      return next();
    })
    .get('/representative', async (context) => {
      const isSetUp = signIn.setupToken() === null;
      if (!session(context)) return context.json({ isSetUp, desk: null } satisfies RepresentativeState);
      // Asked outside of the turns: a server that does not answer holds up nobody's voice.
      const reached = (await server.about()) !== null;
      const document = await server.installedAgreement();
      const agreement = document === null ? null : agreementId(document);
      const held = await parts.halves.state();
      const witness = await parts.witness.state();
      const desk = await voice.inTurn(() => deskOf(parts, { halves: held, witness }, reached, agreement));
      return context.json({ isSetUp, desk } satisfies RepresentativeState);
    })
    .post('/representative/passphrase', async (context) => {
      const { token, passphrase } = await read(context, BODIES.setUp);
      return begin(context, await signIn.setUp(token, passphrase));
    })
    .post('/representative/session', async (context) => {
      const { passphrase } = await read(context, BODIES.signIn);
      return begin(context, await signIn.signIn(passphrase));
    })
    .delete('/representative/session', (context) => {
      signIn.signOut(getCookie(context, cookie));
      deleteCookie(context, cookie, { path: '/', secure: parts.secure });
      return context.body(null, 204);
    })
    .post('/representative/codes', signedIn, async (context) => {
      const { employees } = await read(context, BODIES.codes);
      const codes = await voice.inTurn(() => voice.enrolment.deal(employees));
      return context.json({ codes }, 200, { 'cache-control': 'no-store' });
    })
    .post('/representative/codes/joined', signedIn, async (context) => {
      const { people } = await read(context, BODIES.joined);
      const further = await voice.inTurn(() => voice.enrolment.dealFurther(people));
      return context.json(further, 200, { 'cache-control': 'no-store' });
    })
    .post('/representative/codes/confirmed', signedIn, async (context) => {
      const { deal } = await read(context, BODIES.confirmed);
      await voice.inTurn(() => voice.enrolment.confirmFurther(deal));
      return context.body(null, 204);
    })
    .post('/representative/lock', signedIn, async (context) => {
      await read(context, BODIES.nothing);
      parts.halves.lock.lock('representative');
      return context.body(null, 204);
    })
    .delete('/representative/lock', signedIn, (context) => {
      parts.halves.lock.unlock();
      return context.body(null, 204);
    })
    .post('/representative/halves-limit', signedIn, async (context) => {
      parts.halves.lock.setLimit((await read(context, BODIES.halvesLimit)).limit);
      return context.body(null, 204);
    })
    .post('/representative/half-identity', signedIn, async (context) => {
      await read(context, BODIES.nothing);
      await parts.halves.identities.make();
      return context.body(null, 204);
    })
    .post('/representative/half-identity/retired', signedIn, async (context) => {
      await read(context, BODIES.nothing);
      await parts.halves.identities.retire();
      return context.body(null, 204);
    })
    .post('/representative/probe', signedIn, async (context) => {
      const { invitations } = await read(context, BODIES.probe);
      return context.json({ roles: await parts.probeAccounts.enrol(invitations) });
    })
    .post('/representative/witness-keys', signedIn, async (context) => {
      await read(context, BODIES.witnessKeys);
      parts.witness.begin();
      return context.body(null, 204);
    })
    .post('/representative/witness-keys/retired', signedIn, async (context) => {
      await read(context, BODIES.witnessKeys);
      const lack = await parts.witness.retire();
      if (lack !== null) throw new ActRefused(LACKS[lack]);
      return context.body(null, 204);
    })
    .get('/representative/installed', signedIn, async (context) => {
      const document = await server.installedAgreement();
      const parsed = document === null ? null : parseAgreement(new TextEncoder().encode(document));
      if (document === null || !parsed?.ok) {
        throw new ActRefused('The server shows no agreement that can be read. Give its file instead.');
      }
      const { id, version, title } = parsed.value;
      const digest = sha256Hex(new TextEncoder().encode(document));
      const name = title['en'] ?? Object.values(title)[0] ?? id;
      return context.json({ document, digest, id, version, title: name } satisfies InstalledVersion);
    })
    .post('/representative/issues', signedIn, async (context) => {
      const { document, asksUntil, countEvery } = await read(context, BODIES.issue);
      const bytes = new TextEncoder().encode(document);
      const digest = await voice.inTurn(() => voice.desk.openForAgreement(bytes, asksUntil, countEvery));
      return context.json({ digest });
    })
    .post('/representative/elections', signedIn, async (context) => {
      const given = await read(context, BODIES.election);
      return context.json({ digest: await voice.inTurn(() => voice.desk.openElection(given)) });
    })
    .post('/representative/words', signedIn, async (context) => {
      const { issue, at } = await read(context, BODIES.words);
      const { identity } = context.get('session');
      const words = await voice.counting.words(issue, at, identity);
      return context.json({ words }, 200, { 'cache-control': 'no-store' });
    });
}

function agreementId(document: string): string | null {
  const parsed = parseAgreement(new TextEncoder().encode(document));
  return parsed.ok ? parsed.value.id : null;
}

function deskOf(
  { voice, probe, probeAccounts, server }: RepresentativeParts,
  seen: { halves: HalvesState; witness: WitnessState },
  reached: boolean,
  agreement: string | null,
): RepresentativeDesk {
  const issues = [...voice.desk.issues.keys()];
  return {
    ...seen,
    probe: probe(),
    probeRoles: probeAccounts.roles(),
    employees: voice.enrolment.dealt()?.employees ?? null,
    codesInUse: voice.enrolment.inUse(),
    server: { address: server.address, reached },
    statements: voice.statements(agreement),
    batches: issues.flatMap((issue) =>
      voice.counting.batches(issue).map(({ at, objections }) => ({ issue, at, objections })),
    ),
  };
}

/** Another origin's page sends its own origin with every act; one on this computer at another port too. */
const ownPage: MiddlewareHandler = async (context, next) => {
  if (context.req.method === 'GET') return next();
  const origin = context.req.header('origin');
  const own = new URL(context.req.url);
  if (!origin || !URL.canParse(origin) || new URL(origin).host !== (context.req.header('host') ?? own.host)) {
    return refused(context, 403, 'another-page', 'This comes from another page.');
  }
  return next();
};

async function read<T>(context: Context, schema: z.ZodType<T>): Promise<T> {
  const isJson = /^application\/json\b/.test(context.req.header('content-type') ?? '');
  const body: unknown = isJson ? await context.req.json().catch(() => null) : null;
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new ActRefused('This is not what is asked for here. Nothing was changed.');
  return parsed.data;
}

function malformed(context: Context): Response {
  return refused(context, 413, 'too-long', 'This is longer than it may be.');
}

function refused(context: Context, status: 401 | 403 | 409 | 413 | 500 | 503, code: string, message: string) {
  return context.json({ error: { code, message } }, status, { 'cache-control': 'no-store' });
}
