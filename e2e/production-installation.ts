import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Agreement } from '@aboveboard/consent/agreement';
import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import { parseStatement } from '@aboveboard/consent/rules-statement';
import type { RepresentativeDesk } from '@aboveboard/guardian/representative/representative-state';
import { type StartedGuardian, startGuardian } from '@aboveboard/guardian/start';
import type { RelayAbout } from '@aboveboard/protocol/installation';
import type { StartedServer } from '@aboveboard/server/start';
import { formatPolicy } from '@aboveboard/tlog/policy-file';
import type { VerifierKey } from '@aboveboard/tlog/verifier-key';
import { BUILT } from '../apps/extension/test/extension-browser.ts';
import { type GuardianClient, makeGuardianClient } from '../apps/guardian/pages/guardian-client.ts';
import { representative } from '../apps/guardian/test/running-guardian.ts';
import { Parties, startProduction } from '../apps/server/test/production.ts';
import { keyOf, madeUpEnrolment } from './made-up-enrolment.ts';
import { freePort } from './real-application.ts';

export const PERIOD_SECONDS = 1;

/**
 * An installation that is no demonstration, as docs/operators.md sets one up: server, the representative's
 * guardian as its witness, an agreement of three parties over one application, codes for all employees.
 */
export class ProductionInstallation {
  readonly server: StartedServer;
  readonly guardian: StartedGuardian;
  readonly codes: readonly string[];
  /** What the representative hands to every recorder. */
  readonly enrolment: Uint8Array;
  readonly parties: Parties;
  readonly #sign: () => Promise<void>;

  private constructor(parts: {
    server: StartedServer;
    guardian: StartedGuardian;
    codes: readonly string[];
    enrolment: Uint8Array;
    parties: Parties;
    sign: () => Promise<void>;
  }) {
    this.server = parts.server;
    this.guardian = parts.guardian;
    this.codes = parts.codes;
    this.enrolment = parts.enrolment;
    this.parties = parts.parties;
    this.#sign = parts.sign;
  }

  /** `terms`: what this agreement says otherwise; by default that the browser recorder as it was built is listed. */
  static async start(
    folder: string,
    origin: string,
    employees: number,
    terms: Terms = browserRecorder,
  ): Promise<ProductionInstallation> {
    const [data, port] = [join(folder, 'data'), await freePort()];
    await mkdir(data);
    const guardian = await startGuardian({
      data: join(folder, 'guardian'),
      server: `http://127.0.0.1:${port}`,
      port: 0,
    });
    await nameGuardian(data, guardian);
    const server = await startProduction({ data, port, relayPeriodSeconds: PERIOD_SECONDS });
    const { logs } = server.installation.inner;
    const verifierKeys = { rules: logs.rules.verifierKeys, uses: logs.uses.verifierKeys };
    const parties = new Parties(server);
    const founded = await found({ data, parties, verifierKeys, guardian }, origin, employees, terms);
    return new ProductionInstallation({ server, guardian, parties, ...founded });
  }

  /** The representative signs what her guardian prepared, and enters it. */
  signStatements(): Promise<void> {
    return this.#sign();
  }

  async stop(): Promise<void> {
    await this.guardian.stop();
    await this.server.stop();
  }
}

type Terms = () => Promise<(agreement: Agreement) => void>;

async function browserRecorder(): Promise<(agreement: Agreement) => void> {
  const list = await readFile(join(BUILT, 'build-files.txt'));
  const digest = createHash('sha256').update(list).digest('hex');
  return (agreement) => {
    agreement.recorders = [{ name: 'aboveboard-extension', version: '0.1.0', digest }];
  };
}

/** Before the server starts: whose witness cosigns, and who keeps the other halves. */
export async function nameGuardian(
  data: string,
  guardian: Pick<StartedGuardian, 'url' | 'verifierKeys'>,
): Promise<void> {
  await writeFile(join(data, 'log-policy'), policyOf([], witnessesOf(guardian), `${guardian.url}/witness`));
  await writeFile(join(data, 'guardian-address'), `${guardian.url}\n`);
}

/** The agreement of the three parties, the codes for all employees, and the file that every recorder relies on. */
export async function found(
  on: {
    data: string;
    parties: Parties;
    /** Of the server's two logs. */
    verifierKeys: Readonly<Record<'rules' | 'uses', readonly string[]>>;
    guardian: Pick<StartedGuardian, 'url' | 'verifierKeys' | 'setupLink'>;
  },
  origin: string,
  employees: number,
  terms: Terms = browserRecorder,
): Promise<
  Pick<ProductionInstallation, 'codes' | 'enrolment'> & { her: GuardianClient; sign: () => Promise<void> }
> {
  const { data, parties, verifierKeys, guardian } = on;
  const { agreement, attachments } = await parties.agree([origin], await terms());
  const installed = join(data, 'agreement', 'attachments');
  await mkdir(installed, { recursive: true });
  for (const [name, content] of attachments) await writeFile(join(installed, name), content);
  await writeFile(join(data, 'agreement', 'agreement.json'), canonicalBytes(agreement));

  const her = await representative(guardian.url, guardian.setupLink);
  const { codes } = await her.send<{ codes: string[] }>('/representative/codes', { employees });
  const relay = (await (await fetch(`${guardian.url}/relay`)).json()) as RelayAbout;
  const witnesses = witnessesOf(guardian);
  const enrolment = madeUpEnrolment(agreement, {
    guardian: guardian.url,
    relay,
    policies: {
      rules: policyOf(verifierKeys.rules.map(keyOf), witnesses, null),
      uses: policyOf(verifierKeys.uses.map(keyOf), witnesses, null),
    },
  });
  return { codes, enrolment, her, sign: () => signAll(her, parties, agreement.id) };
}

function witnessesOf({ verifierKeys }: Pick<StartedGuardian, 'verifierKeys'>) {
  return verifierKeys.map((key, i) => ({ name: `guardian-${i + 1}`, key: keyOf(key) }));
}

async function signAll(her: GuardianClient, parties: Parties, id: string): Promise<void> {
  type Desk = { desk: Pick<RepresentativeDesk, 'statements' | 'halves'> };
  const { desk } = await her.get<Desk>('/representative');
  await parties.say({ kind: 'halves', id, recipient: desk.halves.recipient });
  for (const { statement } of desk.statements) {
    const parsed = parseStatement(statement);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    await parties.say(parsed.value);
  }
}

/** What anyone asks the guardian. */
export function everyone({ guardian }: ProductionInstallation): GuardianClient {
  return makeGuardianClient(guardian.url);
}

function policyOf(
  logs: readonly VerifierKey[],
  witnesses: readonly { name: string; key: VerifierKey }[],
  url: string | null,
): string {
  return formatPolicy({
    logs: logs.map((key) => ({ key, url: null })),
    witnesses: witnesses.map((one) => ({ ...one, url })),
    groups: [{ name: 'parties', threshold: witnesses.length, members: witnesses.map(({ name }) => name) }],
    quorum: 'parties',
  });
}
