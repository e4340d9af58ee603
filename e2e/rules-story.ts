import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Agreement } from '@aboveboard/consent/agreement';
import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import { electionCountFaults, parseElection } from '@aboveboard/consent/election';
import { objectionListFaults, type PublishedObjections } from '@aboveboard/consent/objection-box';
import type { About } from '@aboveboard/protocol/installation';
import type { Page } from 'playwright-core';
import type { RecorderView } from '../apps/extension/src/wire/panel-message.ts';
import { Contributor } from '../apps/extension/test/contributor.ts';
import { buildExtension, ExtensionBrowser } from '../apps/extension/test/extension-browser.ts';
import { Employees } from './employees.ts';
import { aboveboard, type RunningInstallation, startInstallation } from './installation.ts';
import { startApplication } from './plain-application.ts';
import { freePort } from './real-application.ts';
import { Stewards } from './stewards.ts';
import { WithheldRules } from './withheld-rules.ts';

export type Figures = Record<string, string | number>;
type Say = (line: string) => void;
type Closing = (() => Promise<unknown> | unknown)[];

const EMPLOYEES = 10;
const SECOND = 'second-application';
const STALE = /could not be checked for longer than agreed/;

/**
 * The rules from the first signature to a forked log, on the real thing: a server with its database, a
 * guardian, stewards who sign on their pages and offline, employees with codes, and contributors in Chromium with
 * the recorder.
 */
