import { type DocumentIdentity, placeOf } from '@aboveboard/capture/document-identity';
import type { AgentSettings } from '@aboveboard/capture/frame-message';
import type { RulesNews } from '@aboveboard/capture/line/followed-rules';
import { type CountBytes, NetworkUsedUp } from '@aboveboard/capture/line/server-client';
import { after, type RecorderAct, type RecorderState } from '@aboveboard/capture/recorder';
import type { CaptureSession } from '@aboveboard/capture/session';
import type { ConsentChoice } from '@aboveboard/consent/consent';
import { type ConsentRecord, giveConsent, receiptDigest, withdrawConsent } from '@aboveboard/consent/consent';
import { cardLiterals } from '@aboveboard/protocol/card-literals';
import type { Manifest, TaskDescription } from '@aboveboard/protocol/manifest';
import { isoWeek } from '@aboveboard/protocol/week';
import type { KeyRing } from '@aboveboard/vault/keyring';
import { hexOf } from '../store/byte-text.ts';
import { countNetwork } from '../store/network-use.ts';
import type { OwnCards } from '../store/own-cards.ts';
import { spooledBytes } from '../store/part-spool.ts';
import { changeSetup, EMPTY_SETUP, type Setup } from '../store/setup.ts';
import type { Shelf, ShelfRow } from '../store/shelf.ts';
import { AgentPorts, targetOf } from './agent-ports.ts';
import { CommandFault } from './command-fault.ts';
import { closeAfterCrash } from './crash-recovery.ts';
import { putAgentsIn, takeAgentsOut } from './injection.ts';
import { Installation } from './installation.ts';
import { LiveRecording } from './live-recording.ts';
import { OpenTexts } from './open-texts.ts';
import { knownTask } from './own-cards-acts.ts';
import { withoutApps } from './partial-withdrawal.ts';
import { freshId, randomBytes } from './recording-writing.ts';
import { dayOf, type Rules } from './rules.ts';
import { tellFront } from './tab-watch.ts';

const SIGNALS = ['pointer', 'keys', 'text', 'states'] as const;
const MEGABYTE = 1_048_576;
const MINUTE = 60_000;

/**
 * The recorder of this device. Every act goes through the state machine first; what is under way is found
 * again after the worker was ended.
 */
export class RecorderHost {
  readonly database: IDBDatabase;
  readonly keys: KeyRing;
  readonly shelf: Shelf;
  readonly rules: Rules;
  readonly ownCards: OwnCards;
  readonly ports = new AgentPorts();
  readonly installation: Installation;
  readonly #changed: () => void;
  readonly #onCollected: () => void;
  #live: LiveRecording | null = null;
  readonly #texts: OpenTexts;

  constructor(
    device: { database: IDBDatabase; keys: KeyRing; shelf: Shelf; rules: Rules; ownCards: OwnCards },
    changed: () => void,
    onCollected: (host: RecorderHost) => void = () => undefined,
  ) {
    this.#onCollected = () => onCollected(this);
    this.database = device.database;
    this.keys = device.keys;
    this.shelf = device.shelf;
    this.rules = device.rules;
    this.ownCards = device.ownCards;
    this.#changed = changed;
    this.#texts = new OpenTexts(device, (origin) => this.#live?.session.settingsChanged(origin));
    this.installation = new Installation({
      database: this.database,
      keys: this.keys,
      setup: () => this.rules.setup,
      rules: () => this.rules.news?.rules?.state ?? null,
      count: () => this.count(),
      onRules: (news) => this.#heard(news),
      onCollected: () => this.#onCollected(),
      onVoice: () => this.#changed(),
    });
  }

  get state(): Extract<RecorderState, 'off' | 'ready' | 'recording' | 'paused'> {
    if (!this.rules.setup.on) return 'off';
    const state = this.#live?.row.state;
    return state === 'recording' || state === 'paused' ? state : 'ready';
  }

  get live(): LiveRecording | null {
    return this.#live;
  }

  get session(): CaptureSession | null {
    return this.#live?.session ?? null;
  }

