import { isAgreedIssue } from '@aboveboard/capture/line/agreed-issue';
import { RelayRhythm, type RhythmState } from '@aboveboard/capture/line/relay-rhythm';
import { VoiceLine } from '@aboveboard/capture/line/voice-line';
import { NO_VOICE } from '@aboveboard/capture/line/voice-state';
import type { RulesState } from '@aboveboard/consent/rules-state';
import type { KeyRing } from '@aboveboard/vault/keyring';
import { alarmWait, VOICE_ALARM } from '../relay/alarm-wait.ts';
import { DEVICE_MEANS } from '../store/device-means.ts';
import { kept } from '../store/settings.ts';
import type { VoiceView } from '../wire/voice-message.ts';
import { voiceCalls } from './voice-calls.ts';
import { VoiceDesk } from './voice-desk.ts';
import { voiceStore } from './voice-store.ts';
import { voiceView } from './voice-view.ts';

const RHYTHM = 'voice-rhythm';

/**
 * Everyone's voice at this device's guardian: heard and said at a rhythm like that of the cells, from the moment
 * on at which the device knows its guardian, whether or not anybody takes part or has anything to say.
 */
export class RecorderVoice {
  readonly line: VoiceLine;
  readonly desk: VoiceDesk;
  readonly #rhythm: RelayRhythm;
  readonly #rules: () => RulesState | null;
  readonly #ticket: () => Promise<string | null>;
  readonly #periodSeconds: number;

  constructor(parts: {
    database: IDBDatabase;
    keys: KeyRing;
    guardian: string;
    periodSeconds: number;
    rules: () => RulesState | null;
    ticket: () => Promise<string | null>;
    count: (bytes: number) => Promise<void>;
    changed: () => void;
  }) {
    const { database, keys, guardian, periodSeconds, rules, ticket, count, changed } = parts;
    const storage = voiceStore(database, keys);
    this.#rules = rules;
    this.#ticket = ticket;
    this.#periodSeconds = periodSeconds;
    this.desk = new VoiceDesk(storage);
    this.line = new VoiceLine({
      storage,
      guardian: voiceCalls(guardian, count),
      now: () => Math.floor(Date.now() / 1000),
      isAgreed: (issue) => isAgreedIssue(issue, rules(), crypto.subtle),
      ticket,
      means: DEVICE_MEANS,
    });
    this.#rhythm = new RelayRhythm({
      wait: alarmWait(VOICE_ALARM),
      now: Date.now,
      random: DEVICE_MEANS.random,
      kept: kept<RhythmState>(database, RHYTHM),
      periodMilliseconds: periodSeconds * 1000,
      acts: {
        collect: () => this.line.hear().then(changed),
        leave: () => this.line.speak().then(changed),
      },
    });
  }

  wake(): Promise<void> {
    return this.#rhythm.wake();
  }

  async stop(): Promise<void> {
    await this.#rhythm.stop();
    this.line.abandon();
  }

  async view(): Promise<VoiceView | null> {
    const state = await this.desk.storage.get();
    const hasCode = (state.ticket ?? (await this.#ticket())) !== null;
    return voiceView(state, this.#rules(), { periodSeconds: this.#periodSeconds, hasCode });
  }

  /** Tokens stay: nobody can be dealt another. What was said with them to this guardian is said to no other. */
  static async forget(database: IDBDatabase, keys: KeyRing): Promise<void> {
    await kept(database, RHYTHM).remove();
    await voiceStore(database, keys).change(({ voices }) => ({ ...NO_VOICE, voices }));
  }
}
