import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Agreement, PARTY_ROLES, type PartyRole, parseAgreement } from '@aboveboard/consent/agreement';
import { agreementStatement, signStatement } from '@aboveboard/consent/agreement-signing';
import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import type { ApiErrorBody } from '@aboveboard/protocol/api-error';
import type { About, InstalledAgreement } from '@aboveboard/protocol/installation';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { openAgreementShelf } from '../src/agreement/agreement-shelf.ts';
import { digestOf } from '../src/agreement/installed-agreement.ts';
import { demonstrationParties } from '../src/keys/demonstration-parties.ts';
import { makeRulesLog } from '../src/logs/rules-log.ts';
import type { StartedServer } from '../src/start.ts';
import { Client, makeRecording } from './device.ts';
import { clearFolders, startDemonstration, temporaryFolder } from './server.ts';

const started: StartedServer[] = [];
afterEach(async () => {
  for (const one of started.splice(0)) await one.stop();
});
afterAll(clearFolders);

/** A demonstration whose stewards act with the keys of its made-up parties. */
class Stewarded {
  readonly data: string;
  server!: StartedServer;

  private constructor(data: string) {
    this.data = data;
  }

  static async start(options: Parameters<typeof startDemonstration>[0] = {}): Promise<Stewarded> {
    const here = new Stewarded(temporaryFolder());
    await here.startAgain(options);
    return here;
  }

  async startAgain(options: Parameters<typeof startDemonstration>[0] = {}): Promise<void> {
    await this.server?.stop();
    const port = this.server ? Number(new URL(this.server.url).port) : 0;
    this.server = await startDemonstration({ data: this.data, port, ...options });
    started.push(this.server);
  }

  get file(): string {
    return join(this.data, 'agreement', 'agreement.json');
  }

  installed(): Agreement {
    const parsed = parseAgreement(readFileSync(this.file));
    if (!parsed.ok) throw new Error('no agreement is installed');
    return parsed.value;
  }

  async agree(agreement: Agreement): Promise<string> {
    const document = canonicalBytes(agreement);
    await this.#enter(document);
    const parties = await demonstrationParties(join(this.data, 'keys'));
    const statement = await agreementStatement(agreement, crypto.subtle);
    for (const role of PARTY_ROLES) await this.#enter(await signStatement(statement, parties[role]));
    return digestOf(document);
  }

  async revoke(agreement: Agreement, role: PartyRole): Promise<void> {
    const parties = await demonstrationParties(join(this.data, 'keys'));
    const statement = await agreementStatement(agreement, crypto.subtle);
    await this.#enter(await signStatement({ ...statement, kind: 'revocation' }, parties[role]));
  }

  async #enter(entry: Uint8Array): Promise<void> {
    await makeRulesLog(this.server.installation.inner.logs.rules).submit(entry);
  }

  async handedOut(): Promise<{ about: About['agreement']; digest: string | null; why: string }> {
    const client = new Client(this.server.url);
    const { agreement } = (await client.call<About>('GET', '/api/about')).body;
    const { status, body } = await client.call<InstalledAgreement | ApiErrorBody>('GET', '/api/agreement');
    if (status === 200) {
      const answer = body as InstalledAgreement;
      expect(digestOf(new TextEncoder().encode(answer.document))).toBe(answer.digest);
      return { about: agreement, digest: answer.digest, why: '' };
    }
    expect(status).toBe(404);
    return { about: agreement, digest: null, why: (body as ApiErrorBody).error.message };
  }
}

const changed = (agreement: Agreement, version: number): Agreement => ({
  ...agreement,
  version,
  limits: { ...agreement.limits, dayMinutes: agreement.limits.dayMinutes + version },
});

