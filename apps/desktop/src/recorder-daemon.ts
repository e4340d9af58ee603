import { webcrypto } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, type RecorderAct, type RecorderState } from '@aboveboard/capture/recorder';
import type { Agreement } from '@aboveboard/consent/agreement';
import type { AgreementStanding } from '@aboveboard/consent/agreement-verifier';
import { agreementWords, noticeDigest, type Passage } from '@aboveboard/consent/agreement-words';
import { type ConsentRecord, giveConsent, parseConsent, withdrawConsent } from '@aboveboard/consent/consent';
import type { Gate } from '@aboveboard/consent/gate';
import { makeLocalGate } from '@aboveboard/consent/local-gate';
import { en } from '@aboveboard/consent/messages/en';
import { readSteps } from '@aboveboard/dataset/action-steps';
import { freshRecordingId } from '@aboveboard/protocol/recording-id';
import { type OpenedRecording, openRecording } from '@aboveboard/protocol/recording-reader';
import { isoWeek } from '@aboveboard/protocol/week';
import { maskFreeText } from '@aboveboard/redact/free-text';
import type { KeyRing } from '@aboveboard/vault/keyring';
import type { CaptureSource } from './capture-source.ts';
import { closeAfterCrash, codec, LiveRecording, randomOf, steadyNow } from './live-recording.ts';
import { writeDurably } from './spool/durable-file.ts';
import { folderKeyRing, missing } from './spool/folder-keys.ts';
import { holdFolder, type RecorderFolder } from './spool/recorder-folder.ts';
import { Shelf, type ShelfRow } from './spool/shelf.ts';

/** What stands on the screen while a recording runs (DSK60). Its end ends the recording. */
export type Indicator = { show(state: 'recording' | 'paused'): void; close(): void };

export type DaemonOptions = {
  folder: string;
  /** What may be recorded; a demonstration's. */
  standing: AgreementStanding;
  /** Made anew for each recording. */
  source: () => Promise<CaptureSource>;
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

const MINUTE = 60_000;
const MEGABYTE = 1_048_576;

/** The recorder of one person on one computer: every act goes through the state machine first (CAP1-CAP8). */
export class RecorderDaemon {
  readonly #options: DaemonOptions;
  readonly #folder: RecorderFolder;
  readonly #keys: KeyRing;
  readonly #shelf: Shelf;
  readonly #gate: Gate;
  #consent: ConsentRecord | null;
  #live: { recording: LiveRecording; indicator: Indicator } | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(
    options: DaemonOptions,
    made: { folder: RecorderFolder; keys: KeyRing; consent: ConsentRecord | null },
  ) {
    this.#options = options;
    this.#folder = made.folder;
    this.#keys = made.keys;
    this.#consent = made.consent;
    this.#shelf = new Shelf(made.folder, made.keys);
    this.#gate = makeLocalGate(() => ({
      on: this.#isOn,
      installation: 'demonstration',
      agreement: options.standing,
      consent: this.#consent,
      verifiedAt: Date.now(),
      usage: { session: this.#live?.recording.session.recorded(steadyNow()) ?? 0, today: 0 },
    }));
  }

  /** FolderFault where the folder can't be used. What a crash left is closed, and waits for review. */
  static async start(options: DaemonOptions): Promise<RecorderDaemon> {
    const folder = await holdFolder(options.folder);
    try {
      const keys = await folderKeyRing(folder);
      const consent = await readConsent(join(folder.path, 'consent.json'));
      const daemon = new RecorderDaemon(options, { folder, keys, consent });
      for (const row of await daemon.#shelf.all()) {
        if (row.state === 'recording') await closeAfterCrash(row, { shelf: daemon.#shelf, keys });
      }
      return daemon;
    } catch (error) {
      await folder.release();
      throw error;
    }
  }

  get state(): Extract<RecorderState, 'off' | 'ready' | 'recording' | 'paused'> {
    if (!this.#isOn) return 'off';
    if (!this.#live) return 'ready';
    return this.#live.recording.session.paused ? 'paused' : 'recording';
  }

  get agreement(): Agreement | null {
    return this.#options.standing.ok ? this.#options.standing.agreement : null;
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
      const { standing } = this.#options;
      if (!standing.ok) throw new ActRefused('There is no agreement that can be agreed to.');
      const { agreement, digest } = standing;
      const apps = agreement.desktopApps.map(({ id, signals, modes }) => ({ id, signals, modes }));
      const digestOfWords = await noticeDigest(this.words, subtle);
      const notice = { language: en.language, words: en.version, digest: digestOfWords };
      const choice = { purposes: agreement.purposes, apps, notice };
      await this.#keepConsent(giveConsent({ agreement, digest, choice, now: Date.now(), random: randomOf }));
    });
  }

  /** At once: what runs is thrown away (CAP8, T1). */
  async optOut(): Promise<void> {
    const live = this.#live;
    this.#live = null;
    const consent = this.#consent;
    this.#consent = consent && withdrawConsent(consent, Date.now());
    live?.indicator.close();
    await live?.recording.abandon();
    if (this.#consent) await this.#keepConsent(this.#consent);
  }

  start(words: string): Promise<void> {
    return this.#act('start', async () => {
      const { standing } = this.#options;
      if (!standing.ok) throw new ActRefused('There is no agreement.');
      const { agreement, digest } = standing;
      const row: ShelfRow = {
        id: freshRecordingId(randomOf),
        state: 'recording',
        week: isoWeek(Date.now()),
        tickMicroseconds: agreement.finestTimestampMicroseconds <= 100 ? 100 : 1000,
        task: { kind: 'free', text: maskFreeText(words.trim() || 'Something').text },
        signals: ['pointer', 'keys', 'states', 'frames'],
        agreement: { id: agreement.id, version: agreement.version, digest },
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
            limits: {
              milliseconds: agreement.limits.sessionMinutes * MINUTE,
              bytes: agreement.budgets.diskMegabytes * MEGABYTE,
            },
            budget: {
              cpuShare: agreement.budgets.cpuPercent / 100,
              memoryBytes: agreement.budgets.memoryMegabytes * MEGABYTE,
            },
            onEnd: (why) => void this.stop(why),
          },
          row,
        );
        this.#live = { recording, indicator };
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
    live.indicator.close();
    const ended = live.recording.end(why).catch(() => undefined);
    this.#turn = this.#turn.then(() => ended);
    await ended;
  }

  async discard(id: string): Promise<void> {
    const row = await this.#shelf.get(id);
    if (row?.state === 'reviewing') await this.#shelf.destroy(id);
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
    await this.#folder.release();
  }

  get #isOn(): boolean {
    return this.#consent !== null && this.#consent.withdrawnAt === null;
  }

  #act(act: RecorderAct, work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(async () => {
      if (after(this.state, act) === null) throw new ActRefused('That can not be done now.');
      await work();
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #keepConsent(consent: ConsentRecord): Promise<void> {
    const bytes = new TextEncoder().encode(JSON.stringify(consent));
    await writeDurably(join(this.#folder.path, 'consent.json'), bytes);
    this.#consent = consent;
  }
}

/** What can't be read is no consent. */
async function readConsent(path: string): Promise<ConsentRecord | null> {
  const bytes = await readFile(path).catch(missing);
  if (!bytes) return null;
  try {
    const checked = parseConsent(JSON.parse(bytes.toString()));
    return checked.ok ? checked.value : null;
  } catch {
    return null;
  }
}

export const subtle = webcrypto.subtle as SubtleCrypto;
