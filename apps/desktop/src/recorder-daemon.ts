import { webcrypto } from 'node:crypto';
import type { KeepValue } from '@aboveboard/capture/line/kept-value';
import { after, type RecorderAct, type RecorderState } from '@aboveboard/capture/recorder';
import type { Agreement } from '@aboveboard/consent/agreement';
import { agreementWords, noticeDigest, type Passage } from '@aboveboard/consent/agreement-words';
import { type ConsentRecord, giveConsent, receiptDigest, withdrawConsent } from '@aboveboard/consent/consent';
import type { Gate } from '@aboveboard/consent/gate';
import { en } from '@aboveboard/consent/messages/en';
import { readSteps } from '@aboveboard/dataset/action-steps';
import type { FrameItem } from '@aboveboard/protocol/frame-segment';
import { freshRecordingId } from '@aboveboard/protocol/recording-id';
import { type OpenedRecording, openRecording } from '@aboveboard/protocol/recording-reader';
import { isoWeek } from '@aboveboard/protocol/week';
import type { Recogniser } from '@aboveboard/redact/frame/recognition';
import { maskFreeText } from '@aboveboard/redact/free-text';
import { LONGEST_WORD, MOST_WORDS, writtenWords } from '@aboveboard/redact/written-words';
import type { KeyRing } from '@aboveboard/vault/keyring';
import type { CaptureSource } from './capture-source.ts';
import {
  agreedBounds,
  closeAfterCrash,
  codec,
  LiveRecording,
  randomOf,
  steadyNow,
} from './live-recording.ts';
import {
  type Prepared,
  preparedPicture,
  prepareRelease,
  type ReviewWords,
} from './release/prepared-release.ts';
import { Releases, type Waiting } from './release/releases.ts';
import type { AskConditions } from './release/upload-conditions.ts';
import { whyRefused } from './rules/agreed-windows.ts';
import type { RulesDesk, RulesView } from './rules/rules-desk.ts';
import { ClosedWords } from './spool/closed-words.ts';
import { ConsentFile } from './spool/consent-file.ts';
import { DayUsage } from './spool/day-usage.ts';
import { folderKeyRing } from './spool/folder-keys.ts';
import { folderValues } from './spool/folder-values.ts';
import { holdFolder, type RecorderFolder } from './spool/recorder-folder.ts';
import { Shelf, type ShelfRow } from './spool/shelf.ts';
import type { PictureReading } from './window-agent.ts';

/** What stands on the screen while a recording runs (DSK60). Its end ends the recording. */
export type Indicator = { show(state: 'recording' | 'paused'): void; close(): void };

export type DaemonOptions = {
  folder: string;
  /** What may be recorded. It keeps what it has to keep with the recorder, and is closed with it. */
  desk: (on: { keep: KeepValue; consents: () => readonly ConsentRecord[] }) => Promise<RulesDesk>;
  /** Made anew for each recording. */
  source: () => Promise<CaptureSource>;
  /** Text in pictures, where the agreement in force lets it be recognised (DSK36); without it pictures have none but controls. */
  recognise?: Recogniser;
  /** Milliseconds since the epoch, by which releases rest; the computer's where nothing else is given. */
  now?: () => number;
  /** Of the network and the power; what is released waits for both (DSK130). */
  conditions: AskConditions;
  /** Rejects where it can't be shown: then nothing is recorded. */
  indicator: (on: {
    pause: () => void;
    resume: () => void;
    stop: () => void;
    gone: () => void;
  }) => Promise<Indicator>;
};

export class ActRefused extends Error {
  override readonly name = 'ActRefused';
}

/** How often it is asked whether anything may still be recorded: permissions also end by time alone. */
const ASK_EVERY = 1_000;