describe('the agreement that is handed out', () => {
  it('[LGS44] is the version that the rules log has in force, from the entry on that completes it', async () => {
    const here = await Stewarded.start();
    const first = here.installed();
    expect((await here.handedOut()).digest).toBe(digestOf(canonicalBytes(first)));
    const early = await makeRecording(here.server.about);
    const digest = await here.agree(changed(first, 2));
    expect(await here.handedOut()).toMatchObject({ digest, about: { version: 2, digest } });
    // What was made under the one before arrives under it (UPL37).
    const contributor = await Client.redeem(here.server.url, here.server.codes.contributor);
    expect((await contributor.upload(early)).body.state).toBe('complete');
    const late = await makeRecording({
      ...here.server.about,
      agreement: (await here.handedOut()).about,
    });
    expect((await contributor.upload(late)).body.state).toBe('complete');
  });

  it('[LGS44] is none from the entry on with which one party revokes, and after a restart too', async () => {
    const here = await Stewarded.start();
    await here.revoke(here.installed(), 'data-protection-officer');
    const revoked = { digest: null, about: null, why: expect.stringContaining('A party revoked it.') };
    expect(await here.handedOut()).toMatchObject(revoked);
    await here.startAgain({ applications: ['http://localhost:9001'] });
    expect(await here.handedOut()).toMatchObject(revoked);
  });

  it('[LGS44] is never what lies in the folder and was not signed: seeded hole', async () => {
    const here = await Stewarded.start();
    const before = (await here.handedOut()).digest;
    const first = here.installed();
    writeFileSync(here.file, canonicalBytes(changed(first, 9)));
    await here.startAgain();
    expect(await here.handedOut()).toMatchObject({
      digest: null,
      about: null,
      why: expect.stringContaining('is not one that the parties signed'),
    });
    writeFileSync(here.file, canonicalBytes(first));
    await here.startAgain();
    expect((await here.handedOut()).digest).toBe(before);
    // A log that is empty has nothing in force, whatever is installed; in production too.
    const rules = { state: async () => null };
    const folder = join(here.data, 'agreement');
    const shelf = await openAgreementShelf({ folder, kind: 'demonstration', rules, now: Date.now });
    await expect(shelf.current()).rejects.toThrow('signatures of all its parties');
    expect(await shelf.attachment(first.attachments[0]?.digest ?? '')).toBe(null);
  });

  it('[LGS44] is none without a file that it names, and none after its end', async () => {
    const here = await Stewarded.start();
    const rules = makeRulesLog(here.server.installation.inner.logs.rules);
    const folder = join(here.data, 'agreement');
    const first = here.installed();
    const shelfAt = (now: number) =>
      openAgreementShelf({ folder, kind: 'demonstration', rules, now: () => now });
    const until = Date.parse(first.validity.until);
    expect((await (await shelfAt(until - 1)).current()).agreement.version).toBe(1);
    await expect((await shelfAt(until)).current()).rejects.toThrow('has ended');
    const production = { folder: temporaryFolder(), kind: 'production' as const, rules, now: Date.now };
    await expect((await openAgreementShelf(production)).current()).rejects.toThrow('production');

    const [attached] = first.attachments;
    if (!attached) throw new Error('nothing is attached');
    const file = join(folder, 'attachments', attached.name);
    const bytes = readFileSync(file);
    rmSync(here.file);
    rmSync(file);
    const shelf = await shelfAt(Date.now());
    await expect(shelf.current()).rejects.toMatchObject({
      faults: [{ rule: 'AGR41', message: 'is missing' }],
    });
    // Under its digest, where another version has another file of that name.
    writeFileSync(join(folder, 'attachments', attached.digest), bytes);
    writeFileSync(file, 'of another version');
    expect((await shelf.current()).agreement.version).toBe(1);
    expect((await shelf.attachment(attached.digest))?.bytes.length).toBe(attached.bytes);
  });
});

describe('a restart of a demonstration', () => {
  it('leaves what stewards entered, whatever it is started for', async () => {
    const here = await Stewarded.start();
    const digest = await here.agree(changed(here.installed(), 2));
    await here.startAgain({ applications: ['http://localhost:9001'] });
    expect((await here.handedOut()).digest).toBe(digest);
    expect(await here.server.installation.inner.logs.rules.size()).toBe(8);
  });

  it('without an agreement leaves it to stewards to enter the first', async () => {
    const here = await Stewarded.start({ agreement: false });
    expect(await here.handedOut()).toMatchObject({
      digest: null,
      why: expect.stringContaining('is installed'),
    });
    const other = await Stewarded.start();
    const draft = other.installed();
    await makeRulesLog(here.server.installation.inner.logs.rules).submit(canonicalBytes(draft));
    // Theirs waits for signatures, and none is made over it.
    await here.startAgain();
    expect((await here.handedOut()).digest).toBe(null);
    expect(await here.server.installation.inner.logs.rules.size()).toBe(1);
  });
});
