import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Agreement, PARTY_ROLES, type PartyRole } from '@aboveboard/consent/agreement';
import { agreementStatement, signStatement } from '@aboveboard/consent/agreement-signing';
import { canonicalBytes, canonicalDigest } from '@aboveboard/consent/canonical-json';
import { demonstrationAgreement } from '@aboveboard/consent/demonstration';
import { type Grant, grantDigest } from '@aboveboard/consent/grant-document';
import { signJobKey } from '@aboveboard/consent/grant-job';
import { type GrantStatement, signGrantStatement } from '@aboveboard/consent/grant-note';
import { type PlainUse, plainEntry } from '@aboveboard/consent/uses-entry';
import {
  type AskHalves,
  type DestroyHalves,
  type GivenHalves,
  type HalvesRefusal,
  type KeepHalf,
  keepHalfText,
} from '@aboveboard/protocol/guardian-halves';
import { parseCheckpoint, type SignedCheckpoint } from '@aboveboard/tlog/checkpoint';
import { ed25519Key } from '@aboveboard/tlog/ed25519';
import { LogReader } from '@aboveboard/tlog/log-reader';
import { MemoryLogStorage } from '@aboveboard/tlog/memory-log-storage';
import { mlDsa44Key } from '@aboveboard/tlog/ml-dsa-44';
import { formatNote } from '@aboveboard/tlog/note';
import type { Policy } from '@aboveboard/tlog/policy';
import { formatProof } from '@aboveboard/tlog/proof-file';
import { openSequencer } from '@aboveboard/tlog/sequencer';
import { signNote } from '@aboveboard/tlog/signed-note';
import { logSigners, type NoteSigner, textSigner } from '@aboveboard/tlog/signer';
import { storedLog } from '@aboveboard/tlog/stored-log';
import { formatVerifierKey, parseVerifierKey } from '@aboveboard/tlog/verifier-key';
import { askWitnesses, type Post } from '@aboveboard/tlog/witness-client';
import { recipientOf } from '@aboveboard/vault/envelope';
import { sealHalves } from '@aboveboard/vault/half-envelope';
import { splitKey } from '@aboveboard/vault/key-half';
import { freshRecordingKey } from '@aboveboard/vault/recording-key';
import { generateHybridIdentity } from 'age-encryption';
import { type GuardianOptions, type StartedGuardian, startGuardian } from '../src/start.ts';

/** A made-up server with its two logs, cosigned by the guardian that it talks to, and made-up parties. */
export const LABEL = { week: '2026-W47', card: { id: 'expense-single', version: 2 } };
const seed = (n: number) => new Uint8Array(32).fill(n);
const random = (n: number) => new Uint8Array(randomBytes(n));
export const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');

const partyOf = (name: string, n: number) => [
  textSigner(`${name}.works.example`, ed25519Key(seed(n))),
  textSigner(`${name}.works.example`, mlDsa44Key(seed(n))),
];
export const PARTIES: Readonly<Record<PartyRole, readonly NoteSigner[]>> = {
  employer: partyOf('employer', 1),
  representative: partyOf('representative', 2),
  'data-protection-officer': partyOf('officer', 3),
};
export const JOB = textSigner('jobs.works.example', ed25519Key(seed(60)));
const ASKER = '5a'.repeat(16);

async function makeLog(origin: string, n: number, now: () => number) {
  const keys = { ed25519: ed25519Key(seed(n)), mlDsa44: mlDsa44Key(seed(n)) };
  const signers = logSigners(origin, keys, now);
  const storage = new MemoryLogStorage();
  const sequencer = await openSequencer({ storage, origin, signers });
  return {
    origin,
    signers,
    storage,
    append: (entry: Uint8Array) => sequencer.append(entry),
    /** The newest note that was cosigned. */
    served: null as SignedCheckpoint | null,
    sizes: new Map<string, number>(),
  };
}
export type TestLog = Awaited<ReturnType<typeof makeLog>>;

