import { type LineState, makeCellLine } from '@aboveboard/capture/cell-line';
import { type Answer, Correspondence } from '@aboveboard/capture/line/correspondence';
import { FollowedRules, type KeptRules, type RulesNews } from '@aboveboard/capture/line/followed-rules';
import {
  FollowedUses,
  type KeptUses,
  USES_CHECKPOINT,
  USES_LOG,
} from '@aboveboard/capture/line/followed-uses';
import { RelayRhythm, type RhythmState } from '@aboveboard/capture/line/relay-rhythm';
import type { Post } from '@aboveboard/capture/line/server-client';
import type { Enrolment, EnrolmentFile } from '@aboveboard/consent/enrolment-file';
import { ANSWER_BYTES, CELL_BYTES } from '@aboveboard/vault/cell';
import { DEVICE_MEANS } from '../store/device-means.ts';
import { kept } from '../store/settings.ts';
import { alarmWait, RELAY_ALARM } from './alarm-wait.ts';
import { guardianRelay } from './guardian-relay.ts';

/** Names under which the line's own things are kept; all of them go with the enrolment. */
const KEPT = {
  line: 'relay-line',
  answers: 'relay-answers',
  rhythm: 'relay-rhythm',
  rules: 'rules-log',
  uses: USES_LOG,
} as const;

export type LineOptions = {
  database: IDBDatabase;
  guardian: string;
  relay: EnrolmentFile['relay'];
  /** Null in a demonstration whose keys are still being asked for: the cells are the same. */
  enrolment: Enrolment | null;
  onRules: (news: RulesNews) => Promise<void>;
  /** After each answer: what was interrupted or refused for a while is begun again. Not waited for. */
  onCollected: () => void;
  /** Bytes that each cell and each answer take. */
  count: (bytes: number) => Promise<void>;
};

/**
 * All that this recorder says to its installation: one cell a period to the guardian, which knows who spoke and
 * not what, for a server that knows what was said and not by whom (T2; spec/relay.md).
 */
export class RecorderLine {
  readonly #correspondence: Correspondence;
  readonly #rhythm: RelayRhythm;
  readonly rules: FollowedRules | null;
  readonly #uses: FollowedUses | null;

  constructor(options: LineOptions) {
    const { database, guardian, relay, enrolment, onRules, onCollected, count } = options;
    const storage = kept<LineState>(database, KEPT.line);
    const line = makeCellLine({
      recipient: relay.recipient,
      ...DEVICE_MEANS,
      storage: { load: () => storage.get(), save: (state) => storage.put(state) },
      relay: guardianRelay(guardian),
    });
    this.#correspondence = new Correspondence(
      line,
      kept<Record<string, Answer>>(database, KEPT.answers),
      DEVICE_MEANS.subtle,
    );
    this.rules =
      enrolment &&
      new FollowedRules({
        line,
        kept: kept<KeptRules>(database, KEPT.rules),
        enrolment,
        changed: onRules,
        now: Date.now,
        subtle: crypto.subtle,
      });
    this.#uses =
      enrolment &&
      new FollowedUses({
        line,
        kept: kept<KeptUses>(database, KEPT.uses),
        policy: enrolment.uses.policy,
        now: Date.now,
      });
    this.#rhythm = new RelayRhythm({
      wait: alarmWait(RELAY_ALARM),
      now: Date.now,
      random: DEVICE_MEANS.random,
      kept: kept<RhythmState>(database, KEPT.rhythm),
      periodMilliseconds: relay.periodSeconds * 1000,
      acts: {
        collect: async () => {
          await count(ANSWER_BYTES);
          const replies = await line.collect();
          if (!replies) return;
          await this.rules?.deliver(replies);
          await this.#uses?.deliver(replies);
          await this.#correspondence.deliver(replies);
          onCollected();
        },
        leave: async () => {
          await count(CELL_BYTES);
          // Every cell of every installation asks for it, also of one that can't judge it yet (RLY22).
          if (this.rules) await this.rules.ask();
          else await line.ask('rules checkpoint', { method: 'GET', path: '/log/rules/checkpoint' });
          if (this.#uses) await this.#uses.ask();
          else await line.ask('uses checkpoint', USES_CHECKPOINT);
          await line.leave();
        },
      },
    });
  }

  /** Does what the rhythm says is due; also for its alarm. */
  wake(): Promise<void> {
    return this.#rhythm.wake();
  }

  /** Resolves when nothing of it writes any more. */
  async stop(): Promise<void> {
    await this.#rhythm.stop();
    this.#correspondence.abandon();
  }

  /** Questions of one matter, which are asked again from the start by a worker that begins it anew. */
  post(matter: string): Post {
    return (question) => this.#correspondence.ask(matter, question);
  }

  close(matter: string): Promise<void> {
    return this.#correspondence.close(matter);
  }

  static async forget(database: IDBDatabase): Promise<void> {
    for (const name of Object.values(KEPT)) await kept(database, name).remove();
  }
}
