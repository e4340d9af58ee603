import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { signGrantStatement } from '@aboveboard/consent/grant-note';
import { measuredInputs } from '@aboveboard/dataset/release/risk-refusals';
import type { StartedGuardian } from '@aboveboard/guardian/start';
import type { ShownGrant } from '@aboveboard/protocol/grants';
import { demonstrationParties } from '@aboveboard/server/keys/demonstration-parties';
import type { StartedServer } from '@aboveboard/server/start';
import { makeProgram } from '../apps/cli/src/program.ts';
import type { FolderBuild } from '../apps/cli/src/release-command.ts';
import { planFrom } from '../apps/cli/src/release-making.ts';
import { releaseSources } from '../apps/cli/src/release-sources.ts';
import { quietRisk, releasedByPeople } from '../apps/cli/test/made-up-recordings.ts';
import { Client } from '../apps/server/test/device.ts';
import { folderFiles } from './folder-files.ts';
import { releaseAll } from './released-people.ts';
import { enrolmentOf, startWithVault, type VaultProcess } from './vault-process.ts';

const BUILDER = join(import.meta.dirname, 'build-and-die.ts');

/** People's released work, a vault and a guardian in processes and folders of their own, a grant, and the command. */
export class BuildHouse {
  readonly root: string;
  readonly data: string;
  readonly server: StartedServer;
  readonly guardian: StartedGuardian;
  readonly whose: Map<string, Client>;
  readonly researcher: Client;
  readonly #vault: VaultProcess;
  #grant: ShownGrant | null = null;

  private constructor(
    made: Pick<BuildHouse, 'root' | 'data' | 'server' | 'guardian' | 'whose' | 'researcher'> & {
      vault: VaultProcess;
    },
  ) {
    this.root = made.root;
    this.data = made.data;
    this.server = made.server;
    this.guardian = made.guardian;
    this.whose = made.whose;
    this.researcher = made.researcher;
    this.#vault = made.vault;
  }

  /** `prepare`: what the operator writes into the folder before the first start. */
  static async start(people: number, prepare?: (data: string) => void): Promise<BuildHouse> {
    const root = mkdtempSync(join(tmpdir(), 'aboveboard-build-'));
    chmodSync(root, 0o711);
    const { data, vault, server, guardian } = await startWithVault(root, prepare);
    vault.put('enrolment.json', await enrolmentOf(data, server, guardian));
    const whose = await releaseAll(releasedByPeople(people), {
      url: server.url,
      codeFor: () => server.makeCode('contributor', 1),
    });
    const researcher = await Client.redeem(server.url, server.codes.researcher);
    const house = new BuildHouse({ root, data, vault, server, guardian, whose, researcher });
    house.#grant = await house.asked();
    await house.approve(house.grant);
    await house.writeRisk();
    return house;
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await this.guardian.stop();
    await this.#vault.end();
    rmSync(this.root, { recursive: true, force: true });
  }

  /** Of the whole of two years, for tasks of every card. */
  get grant(): ShownGrant {
    if (!this.#grant) throw new Error('no grant was asked for');
    return this.#grant;
  }

  at(...names: string[]): string {
    return join(this.root, ...names);
  }

  async asked(weeks = { from: '2026-W01', to: '2027-W52' }): Promise<ShownGrant> {
    const slice = { kind: 'tasks', cards: null, weeks };
    const wish = { purpose: 'model-training', reading: ['dataset'], slice, days: 30 };
    return (await this.researcher.call<ShownGrant>('POST', '/api/grants', wish)).body;
  }

  async approve({ id, digest }: ShownGrant): Promise<void> {
    const signers = await demonstrationParties(join(this.data, 'keys'));
    for (const [role, party] of [
      ['representative', 'representative'],
      ['dpo', 'data-protection-officer'],
    ] as const) {
      const client = await Client.redeem(this.server.url, await this.server.makeCode(role, 1));
      const note = await signGrantStatement({ kind: 'grant-approval', grant: id, digest }, signers[party]);
      const { status } = await client.call('POST', `/api/grants/${id}/notes`, note);
      if (status !== 200) throw new Error(`${role} could not approve: ${status}`);
    }
  }

  /** A measurement that lies within every threshold, of the recordings that are there now. */
  async writeRisk(): Promise<void> {
    const sources = await releaseSources(this.server.installation, this.grant.id);
    const { plan } = await planFrom(sources, new Uint8Array(32), { level: 'release' }, () => undefined);
    const report = { ...quietRisk(), inputs: await measuredInputs(plan, crypto.subtle) };
    writeFileSync(this.at('risk.json'), JSON.stringify(report));
  }

  async run(...args: string[]): Promise<{ code: number; said: string }> {
    let said = '';
    const stream = { write: (text: string) => (said += text) };
    const program = makeProgram({ version: '1', stdout: stream, stderr: stream });
    return { code: await program.run(['--data', this.data, ...args]), said };
  }

  build(out: string, { purpose = 'model-training', under = this.grant.id, more = [] as string[] } = {}) {
    return this.run(
      ...[
        'dataset',
        'build',
        '--grant',
        under,
        '--name',
        basename(out),
        '--release',
        '1',
        '--purpose',
        purpose,
      ],
      ...['--risk', this.at('risk.json'), '--naming', '30', '--linking', '70'],
      ...['--out', this.at(out), '--keys', this.at(`${out}.keys`), ...more],
    );
  }

  /** The same in a process of its own that ends itself by -9 at a line of its progress; by what it ended. */
  async killedAt(line: string, out: string): Promise<string | null> {
    const asks: FolderBuild = {
      ...{ name: basename(out), version: 1, purpose: 'model-training', grant: this.grant.id },
      ...{ ask: { level: 'release', filter: {} }, risk: this.at('risk.json') },
      ...{ threshold: { naming: 0.3, linking: 0.7 }, browsers: null },
      ...{ out: this.at(out), keys: this.at(`${out}.keys`) },
    };
    const args = [BUILDER, this.data, line, JSON.stringify(asks)];
    const child = spawn(process.execPath, args, { stdio: 'ignore' });
    return new Promise((resolve) => child.once('exit', (_, by) => resolve(by)));
  }

  /** Every file below a folder, by its path in it. */
  filesOf(folder: string): Map<string, string> {
    return folderFiles(this.at(folder));
  }
}