/** What is answered when the rules log is asked for `path`, of which `body` is the truth. */
export type Speaks = {
  rules: (path: string, body: Uint8Array | null) => Promise<Uint8Array | null>;
  /** How often the rules were asked for. */
  asked: number;
};

export class HalfInstallation {
  readonly rules: TestLog;
  readonly uses: TestLog;
  readonly clock: { now: number };
  #guardian: StartedGuardian;
  readonly #start: () => Promise<StartedGuardian>;
  readonly #end: () => void;
  agreement!: Agreement;
  readonly data: string;
  /** Of the made-up server. */
  readonly address: string;
  /** How it answers; a test puts a lie, or a silence, in its place. */
  readonly speaks: Speaks;
  private constructor(
    logs: { rules: TestLog; uses: TestLog },
    guardian: StartedGuardian,
    rest: {
      clock: { now: number };
      data: string;
      address: string;
      speaks: Speaks;
      start: () => Promise<StartedGuardian>;
      end: () => void;
    },
  ) {
    this.rules = logs.rules;
    this.uses = logs.uses;
    this.#guardian = guardian;
    this.clock = rest.clock;
    this.data = rest.data;
    this.address = rest.address;
    this.speaks = rest.speaks;
    this.#start = rest.start;
    this.#end = rest.end;
  }