export async function tellRulesStory(options: { say?: Say } = {}): Promise<Figures> {
  const work = await mkdtemp(join(tmpdir(), 'aboveboard-rules-'));
  // As root PostgreSQL runs as another user, who has to get through.
  await chmod(work, 0o711);
  const closing: Closing = [() => rm(work, { recursive: true, force: true })];
  try {
    return await new RulesStory(work, closing, options.say ?? (() => undefined)).tell();
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

class RulesStory {
  readonly #work: string;
  readonly #closing: Closing;
  readonly #say: Say;
  readonly #figures: Figures = {};
  #ports = { server: 0, guardian: 0 };
  #origins = { first: '', second: '' };
  #installation!: RunningInstallation;
  #contributor!: Contributor;
  #page!: Page;

  constructor(work: string, closing: Closing, say: Say) {
    this.#work = work;
    this.#closing = closing;
    this.#say = say;
  }

  async tell(): Promise<Figures> {
    buildExtension();
    const [first, second] = [
      await startApplication('Expenses'),
      await startApplication('Second application'),
    ];
    this.#closing.push(first.stop, second.stop);
    this.#origins = { first: first.origin, second: second.origin };
    this.#ports = { server: await freePort(), guardian: await freePort() };
    this.#installation = await this.#start();
    this.#closing.push(() => this.#installation.stop());
    const stewards = await Stewards.of(this.#installation, join(this.#work, 'stewards'));
    const employees = await Employees.of(this.#installation, EMPLOYEES);

    // Much of it is waiting for fixed times; nobody waits for the other.
    const [withheld] = await Promise.all([WithheldRules.start(this.#work, 25), this.#election(employees)]);
    await this.#withheldFor25Hours(withheld);
    this.#say('three stewards sign version 1 on their pages');
    assert.equal(await this.#handedOut(), null);
    const version1 = await stewards.found(this.#installation, [this.#origins.first]);
    assert.equal(await this.#handedOut(), 1);
    await this.#consent(version1);
    await this.#recording({ first: true, second: false });

    this.#say('version 2 adds an application');
    const version2 = withSecond(version1, 2, this.#origins.second);
    const { difference } = await stewards.agree(version1, version2);
    assert.match(difference, /Second application/);
    assert.equal(await this.#handedOut(), 2);
    await this.#followed(stewards);
    await this.#seen((view) => view.consent.fresh?.apps.join() === SECOND);
    await this.#recording({ first: true, second: false });
    this.#say('she consents to what is new');
    await this.#consentToFresh();
    await this.#recording({ first: true, second: true });

    this.#say('the representative revokes while she records');
    await this.#begin();
    await stewards.revoke('representative', version2);
    assert.equal(await this.#handedOut(), null);
    await this.#refused(/revoked/);
    await this.#seen((view) => view.live === null && view.state !== 'recording');
    await this.#checkedOffline();

    this.#say('objections reach the number');
    const version3 = { ...version2, version: 3 };
    await stewards.agree(version2, version3);
    await this.#followed(stewards);
    await this.#seen((view) => view.rules?.refusal === null);
    await this.#objections(stewards, employees, version3);
    this.#say('signing the same again, and then without the disputed part');
    const version4 = { ...version3, version: 4 };
    await stewards.agree(version3, version4);
    await this.#followed(stewards);
    await this.#refused(/objected/);
    const version5 = { ...version4, version: 5, apps: version1.apps };
    await stewards.agree(version4, version5);
    await this.#followed(stewards);
    await this.#recording({ first: true, second: false });

    await this.#fork(stewards, version5);
    return this.#figures;
  }

  #start(): Promise<RunningInstallation> {
    return startInstallation({
      data: join(this.#work, 'data'),
      port: this.#ports.server,
      guardianPort: this.#ports.guardian,
      applications: [],
      names: [],
      agreement: false,
    });
  }

  async #election(employees: Employees): Promise<void> {
    this.#say('all employees elect a representative');
    const candidates = [
      { id: 'ada', name: 'A. Example' },
      { id: 'bo', name: 'B. Example' },
    ];
    const ballots = ['candidate ada', 'candidate bo', 'candidate ada', 'abstain'];
    const { document, voices, count } = await employees.elect(candidates, ballots);
    const election = parseElection(document);
    if (!election.ok) throw new Error('no election');
    const mine = voices.map(({ nullifier, said }) => ({
      nullifier: nullifier as string,
      says: said?.says as string,
    }));
    assert.deepEqual(await electionCountFaults(count.list, election.value, mine, crypto.subtle), []);
    assert.equal((count.list as { elected: string }).elected, 'ada');
    this.#figures['ballots cast, found again by their voters'] = voices.length;
  }

  async #consent(agreement: Agreement): Promise<void> {
    this.#say('a contributor reads, and consents');
    const browser = await ExtensionBrowser.launch();
    this.#closing.push(() => browser.close());
    this.#contributor = new Contributor(await browser.panel());
    const { panel } = this.#contributor;
    panel.setDefaultTimeout(60_000);
    await this.#contributor.connect(
      this.#installation.guardian.url,
      this.#installation.codes.get('contributor') ?? '',
    );
    await this.#seen((view) => view.joined && view.agreement?.whole === true);
    await panel.getByRole('heading', { name: 'The agreement' }).waitFor();
    await this.#contributor.accept();
    this.#page = await browser.context.newPage();
    const view = await this.#seen((seen) => seen.rules?.proved !== null && seen.rules?.refusal === null);
    this.#figures['entries of the rules log that her device replayed'] = view.rules?.proved?.entries ?? 0;
    await this.#receipt(agreement);
  }

  /** She keeps a file of what she agreed to, and anyone can check it without a network. */
  async #receipt(agreement: Agreement): Promise<void> {
    const { panel } = this.#contributor;
    await panel.getByText('Your receipts').click();
    const [download] = await Promise.all([
      panel.waitForEvent('download'),
      panel.getByRole('button', { name: /^Save the receipt of/ }).click(),
    ]);
    const receipt = join(this.#work, 'receipt.json');
    await download.saveAs(receipt);
    const document = join(this.#work, 'version-1.json');
    await writeFile(document, canonicalBytes(agreement));
    const said = aboveboard('verify', receipt, '--agreement', document);
    assert.match(said, /the device signed it/);
    assert.match(said, /it is within the agreement/);
  }

  /** Records a task and sees in which application something is taken, and in which it is refused. */
  async #recording(expected: { first: boolean; second: boolean }): Promise<void> {
    await this.#begin();
    for (const [name, allowed] of Object.entries(expected)) {
      const origin = this.#origins[name as 'first' | 'second'];
      await this.#page.goto(origin);
      await this.#page.bringToFront();
      await this.#page.getByRole('textbox').fill('a note');
      await this.#page.getByRole('button', { name: 'Keep' }).click();
      const isTaken = (view: RecorderView) =>
        view.live?.taking.some((one) => one.origin === origin && one.signals.length > 0) === true;
      const view = await this.#seen((seen) =>
        allowed ? isTaken(seen) : (seen.live?.frontRefusal ?? '') !== '',
      );
      assert.equal(isTaken(view), allowed, `${name} was ${allowed ? 'not ' : ''}taken`);
      if (!allowed) this.#say(`  refused: ${view.live?.frontRefusal}`);
    }
    await this.#contributor.press('Stop and throw away');
    // What waits for review has such a button too, below.
    await this.#contributor.panel.getByRole('button', { name: 'Throw away', exact: true }).first().click();
    await this.#seen((view) => view.live === null);
    this.#figures['tasks recorded'] = Number(this.#figures['tasks recorded'] ?? 0) + 1;
  }

  async #begin(): Promise<void> {
    const { panel } = this.#contributor;
    await panel.bringToFront();
    await panel
      .getByRole('button', { name: /File an expense/ })
      .first()
      .click();
    await panel.getByRole('button', { name: 'Start recording' }).click();
    await panel.getByRole('button', { name: 'Pause' }).waitFor();
  }

  async #consentToFresh(): Promise<void> {
    const { panel } = this.#contributor;
    await panel.bringToFront();
    const section = panel.getByRole('region', { name: 'New since you agreed' });
    await section.waitFor();
    for (const box of await section.getByRole('checkbox').all()) await box.check();
    await section.getByRole('button', { name: 'Agree to what is chosen' }).click();
    await this.#seen((view) => view.consent.apps.includes(SECOND));
  }

  async #objections(stewards: Stewards, employees: Employees, agreement: Agreement): Promise<void> {
    const enough = Math.ceil((EMPLOYEES * agreement.objectionPercent) / 100);
    const page = await this.#voicePage(employees.codes.at(-1) ?? '');
    const { issue, voices, count } = await employees.object(
      agreement,
      `app ${SECOND}`,
      enough - 1,
      async (opened) => {
        const [tokens] = await employees.statements(opened);
        await stewards.state(tokens as string);
      },
      () => this.#objectInRecorder(page, 'All recording in Second application'),
    );
    const statement = await stewards.state(count.statement as string);
    assert.equal(statement.kind, 'objections');
    if (statement.kind !== 'objections') return;
    const target = { kind: 'app', app: SECOND } as const;
    const receipts = voices.map(({ nullifier }) => ({ nullifier: nullifier as string, target }));
    const list = count.list as PublishedObjections;
    assert.deepEqual(await objectionListFaults(list, statement, receipts, crypto.subtle), []);
    assert.equal(statement.digest, issue);
    await this.#refused(/objected/);
    this.#figures['objections that stopped recording'] = `${statement.spent} of ${statement.issued}`;
    await page.getByText('Yours is in the list, as you said it.').waitFor({ timeout: 60_000 });
    await page.getByText(/Entry \d+ of the log of rules counts it/).waitFor({ timeout: 60_000 });
    await page.close();
  }

  /** The page of her recorder on which everybody has a voice; her code is given before anything is asked. */
  async #voicePage(code: string): Promise<Page> {
    const { panel } = this.#contributor;
    const page = await panel.context().newPage();
    await page.goto(panel.url().replace('panel.html', 'object.html'));
    await page.getByLabel('The code on your sheet').fill(code);
    await page.getByRole('button', { name: 'Keep it for my voice' }).click();
    await page.getByText('Your code is known here.').waitFor();
    return page;
  }

  async #objectInRecorder(page: Page, what: string): Promise<void> {
    await page.getByRole('radio', { name: what }).check({ timeout: 120_000 });
    await page.getByRole('button', { name: 'Object', exact: true }).click();
    await page.getByText('The guardian has taken it.').waitFor({ timeout: 60_000 });
  }

  /** A device that is shown nothing newer than before a revocation goes on, but not for longer than agreed. */
  async #withheldFor25Hours(withheld: WithheldRules): Promise<void> {
    this.#say('a revocation is withheld from a device: for 25 hours, for 23, and not any more');
    try {
      await withheld.revokeUnseen();
      const view = await withheld.seen((seen) => STALE.test(seen.rules?.refusal ?? ''));
      assert.match((await withheld.asked()) ?? 'it recorded', STALE);
      this.#figures['what she is told after 25 hours'] = view.rules?.refusal ?? '';
      await withheld.showOldHead(23);
      await withheld.seen((seen) => seen.rules?.refusal === null);
      assert.equal(await withheld.asked(), null);
      withheld.tell();
      await withheld.seen((seen) => /revoked/.test(seen.rules?.refusal ?? '') && seen.live === null);
    } finally {
      await withheld.close();
    }
  }

  /** With nothing but the policy, by the commands that anyone has. */
  async #checkedOffline(): Promise<void> {
    this.#say('anyone checks the log, and one entry without a network');
    const file = (name: string) => join(this.#work, name);
    const policy = await (await fetch(`${this.#installation.url}/api/logs/policy`)).text();
    await writeFile(file('policy'), policy);
    const log = `${this.#installation.url}/log/rules`;
    aboveboard('log', 'verify', log, '--policy', file('policy'));
    const out = ['--out', file('entry.tlog-proof'), '--entry-out', file('entry')];
    aboveboard('log', 'proof', log, '--policy', file('policy'), '--index', '4', ...out);
    const said = aboveboard('verify', file('entry.tlog-proof'), '--policy', file('policy'));
    assert.match(said, /is in the log|Entry 4/i);
    aboveboard('log', 'fsck', '--data', this.#installation.data);
  }

  /**
   * The operator sets the log back to a copy and goes on otherwise. The guardian, which remembers, does not
   * cosign it and keeps the evidence; where the guardian is set back too, the recorder itself sees both.
   */
  async #fork(stewards: Stewards, agreement: Agreement): Promise<void> {
    this.#say('the operator keeps a copy, and the officer suspends');
    const data = this.#installation.data;
    const copy = join(this.#work, 'copy');
    await this.#installation.stop();
    copyFolder(data, copy);
    this.#installation = await this.#start();
    await stewards.suspend('data-protection-officer', agreement, 'control-failed');
    await this.#refused(/suspended/);
    const { entries } = (await this.#contributor.view()).rules?.proved ?? { entries: 0 };

    this.#say('the log is set back and goes on otherwise; the guardian remembers');
    await this.#installation.stop();
    await rename(data, join(this.#work, 'first-history'));
    copyFolder(copy, data);
    await rm(join(data, 'guardian'), { recursive: true });
    copyFolder(join(this.#work, 'first-history', 'guardian'), join(data, 'guardian'));
    this.#installation = await this.#start();
    await stewards.revoke('employer', agreement);
    // The log of uses was set back with it, and is seen too.
    await this.#forkKept(/\/rules$/);
    assert.equal((await this.#contributor.view()).rules?.proved?.entries, entries);
    await this.#refused(/suspended/);

    this.#say('the guardian is set back too');
    await this.#installation.stop();
    await rm(join(data, 'guardian'), { recursive: true });
    copyFolder(join(copy, 'guardian'), join(data, 'guardian'));
    this.#installation = await this.#start();
    const view = await this.#refused(/two different histories/);
    this.#figures['what she is told of the fork'] = view.rules?.refusal ?? '';
  }

  /** The guardian has evidence of two histories of this log, for everyone to read and to check without a network. */
  async #forkKept(origin: RegExp): Promise<void> {
    for (let tries = 0; tries < 60; tries++) {
      const answer = await fetch(`${this.#installation.guardian.url}/witness/forks`);
      const { forks } = (await answer.json()) as { forks: { origin: string; evidence: string }[] };
      const fork = forks.find((one) => origin.test(one.origin));
      if (fork) {
        const file = join(this.#work, 'evidence.fork');
        await writeFile(file, fork.evidence);
        const said = aboveboard('log', 'fork', file, '--policy', join(this.#work, 'policy'));
        assert.match(said, /this log showed two histories/);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    throw new Error('the guardian saw no fork within thirty seconds');
  }

  /** Her device has replayed all that the stewards entered. */
  async #followed(stewards: Stewards): Promise<void> {
    await this.#seen((view) => (view.rules?.proved?.entries ?? 0) >= stewards.size);
  }

  /** The version that the server hands out; null: none is in force. */
  async #handedOut(): Promise<number | null> {
    const { agreement } = (await (await fetch(`${this.#installation.url}/api/about`)).json()) as About;
    return agreement?.version ?? null;
  }

  /** Everything is refused, and the panel says why. */
  async #refused(why: RegExp): Promise<RecorderView> {
    const view = await this.#seen((seen) => why.test(seen.rules?.refusal ?? ''));
    this.#say(`  refused: ${view.rules?.refusal}`);
    return view;
  }

  /** Waits for what the panel shows; a relay that speaks every two seconds takes some of them. */
  async #seen(wanted: (view: RecorderView) => boolean): Promise<RecorderView> {
    let view = await this.#contributor.view();
    for (let tries = 0; tries < 480 && !wanted(view); tries++) {
      await this.#contributor.panel.waitForTimeout(250);
      view = await this.#contributor.view();
    }
    if (wanted(view)) return view;
    const { rules, live, consent, state, joining } = view;
    const said = rules && { proved: rules.proved, refusal: rules.refusal, faults: rules.faults };
    throw new Error(
      `not seen within two minutes: ${JSON.stringify({ state, joining, said, live, consent })}`,
    );
  }
}

/** With owners and modes: PostgreSQL refuses files that are not its user's. */
function copyFolder(from: string, to: string): void {
  execFileSync('cp', ['-a', from, to]);
}

function withSecond(agreement: Agreement, version: number, origin: string): Agreement {
  const [first] = agreement.apps;
  if (!first) throw new Error('the agreement lists no application');
  const second = { ...first, id: SECOND, name: 'Second application', origins: [origin] };
  return { ...agreement, version, apps: [...agreement.apps, second] };
}