  /** What was under way when the worker ended goes on; what was under way when the browser ended is closed. */
  async takeUp(sameBrowser: boolean): Promise<void> {
    await this.installation.open();
    for (const row of await this.shelf.all()) {
      if (row.state !== 'recording' && row.state !== 'paused') continue;
      const goesOn = sameBrowser && this.rules.setup.on && !row.stopped && !this.#live;
      if (goesOn) {
        try {
          await this.#texts.load();
          this.#live = await LiveRecording.resume(this.#liveOptions(), row);
          continue;
        } catch {
          // It can't go on: it is closed like after a crash, and nothing more is taken.
        }
      }
      await this.#closeCrashed(row);
    }
    if (!this.#live) await takeAgentsOut();
    this.#changed();
  }

  /** One act: the first turns the recorder on, a later one adds what she agrees to besides (T7). */
  async agree(choice: ConsentChoice): Promise<ConsentRecord> {
    if (!this.rules.setup.on) this.#mustBe('opt-in');
    const { standing } = this.rules;
    if (!standing?.ok) throw new CommandFault('agreement');
    let consent: ConsentRecord;
    try {
      const { agreement, digest } = standing;
      consent = giveConsent({ agreement, digest, choice, now: Date.now(), random: randomBytes });
    } catch {
      throw new CommandFault('failed');
    }
    await this.change((setup) => ({ ...setup, consents: [...setup.consents, consent], on: true }));
    return consent;
  }

  /** Takes back these applications, at once; with none left it is as if she stopped taking part (T11). */
  async withdraw(apps: readonly string[]): Promise<void> {
    const now = Date.now();
    const left = this.rules.setup.consents.some(
      (consent) => consent.withdrawnAt === null && consent.apps.some(({ id }) => !apps.includes(id)),
    );
    if (!left) return this.optOut();
    await this.change((setup) => ({
      ...setup,
      consents: setup.consents.flatMap((consent) => withoutApps(consent, apps, now)),
    }));
    this.#stopIfNothingIsAllowed();
  }

  /** At once: what runs is stopped and thrown away, before anything else is tried (T1, T3). */
  async optOut(): Promise<void> {
    const live = this.#live;
    this.#live = null;
    const stopped = live?.abandon();
    this.#texts.end();
    this.ports.dismiss();
    await this.change((setup) => ({
      ...setup,
      on: false,
      consents: setup.consents.map((consent) => withdrawConsent(consent, Date.now())),
    }));
    await stopped;
    await takeAgentsOut();
    if (live) await this.#destroy(live.row.id);
    this.#changed();
  }

  /** She refused, or wants none of it any more: what was fetched goes; her own recordings stay until she decides. */
  async leave(): Promise<void> {
    if (this.rules.setup.on) await this.optOut();
    // What she relies on stays, and so does the rhythm: refusing shows nowhere (T2).
    await this.change(({ usage, enrolment, installation }) => ({
      ...EMPTY_SETUP,
      usage,
      enrolment,
      ...(enrolment ? { installation } : {}),
    }));
  }

  /** Nothing is relied on any more, and nothing is said to anybody until the recorder is set up anew. */
  async setUpAnew(): Promise<void> {
    if (this.rules.setup.on) await this.optOut();
    await this.installation.forget();
    await this.change(({ usage }) => ({ ...EMPTY_SETUP, usage }));
  }

  async start(described: TaskDescription): Promise<string> {
    this.#mustBe('start');
    const asked = knownTask([...this.rules.setup.cards, ...(await this.ownCards.all())], described);
    await this.#texts.load();
    const task = asked.kind === 'free' ? { ...asked, text: this.#texts.described(asked.text) } : asked;
    const { agreement, standing } = this.rules;
    const origins = this.#originsOf(task);
    this.rules.sessionMilliseconds = 0;
    const refusal = this.#refusalEverywhere(origins);
    if (refusal) throw new CommandFault('not-allowed', refusal);
    const consent = this.#consentTo(origins);
    if (!agreement || !standing?.ok || !consent) throw new CommandFault('agreement');
    if ((await spooledBytes(this.database)) >= agreement.budgets.diskMegabytes * MEGABYTE) {
      throw new CommandFault('budget');
    }
    const row: ShelfRow = {
      id: freshId(),
      state: 'recording',
      task,
      week: isoWeek(Date.now()),
      agreement: { id: agreement.id, version: agreement.version, digest: standing.digest },
      receipt: await receiptDigest(consent, crypto.subtle),
      signals: [...SIGNALS],
      tickMicroseconds: agreement.finestTimestampMicroseconds <= 100 ? 100 : 1000,
      renaming: hexOf(randomBytes(16)),
      durationMilliseconds: 0,
      bytes: 0,
      events: 0,
    };
    await this.#texts.begin(origins);
    this.#live = await LiveRecording.begin(await this.#withDiskBudget(), row);
    await tellFront(this.#live.session);
    await putAgentsIn(origins);
    this.#changed();
    return row.id;
  }

  async pause(cause: 'contributor' | 'lock'): Promise<void> {
    if (this.state !== 'recording') return;
    const kept = this.#live?.pause(cause);
    this.#changed();
    await kept;
  }

  async resume(): Promise<void> {
    this.#mustBe('resume');
    await this.#live?.resume();
    this.#changed();
  }

  subgoal(text: string): void {
    if (this.state !== 'recording') throw new CommandFault('not-now');
    this.#live?.session.subgoal(this.#texts.described(text, this.#inputs()));
  }

  /** By her, or (with `why`) by the recorder itself. */
  async stop(why?: ShelfRow['ended']): Promise<string> {
    this.#mustBe(why ? 'end' : 'stop');
    const live = this.#live;
    if (!live) throw new CommandFault('not-now');
    this.#live = null;
    const ending = live.end(this.#manifestFields(live.row), why);
    this.#texts.end();
    await takeAgentsOut();
    try {
      const row = await ending;
      await this.#used(row.durationMilliseconds);
    } catch {
      await this.#closeCrashed({ ...live.row, ended: why ?? 'storage' });
    }
    this.ports.dismiss();
    this.#changed();
    return live.row.id;
  }

  /** Thrown away for good: the key first, so that nothing that remains could be read. */
  async discard(id: string): Promise<void> {
    if (this.#live?.row.id === id) {
      const live = this.#live;
      this.#live = null;
      await live.abandon();
      this.#texts.end();
      await takeAgentsOut();
      this.ports.dismiss();
    }
    await this.#destroy(id);
    this.#changed();
  }

  async change(change: (setup: Setup) => Setup): Promise<void> {
    await this.rules.take(await changeSetup(this.database, change));
    this.#live?.session.askAnew();
    await this.installation.open();
    this.#changed();
  }

  /** Why nothing is recorded anywhere that she agreed to; null: something would be. Not asked while it is off. */
  generalRefusal(): string | null {
    const { on, consents } = this.rules.setup;
    return on && consents.length > 0 ? this.#refusalEverywhere(this.rules.origins()) : null;
  }

  /** Why the tab in front is not recorded; null: it is, or nothing is under way. */
  async frontRefusal(): Promise<string | null> {
    if (!this.#live) return null;
    const [tab] = await chrome.tabs.query({ active: true, lastFocusedWindow: true });
    const target = tab ? await targetOf(tab) : null;
    if (!target) return '';
    const now = Date.now();
    for (const signal of SIGNALS) {
      const decision = this.rules.gate.decide({ now, mode: 'task', signal, target });
      if (decision.allow) return null;
      if (signal === SIGNALS.at(-1)) return decision.reason;
    }
    return null;
  }

  /** What goes to the server and comes from it, by the day (T17). */
  count(): CountBytes {
    return async (bytes) => void (await countNetwork(this.database, dayOf(Date.now()), bytes));
  }

  /** The same for uploads, which wait for another day where it would be more than agreed (SPO47). */
  countUpload(): CountBytes {
    return async (bytes) => {
      const most = (this.rules.agreement?.budgets.networkMegabytesPerDay ?? 0) * MEGABYTE;
      const counted = await countNetwork(this.database, dayOf(Date.now()), bytes, most);
      if (!counted) throw new NetworkUsedUp(bytes > most);
    };
  }

  /** What the log says holds from now on, also for what is under way. */
  async #heard(news: RulesNews): Promise<void> {
    await this.rules.hear(news);
    this.#live?.session.askAnew();
    this.#stopIfNothingIsAllowed();
    this.#onCollected();
    this.#changed();
  }

  #stopIfNothingIsAllowed(): void {
    const lapsed = this.#live !== null && this.#refusalEverywhere(this.rules.origins()) !== null;
    if (lapsed) void this.stop('lapse').catch(() => undefined);
  }

  /** The youngest consent that names an application of these. A manifest has room for one. */
  #consentTo(origins: readonly string[]): ConsentRecord | undefined {
    const apps = new Set(origins.map((origin) => this.rules.app(origin)?.id));
    return this.rules.setup.consents.findLast(
      (consent) => consent.withdrawnAt === null && consent.apps.some(({ id }) => apps.has(id)),
    );
  }

  async #destroy(id: string): Promise<void> {
    await this.keys.destroy(id);
    await this.shelf.remove(id);
  }

  async #closeCrashed(row: ShelfRow): Promise<void> {
    const closed = await closeAfterCrash(row, this, this.#manifestFields(row));
    if (closed) await this.#used(closed.durationMilliseconds);
  }

  #mustBe(act: RecorderAct): void {
    if (after(this.state, act) === null) throw new CommandFault('not-now');
  }