  /** `change`: of the agreement, before the parties sign it. */
  static async start(
    options: Partial<GuardianOptions> = {},
    change: (agreement: Agreement) => void = () => undefined,
  ): Promise<HalfInstallation> {
    const folder = mkdtempSync(join(tmpdir(), 'guardian-halves-'));
    // Cosignatures carry the machine's own time, so a test's clock begins there.
    const clock = { now: Math.floor(Date.now() / 1000) };
    const logs = {
      rules: await makeLog('example/rules', 11, () => clock.now),
      uses: await makeLog('example/uses', 12, () => clock.now),
    };
    const speaks: Speaks = { rules: async (_, body) => body, asked: 0 };
    const server = createServer((request, response) => {
      const [, name, path = ''] = /^\/log\/(rules|uses)\/(.+)$/.exec(request.url ?? '') ?? [];
      if (name === 'rules') speaks.asked++;
      void answer(name ? logs[name as 'rules' | 'uses'] : null, path)
        .then((body) => (name === 'rules' ? speaks.rules(path, body) : body))
        .then((body) => response.writeHead(body ? 200 : 404).end(body ?? ''));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const data = join(folder, 'guardian');
    const start = () =>
      startGuardian({
        data,
        server: address,
        port: 0,
        now: () => clock.now,
        ...options,
      });
    const guardian = await start();
    const installation = new HalfInstallation(logs, guardian, {
      clock,
      data,
      address,
      speaks,
      start,
      end: () => {
        server.close();
        server.closeAllConnections();
        rmSync(folder, { recursive: true, force: true });
      },
    });
    await installation.#agree(change);
    return installation;
  }

  async restart(): Promise<void> {
    await this.whileStopped(async () => {});
  }

  /** What is done to its folder while it does not run. */
  async whileStopped<T>(act: () => Promise<T>): Promise<T> {
    await this.#guardian.stop();
    const done = await act();
    this.#guardian = await this.#start();
    await this.cosign(this.rules);
    return done;
  }

  get url(): string {
    return this.#guardian.url;
  }
  get setupLink(): string | null {
    return this.#guardian.setupLink;
  }

  async #agree(change: (agreement: Agreement) => void): Promise<void> {
    const { agreement } = await demonstrationAgreement({
      origins: ['http://127.0.0.1:4310'],
      now: this.clock.now * 1000,
      subtle: crypto.subtle,
    });
    for (const party of agreement.parties)
      party.keys = PARTIES[party.role].map(({ key }) => formatVerifierKey(key));
    change(agreement);
    this.agreement = agreement;
    await this.rules.append(canonicalBytes(agreement));
    const statement = await agreementStatement(agreement, crypto.subtle);
    for (const role of PARTY_ROLES) await this.rules.append(await signStatement(statement, PARTIES[role]));
    await this.cosign(this.rules);
  }

  async revoke(): Promise<void> {
    const about = await agreementStatement(this.agreement, crypto.subtle);
    await this.rules.append(await signStatement({ ...about, kind: 'revocation' }, PARTIES.employer));
  }

  policy(log: TestLog): Policy {
    const witnesses = this.#guardian.verifierKeys.map((text, i) => {
      const key = parseVerifierKey(text);
      if (!key.ok) throw new Error('no key');
      return { name: `w${i}`, key: key.value, url: `${this.url}/witness` };
    });
    return {
      logs: log.signers.map(({ key }) => ({ key, url: null })),
      witnesses,
      groups: [{ name: 'all', threshold: 2, members: witnesses.map(({ name }) => name) }],
      quorum: 'all',
    };
  }

  async head(log: TestLog): Promise<SignedCheckpoint> {
    const parsed = parseCheckpoint((await log.storage.head())?.checkpoint as Uint8Array);
    if (!parsed.ok) throw new Error('no checkpoint');
    return parsed.value;
  }

  async cosign(log: TestLog): Promise<SignedCheckpoint> {
    const signed = await this.head(log);
    const reader = new LogReader({ source: storedLog(log.storage), ...signed.checkpoint });
    const outcome = await askWitnesses({
      policy: this.policy(log),
      signed,
      consistencyProof: (size) => reader.consistencyProof(size),
      post,
      signal: AbortSignal.timeout(20_000),
      sizes: log.sizes,
    });
    if (!outcome.quorum) throw new Error('not cosigned');
    log.served = outcome.signed;
    return outcome.signed;
  }

  /** The proof of an entry under a checkpoint that the test chooses. */
  async prove(log: TestLog, index: number, signed: SignedCheckpoint): Promise<Uint8Array> {
    const reader = new LogReader({ source: storedLog(log.storage), ...signed.checkpoint });
    return formatProof(await reader.proof(index, signed));
  }

  async grant(change: Partial<Grant> = {}, by: readonly PartyRole[] = ['representative', 'employer']) {
    const { id, version } = this.agreement;
    const digest = await canonicalDigest(this.agreement, crypto.subtle);
    const grant: Grant = {
      format: 'aboveboard-grant',
      formatVersion: 1,
      id: randomBytes(16).toString('hex'),
      agreement: { id, version, digest },
      asker: ASKER,
      purpose: 'model-training',
      reading: ['dataset'],
      slice: {
        kind: 'tasks',
        cards: [{ id: 'expense-single', version: null }],
        weeks: { from: '2026-W40', to: '2026-W52' },
      },
      from: this.clock.now - 60,
      until: this.clock.now + 86_400,
      jobKey: formatVerifierKey(JOB.key),
      ...change,
    };
    const document = canonicalBytes(grant);
    const notes = await Promise.all(by.map((role) => this.say(grant, 'grant-approval', PARTIES[role])));
    return { grant, document, notes };
  }

  async say(grant: Grant, kind: 'grant-approval' | 'grant-revocation', signers: readonly NoteSigner[]) {
    const digest = await grantDigest(canonicalBytes(grant), crypto.subtle);
    const statement: GrantStatement = { kind, grant: grant.id, digest };
    return signGrantStatement(statement, signers);
  }

  async use(grant: Pick<Grant, 'id'>, ids: readonly string[], change: Partial<PlainUse> = {}, act = {}) {
    const use = plainEntry({
      format: 'aboveboard-use',
      formatVersion: 1,
      at: this.clock.now,
      actor: { role: 'researcher', account: ASKER },
      act: {
        kind: 'access',
        grant: grant.id,
        purpose: 'dataset',
        recordings: ids.length,
        list: await canonicalDigest([...ids].sort(), crypto.subtle),
        ...act,
      },
      ...change,
    } as PlainUse);
    const { index } = await this.uses.append(use);
    return { use, index };
  }

  /** A recording as a device releases it, with its guardian's half deposited. */
  async release(label: Parameters<typeof sealHalves>[3] = LABEL, id = base64url(random(16))) {
    const recipient = (await (await fetch(`${this.url}/halves/recipient`)).text()).trim();
    const halves = splitKey(freshRecordingKey(random), random);
    const vault = await recipientOf(await generateHybridIdentity());
    const sealed = await sealHalves(id, halves, { vault, guardian: recipient }, label);
    const body = await this.keeping(id, sealed.guardian);
    const answer = await this.post('/halves', body);
    if (answer.status !== 204) throw new Error(`not kept: ${answer.status}`);
    return { id, halves, body, envelope: sealed.guardian };
  }

  async keeping(id: string, envelope: Uint8Array, signer?: NoteSigner): Promise<KeepHalf> {
    const digest = createHash('sha256').update(envelope).digest('hex');
    const note = await signNote(keepHalfText(id, digest), [signer ?? (this.uses.signers[0] as NoteSigner)]);
    return { recording: id, envelope: base64url(envelope), note: base64url(formatNote(note)) };
  }

  /** A whole sound request for these, and the identity that opens its answer. */
  async ask(
    ids: readonly string[],
    given: {
      grant?: Awaited<ReturnType<HalfInstallation['grant']>>;
      use?: Partial<PlainUse>;
      act?: object;
    } = {},
  ) {
    const grant = given.grant ?? (await this.grant());
    const { use, index } = await this.use(grant.grant, ids, given.use, given.act);
    const signed = await this.cosign(this.uses);
    const identity = await generateHybridIdentity();
    const asked: AskHalves = {
      grant: base64url(grant.document),
      notes: grant.notes.map(base64url),
      entry: base64url(use),
      proof: base64url(await this.prove(this.uses, index, signed)),
      jobKey: base64url(
        await signJobKey({ grant: grant.grant.id, recipient: await recipientOf(identity) }, JOB),
      ),
      recordings: [...ids],
    };
    return { asked, identity, grant, use, index };
  }

  async destroying(ids: readonly string[], change: object = {}): Promise<DestroyHalves> {
    const list = await canonicalDigest([...ids].sort(), crypto.subtle);
    const act = { kind: 'deletion', recordings: ids.length, list, ...change };
    const { use, index } = await this.use({ id: '00'.repeat(16) }, ids, {
      actor: { role: 'system', account: null },
      act,
    } as Partial<PlainUse>);
    const proof = await this.prove(this.uses, index, await this.head(this.uses));
    return { entry: base64url(use), proof: base64url(proof), recordings: [...ids] };
  }

  async post(path: string, body: unknown): Promise<{ status: number; body: Answer }> {
    const response = await fetch(`${this.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
  }

  async end(): Promise<void> {
    await this.#guardian.stop();
    this.#end();
  }
}

/** Of whatever kind; a refusal has `error`. */
export type Answer = Partial<GivenHalves & HalvesRefusal>;

async function answer(log: TestLog | null, path: string): Promise<Uint8Array | null> {
  if (!log) return null;
  if (path === 'vkey')
    return new TextEncoder().encode(log.signers.map(({ key }) => `${formatVerifierKey(key)}\n`).join(''));
  if (path === 'checkpoint') return log.served && formatNote(log.served.note);
  return storedLog(log.storage).read(path, 1 << 24);
}

const post: Post = async (url, body) => {
  const response = await fetch(url, { method: 'POST', body: body as Uint8Array<ArrayBuffer> });
  return {
    status: response.status,
    contentType: response.headers.get('content-type'),
    body: new Uint8Array(await response.arrayBuffer()),
  };
};
