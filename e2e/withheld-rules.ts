import assert from 'node:assert/strict';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAgreement } from '@aboveboard/consent/agreement';
import { agreementStatement, signStatement } from '@aboveboard/consent/agreement-signing';
import { demonstrationParties } from '@aboveboard/server/keys/demonstration-parties';
import { makeLog } from '@aboveboard/server/log';
import { makeRulesLog } from '@aboveboard/server/logs/rules-log';
import { postToWitness } from '@aboveboard/server/logs/witness-post';
import { type StartedServer, startServer } from '@aboveboard/server/start';
import { parseCheckpoint } from '@aboveboard/tlog/checkpoint';
import { formatNote } from '@aboveboard/tlog/note';
import { askWitnesses } from '@aboveboard/tlog/witness-client';
import { startDemonstrationGuardian } from '../apps/cli/src/demonstration-guardian.ts';
import type { RecorderView } from '../apps/extension/src/wire/panel-message.ts';
import { Contributor } from '../apps/extension/test/contributor.ts';
import { ExtensionBrowser } from '../apps/extension/test/extension-browser.ts';
import { freePort } from './real-application.ts';

const HOUR = 3600;

/**
 * A revocation that the operator withholds, in the real recorder: the server has it in its log and goes on handing
 * out the head from before it. Nothing of the recorder is told another time than the computer's; it is the guardian
 * whose clock is an argument, so that what its witness said of that head was said 25 hours ago.
 */
export class WithheldRules {
  readonly #server: StartedServer;
  readonly #contributor: Contributor;
  readonly #closing: (() => Promise<unknown> | unknown)[];
  readonly #clock: { behind: number };
  #entries = 0;

  private constructor(
    server: StartedServer,
    contributor: Contributor,
    clock: { behind: number },
    closing: (() => Promise<unknown> | unknown)[],
  ) {
    this.#server = server;
    this.#contributor = contributor;
    this.#clock = clock;
    this.#closing = closing;
  }

  /** An installation of its own, and a device that has joined and was told nothing newer since `hours` ago. */
  static async start(work: string, hours: number): Promise<WithheldRules> {
    const closing: (() => Promise<unknown> | unknown)[] = [];
    const data = join(work, 'withheld');
    await mkdir(data);
    await chmod(data, 0o711);
    const clock = { behind: hours * HOUR };
    let guardianUrl = '';
    const port = await freePort();
    const server = await startServer({
      data,
      port,
      demo: true,
      log: makeLog('silent'),
      onClaimed: async () => {
        const guardian = await startDemonstrationGuardian({
          data,
          host: '127.0.0.1',
          serverPort: port,
          port: await freePort(),
          now: () => Math.floor(Date.now() / 1000) - clock.behind,
        });
        closing.push(() => guardian.stop());
        guardianUrl = guardian.url;
      },
    });
    closing.push(() => server.stop());
    const browser = await ExtensionBrowser.launch();
    closing.push(() => browser.close());
    const contributor = new Contributor(await browser.panel());
    contributor.panel.setDefaultTimeout(60_000);
    await contributor.connect(guardianUrl, server.codes.contributor ?? '');
    const here = new WithheldRules(server, contributor, clock, closing);
    await here.seen((view) => view.joined && view.agreement?.whole === true);
    await contributor.accept();
    here.#entries = (await here.seen((view) => view.rules?.proved != null)).rules?.proved?.entries ?? 0;
    return here;
  }

  /** The representative revokes. It stands in the log, and nobody outside is shown it. */
  async revokeUnseen(): Promise<void> {
    const { inner } = this.#server.installation;
    // The operator's misdeed: the witnesses are not asked any more, so the newest head that has them stays.
    inner.witnessing.rules.stop();
    const [document = new Uint8Array()] = await inner.logs.rules.storage.entries(0, 1);
    const parsed = parseAgreement(document);
    if (!parsed.ok) throw new Error('the log does not begin with an agreement');
    const { representative } = await demonstrationParties(inner.folder?.keys ?? '');
    const statement = await agreementStatement(parsed.value, crypto.subtle);
    const note = await signStatement({ ...statement, kind: 'revocation' }, representative);
    await makeRulesLog(inner.logs.rules).submit(note);
    assert.equal(await inner.logs.rules.size(), this.#entries + 1);
    assert.equal(await this.#served(), this.#entries);
  }

  /** The head from before the revocation once more, as the witness saw it so many hours ago. */
  async showOldHead(hours: number): Promise<void> {
    const { database, policy, witnessing } = this.#server.installation.inner;
    const old = parseCheckpoint((await witnessing.rules.newest()) ?? new Uint8Array());
    if (!old.ok) throw new Error('there is no head that has its witnesses');
    this.#clock.behind = hours * HOUR;
    const { checkpoint, note } = old.value;
    const signatures = note.signatures.filter(({ name }) => name === checkpoint.origin);
    const outcome = await askWitnesses({
      policy,
      signed: { checkpoint, note: { ...note, signatures } },
      consistencyProof: async () => [],
      post: postToWitness,
      signal: AbortSignal.timeout(20_000),
      sizes: new Map(),
    });
    assert(outcome.quorum, 'the witness does not know its own head');
    await database.query(`update log_head set witnessed = $1 where log = 'rules'`, [
      Buffer.from(formatNote(outcome.signed.note)),
    ]);
    assert.equal(await this.#served(), this.#entries);
  }

  /** The witnesses are asked again, and everybody is shown what is there. */
  tell(): void {
    this.#clock.behind = 0;
    this.#server.installation.inner.witnessing.rules.start();
  }

  /** She starts a task; gives why it does not start, or null when it runs. */
  async asked(): Promise<string | null> {
    const { panel } = this.#contributor;
    await panel.bringToFront();
    const start = panel.getByRole('button', { name: 'Start recording' });
    const card = panel.getByRole('button', { name: /File an expense/ }).first();
    // The card stays chosen after a refusal.
    await start.or(card).first().waitFor();
    if (!(await start.isVisible())) await card.click();
    const alert = panel.getByRole('alert');
    const runs = panel.getByRole('button', { name: 'Pause' });
    const isTold = await alert.first().isVisible();
    await start.click();
    // What was said to the question before stays until this one is answered.
    await (isTold ? runs : alert.or(runs)).first().waitFor();
    return (await runs.isVisible()) ? null : await alert.first().innerText();
  }

  /** Waits for what the panel shows. */
  async seen(wanted: (view: RecorderView) => boolean): Promise<RecorderView> {
    let view = await this.#contributor.view();
    for (let tries = 0; tries < 480 && !wanted(view); tries++) {
      await this.#contributor.panel.waitForTimeout(250);
      view = await this.#contributor.view();
    }
    if (wanted(view)) return view;
    throw new Error(`not seen within two minutes: ${JSON.stringify(view.rules)}`);
  }

  async close(): Promise<void> {
    for (const close of this.#closing.splice(0).reverse()) await close();
  }

  async #served(): Promise<number> {
    const served = parseCheckpoint(await (await fetch(`${this.#server.url}/log/rules/checkpoint`)).bytes());
    if (!served.ok) throw new Error('the server shows no head');
    return served.value.checkpoint.size;
  }
}