/** The recorder of one person on one computer: every act goes through the state machine first (CAP1-CAP8). */
export class RecorderDaemon {
  readonly #options: DaemonOptions;
  readonly #desk: RulesDesk;
  readonly #folder: RecorderFolder;
  readonly #keys: KeyRing;
  readonly #shelf: Shelf;
  readonly #releases: Releases;
  #prepared: Prepared | null = null;
  readonly #gate: Gate;
  readonly #consents: ConsentFile;
  readonly #usage: DayUsage;
  readonly closed: Pick<ClosedWords, 'all' | 'keep'>;
  #live: { recording: LiveRecording; indicator: Indicator; asking: NodeJS.Timeout } | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(options: DaemonOptions, made: DaemonParts) {
    this.#options = options;
    this.#desk = made.desk;
    this.#folder = made.folder;
    this.#keys = made.keys;
    this.#consents = made.consents;
    this.#usage = made.usage;
    this.closed = made.closed;
    this.#shelf = new Shelf(made.folder, made.keys);
    this.#releases = new Releases({
      shelf: this.#shelf,
      keys: made.keys,
      way: () => this.#desk.way(),
      now: options.now ?? Date.now,
      conditions: options.conditions,
    });
    this.#gate = this.#desk.gate(() => {
      const session = this.#live?.recording.session.recorded(steadyNow()) ?? 0;
      const today = this.#usage.on(Date.now()) + session;
      return { consents: this.#consents.all, usage: { session, today } };
    });
    this.#desk.onChange(() => this.#askAnew());
  }

  /** FolderFault where the folder can't be used. What a crash left is closed, and waits for review. */
  static async start(options: DaemonOptions): Promise<RecorderDaemon> {
    const folder = await holdFolder(options.folder);
    let desk: RulesDesk | null = null;
    try {
      const keys = await folderKeyRing(folder);
      const keep = await folderValues(folder, keys);
      const consents = await ConsentFile.read(folder);
      const usage = await DayUsage.read(keep);
      const closed = new ClosedWords(folder, keep);
      desk = await options.desk({ keep, consents: () => consents.all });
      const daemon = new RecorderDaemon(options, { folder, keys, desk, consents, usage, closed });
      await daemon.#shelf.sweep();
      for (const row of await daemon.#shelf.all()) {
        if (row.state === 'recording') await closeAfterCrash(row, { shelf: daemon.#shelf, keys });
      }
      void daemon.#releases.tend();
      return daemon;
    } catch (error) {
      await desk?.close();
      await folder.release();
      throw error;
    }
  }

  get state(): Extract<RecorderState, 'off' | 'ready' | 'recording' | 'paused'> {
    if (!this.#isOn) return 'off';
    if (!this.#live) return 'ready';
    return this.#live.recording.session.paused ? 'paused' : 'recording';
  }

  /** In force, with all that belongs to it; null: nothing can be agreed to now. */
  get agreement(): Agreement | null {
    return this.#desk.current?.agreement ?? null;
  }

  get consents(): readonly ConsentRecord[] {
    return this.#consents.all;
  }

  rules(): Promise<RulesView> {
    return this.#desk.view();
  }

  /** ActRefused where it is not one. */
  async giveCode(typed: string): Promise<void> {
    const refused = await this.#desk.giveCode(typed);
    if (refused !== null) throw new ActRefused(refused);
  }

  eraseCodeKept(): Promise<void> {
    return this.#desk.eraseCodeKept();
  }

  /** The agreement as it is shown to her before she agrees. */
  get words(): Passage[] {
    return this.agreement ? agreementWords(this.agreement, en) : [];
  }

  get use() {
    return this.#live?.recording.session.use(steadyNow()) ?? null;
  }

  get taking() {
    return this.#live?.recording.session.taking() ?? [];
  }

  recordings(): Promise<ShelfRow[]> {
    return this.#shelf.all();
  }

  /** She agrees to each application of the list, with all its signals. */
  agree(): Promise<void> {
    return this.#act('opt-in', async () => {
      const { current } = this.#desk;
      if (!current) throw new ActRefused('There is no agreement that can be agreed to.');
      const { agreement, digest } = current;
      if (agreement.desktopApps.length === 0)
        throw new ActRefused('The agreement names no application of a desktop.');
      const apps = agreement.desktopApps.map(({ id, signals, modes }) => ({ id, signals, modes }));
      const digestOfWords = await noticeDigest(this.words, subtle);
      const notice = { language: en.language, words: en.version, digest: digestOfWords };
      const choice = { purposes: agreement.purposes, apps, notice };
      const given = giveConsent({ agreement, digest, choice, now: Date.now(), random: randomOf });
      await this.#consents.put([...this.#consents.all, given]);
      this.#desk.acted();
    });
  }

  /** At once: what runs is thrown away (CAP8, T1). */
  async optOut(): Promise<void> {
    const live = this.#live;
    this.#live = null;
    this.#consents.withdrawAll((one) => withdrawConsent(one, Date.now()));
    if (live) clearInterval(live.asking);
    live?.indicator.close();
    await live?.recording.abandon();
    await this.#consents.put(this.#consents.all);
    this.#desk.acted();
  }

  start(words: string): Promise<void> {
    return this.#act('start', async () => {
      const { current } = this.#desk;
      const consent = this.#consents.open.at(-1);
      if (!current || !consent) throw new ActRefused('There is no agreement.');
      const { agreement, digest } = current;
      const refused = this.#whyRefused();
      if (refused !== null) throw new ActRefused(refused);
      const closed = await this.#closedOrRefused();
      const row: ShelfRow = {
        id: freshRecordingId(randomOf),
        state: 'recording',
        week: isoWeek(Date.now()),
        tickMicroseconds: agreement.finestTimestampMicroseconds <= 100 ? 100 : 1000,
        task: { kind: 'free', text: maskFreeText(words.trim() || 'Something', [], closed).text },
        signals: ['pointer', 'keys', 'states', 'frames'],
        agreement: { id: agreement.id, version: agreement.version, digest },
        receipt: this.#desk.recordingClass === 'own' ? await receiptDigest(consent, subtle) : null,
      };
      // Nothing is taken before it can be seen that something is.
      const indicator = await this.#options.indicator({
        pause: () => void this.pause(),
        resume: () => void this.resume(),
        stop: () => void this.stop(),
        gone: () => void this.stop('indicator'),
      });
      try {
        const recording = await LiveRecording.begin(
          {
            shelf: this.#shelf,
            keys: this.#keys,
            gate: this.#gate,
            source: await this.#options.source(),
            ...agreedBounds(agreement),
            reading: this.#reading(),
            closedWords: closed,
            onEnd: (why) => void this.stop(why),
          },
          row,
        );
        const asking = setInterval(() => this.#stopIfNothingIsAllowed(), ASK_EVERY);
        this.#live = { recording, indicator, asking };
        indicator.show('recording');
      } catch (error) {
        indicator.close();
        throw error;
      }
    });
  }

  /** Before anything else happens (T3). */
  async pause(): Promise<void> {
    if (this.state !== 'recording') return;
    this.#live?.recording.pause('contributor');
    this.#live?.indicator.show('paused');
  }

  async resume(): Promise<void> {
    if (this.state !== 'paused') return;
    this.#live?.recording.resume();
    this.#live?.indicator.show('recording');
  }

  async stop(why?: ShelfRow['ended']): Promise<void> {
    const live = this.#live;
    if (!live) return;
    this.#live = null;
    clearInterval(live.asking);
    live.indicator.close();
    const ended = this.#end(live.recording, why);
    this.#turn = this.#turn.then(() => ended);
    await ended;
  }

  async discard(id: string): Promise<void> {
    const row = await this.#shelf.get(id);
    if (row?.state === 'reviewing') await this.#shelf.destroy(id);
  }

  /** Writes what would leave under her edits, in the place of what was prepared before (REV40). */
  async prepare(id: string, words: ReviewWords): Promise<Prepared> {
    const row = await this.#shelf.get(id);
    if (row?.state !== 'reviewing') throw new ActRefused('It does not wait for review.');
    if (!row.receipt) throw new ActRefused('A demonstration’s recordings can not be released.');
    await this.forgetPrepared();
    const closed = await this.#closedOrRefused();
    this.#prepared = await prepareRelease(id, words, { shelf: this.#shelf, keys: this.#keys, closed });
    return this.#prepared;
  }

  get prepared(): Prepared | null {
    return this.#prepared;
  }

  /** One of the pictures that would leave; null: there is none of this number. */
  async picture(number: number): Promise<FrameItem | null> {
    return (
      this.#prepared && preparedPicture(this.#prepared, number, { shelf: this.#shelf, keys: this.#keys })
    );
  }

  async forgetPrepared(): Promise<void> {
    const prepared = this.#prepared;
    this.#prepared = null;
    if (prepared) await this.#shelf.destroy(prepared.id);
  }

  /** What she has seen prepared, and nothing else (T10). */
  async release(id: string): Promise<void> {
    const prepared = this.#prepared;
    const cooling = this.agreement?.coolingMinutes;
    if (prepared?.id !== id) throw new ActRefused('That is not what was shown to you. Look at it again.');
    if (cooling === undefined || !this.#desk.way()) throw new ActRefused('Nothing can be released now.');
    this.#prepared = null;
    await this.#releases.release(prepared, cooling);
  }

  async recall(id: string): Promise<void> {
    if (!(await this.#releases.recall(id))) throw new ActRefused('It has begun to leave.');
  }

  /** Null: nothing that she released waits for another network or for mains power. */
  waiting(): Promise<Waiting | null> {
    return this.#releases.waiting();
  }

  /** What waits now leaves all the same; `shown`: under which conditions she was shown that it waits (DSK133). */
  async uploadNow(shown: string): Promise<void> {
    const refused = await this.#releases.uploadNow(shown);
    if (refused !== null) throw new ActRefused(refused);
  }

  /** Of what was uploaded: both halves of its key and the bytes go there, and her key here (T11). */
  async erase(id: string): Promise<void> {
    if (!(await this.#releases.erase(id))) throw new ActRefused('That is not there.');
  }

  /** What she did, in words; null: there is no such recording that waits for review. */
  async steps(id: string): Promise<{ row: ShelfRow; recording: OpenedRecording; lines: string[] } | null> {
    const row = await this.#shelf.get(id);
    if (row?.state !== 'reviewing') return null;
    const store = this.#shelf.parts(id);
    const recording = await openRecording({ id, store, ...(await codec(this.#keys, id)) });
    const { steps } = await readSteps(recording);
    return { row, recording, lines: steps.map(({ label }) => label) };
  }

  async close(): Promise<void> {
    await this.stop();
    await this.#turn;
    await this.forgetPrepared();
    await this.#desk.close();
    await this.#releases.close();
    await this.#folder.release();
  }

  get #isOn(): boolean {
    return this.#consents.open.length > 0;
  }

  async #end(recording: LiveRecording, why: ShelfRow['ended']): Promise<void> {
    const kept = this.#usage.add(recording.session.recorded(steadyNow()), Date.now());
    await recording.end(why).catch(() => undefined);
    await kept();
  }

  /** From the next recording on. A line each; ActRefused, and nothing changed, for too many or too long ones. */
  async closeWords(lines: string): Promise<void> {
    const words = writtenWords(lines);
    if (!words)
      throw new ActRefused(
        `These are more than ${MOST_WORDS} lines, or one is longer than ${LONGEST_WORD} characters.`,
      );
    await this.closed.keep(words);
  }

  async #closedOrRefused(): Promise<readonly string[]> {
    const words = await this.closed.all();
    if (!words) throw new ActRefused('Your words to close can’t be opened any more. Write them down anew.');
    return words;
  }

  #reading(): PictureReading | null {
    const { recognise } = this.#options;
    return recognise
      ? { recognise, mayRead: () => this.#desk.current?.agreement.textRecognition === true }
      : null;
  }

  /** The rules are others than they were: what is not allowed any more stops before anything else happens (T3, T14). */
  #askAnew(): void {
    void this.#releases.tend();
    this.#live?.recording.session.askAnew();
    this.#stopIfNothingIsAllowed();
  }

  #stopIfNothingIsAllowed(): void {
    if (this.#live && this.#whyRefused() !== null) void this.stop('permission');
  }

  /** Null: something of what was agreed may be recorded now. */
  #whyRefused(): string | null {
    return whyRefused(this.agreement, this.#gate, Date.now());
  }

  #act(act: RecorderAct, work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(async () => {
      if (after(this.state, act) === null) throw new ActRefused('That can not be done now.');
      await work();
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

type DaemonParts = {
  folder: RecorderFolder;
  keys: KeyRing;
  desk: RulesDesk;
  consents: ConsentFile;
  usage: DayUsage;
  closed: ClosedWords;
};

export const subtle = webcrypto.subtle as SubtleCrypto;