  #inputs(): string[] {
    const task = this.#live?.row.task;
    return task?.kind === 'card' ? Object.values(task.inputs) : [];
  }

  #originsOf(task: TaskDescription): string[] {
    const allowed = this.rules.origins();
    const named = task.kind === 'card' ? task.card.origins : [];
    return named.length === 0 ? allowed : allowed.filter((origin) => named.includes(origin));
  }

  /** The sentence why nothing at all could be recorded; null: something can. */
  #refusalEverywhere(origins: readonly string[]): string | null {
    const now = Date.now();
    let reason = '';
    for (const origin of origins.length > 0 ? origins : ['https://nothing.invalid']) {
      const target = {
        kind: 'browser',
        top: origin,
        frame: origin,
        private: false,
        window: 'normal',
      } as const;
      for (const signal of SIGNALS) {
        const decision = this.rules.gate.decide({ now, mode: 'task', signal, target });
        if (decision.allow) return null;
        reason = decision.reason;
      }
    }
    return reason;
  }

  async #withDiskBudget() {
    const options = this.#liveOptions();
    const left = options.limits.bytes - (await spooledBytes(this.database));
    return { ...options, limits: { ...options.limits, bytes: left } };
  }

  #liveOptions() {
    const { agreement, setup } = this.rules;
    const today = setup.usage.day === dayOf(Date.now()) ? setup.usage.milliseconds : 0;
    const { sessionMinutes, dayMinutes } = agreement?.limits ?? { sessionMinutes: 0, dayMinutes: 0 };
    return {
      database: this.database,
      shelf: this.shelf,
      keys: this.keys,
      gate: this.rules.gate,
      limits: {
        milliseconds: Math.min(sessionMinutes * MINUTE, dayMinutes * MINUTE - today),
        bytes: (agreement?.budgets.diskMegabytes ?? 0) * MEGABYTE,
      },
      budget: {
        cpuShare: (agreement?.budgets.cpuPercent ?? 0) / 100,
        memoryBytes: (agreement?.budgets.memoryMegabytes ?? 0) * MEGABYTE,
      },
      settings: (identity: DocumentIdentity, row: ShelfRow) => this.#settings(identity, row),
      onFlush: (recorded: number) => {
        this.rules.sessionMilliseconds = recorded;
        this.#stopIfNothingIsAllowed();
        this.#changed();
      },
      onEnd: (why: NonNullable<ShelfRow['ended']>) => void this.stop(why).catch(() => undefined),
    };
  }

  #settings(identity: DocumentIdentity, row: ShelfRow): Omit<AgentSettings, 'firstNodeId' | 'signals'> {
    const origin = placeOf(identity);
    const masks = this.rules.app(origin)?.masks;
    return {
      literals: cardLiterals(row.task),
      shipped: { exact: this.#texts.of(origin) },
      closedWords: this.#texts.closed,
      selectors: { open: masks?.open ?? [], closed: masks?.closed ?? [] },
      renaming: row.renaming ?? '',
    };
  }

  /** A page of this origin is being recorded: once it has loaded, its application is looked at, once a recording. */
  sees(origin: string): void {
    this.#texts.sees(origin);
  }

  #manifestFields(row: ShelfRow): Pick<Manifest, 'agreement' | 'receipt' | 'software'> {
    const browser = /Chrom(?:e|ium)\/(\d+)/.exec(navigator.userAgent)?.[1] ?? '0';
    return {
      agreement: row.agreement,
      receipt: row.receipt,
      software: [
        { name: 'aboveboard-extension', version: chrome.runtime.getManifest().version },
        { name: 'chromium', version: browser },
      ],
    };
  }

  async #used(milliseconds: number): Promise<void> {
    const day = dayOf(Date.now());
    this.rules.sessionMilliseconds = 0;
    await this.change((setup) => {
      const before = setup.usage.day === day ? setup.usage.milliseconds : 0;
      return { ...setup, usage: { day, milliseconds: before + milliseconds } };
    });
  }
}
