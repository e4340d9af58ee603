import { isAgreedIssue } from '@aboveboard/capture/line/agreed-issue';
import type { DeviceMeans } from '@aboveboard/capture/line/device-means';
import type { RulesNews } from '@aboveboard/capture/line/followed-rules';
import type { KeepValue } from '@aboveboard/capture/line/kept-value';
import { RecorderLine } from '@aboveboard/capture/line/recorder-line';
import { RelayRhythm, type RhythmState } from '@aboveboard/capture/line/relay-rhythm';
import type { Post } from '@aboveboard/capture/line/server-client';
import { VoiceLine } from '@aboveboard/capture/line/voice-line';
import type { VoiceState, VoiceStorage } from '@aboveboard/capture/line/voice-state';
import { makeVoiceStorage } from '@aboveboard/capture/line/voice-storage';
import type { Enrolment } from '@aboveboard/consent/enrolment-file';
import type { RulesState } from '@aboveboard/consent/rules-state';
import { guardianCells, guardianVoices, timerWait } from './guardian-calls.ts';

/**
 * The way to the installation: cells and voice at this guardian, each at a rhythm of its own, whether or not anybody takes
 * part (T2). What is said goes through the same line as the browser recorder's.
 */
export class InstallationLine {
  readonly #line: RecorderLine;
  readonly voice: VoiceLine;
  readonly voices: VoiceStorage;
  readonly #voiceRhythm: RelayRhythm;

  constructor(parts: {
    enrolment: Enrolment;
    keep: KeepValue;
    means: DeviceMeans;
    now: () => number;
    rules: () => RulesState | null;
    ticket: () => Promise<string | null>;
    onRules: (news: RulesNews) => Promise<void>;
    onHeard: () => void;
  }) {
    const { enrolment, keep, means, now, rules, ticket, onRules, onHeard } = parts;
    const { guardian, relay } = enrolment.file;
    this.#line = new RecorderLine({
      keep,
      guardian: guardianCells(guardian),
      relay,
      enrolment,
      onRules,
      onCollected: onHeard,
      count: async () => undefined,
      wait: timerWait(),
      now,
      means,
    });
    this.voices = makeVoiceStorage(keep<VoiceState>('voices'));
    this.voice = new VoiceLine({
      storage: this.voices,
      guardian: guardianVoices(guardian),
      now: () => Math.floor(now() / 1000),
      isAgreed: (issue) => isAgreedIssue(issue, rules(), means.subtle),
      ticket,
      means,
    });
    this.#voiceRhythm = new RelayRhythm({
      wait: timerWait(),
      kept: keep<RhythmState>('voice-rhythm'),
      periodMilliseconds: relay.periodSeconds * 1000,
      acts: {
        collect: () => this.voice.hear().then(onHeard),
        leave: () => this.voice.speak().then(onHeard),
      },
      now,
      random: means.random,
    });
  }

  get news(): RulesNews {
    return this.#line.rules?.news ?? { rules: null, fork: null, faults: [] };
  }

  /** What this device knew is verified anew before anything rests on it. */
  async begin(): Promise<void> {
    await this.#line.rules?.takeUp();
    void this.#line.wake();
    void this.#voiceRhythm.wake();
  }

  post(matter: string): Post {
    return this.#line.post(matter);
  }

  close(matter: string): Promise<void> {
    return this.#line.close(matter);
  }

  async stop(): Promise<void> {
    await this.#line.stop();
    await this.#voiceRhythm.stop();
    this.voice.abandon();
  }
}
