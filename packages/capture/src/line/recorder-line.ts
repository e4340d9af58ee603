import type { Enrolment, EnrolmentFile } from '@aboveboard/consent/enrolment-file';
import { ANSWER_BYTES, CELL_BYTES } from '@aboveboard/vault/cell';
import { type CellRelay, type LineState, makeCellLine } from '../cell-line.ts';
import { type Answer, Correspondence } from './correspondence.ts';
import type { DeviceMeans } from './device-means.ts';
import { FollowedRules, type KeptRules, type RulesNews } from './followed-rules.ts';
import { FollowedUses, type KeptUses, USES_CHECKPOINT, USES_LOG } from './followed-uses.ts';
import type { KeepValue } from './kept-value.ts';
import { RelayRhythm, type RhythmState, type RhythmWait } from './relay-rhythm.ts';
import type { Post } from './server-client.ts';

/** Names under which the line's own things are kept; all of them go with the enrolment. */
const KEPT = {
  line: 'relay-line',
  answers: 'relay-answers',
  rhythm: 'relay-rhythm',
  rules: 'rules-log',
  uses: USES_LOG,
} as const;

export type LineOptions = {
  keep: KeepValue;
  /** The guardian's, and nobody else's. */
  guardian: CellRelay;
  relay: EnrolmentFile['relay'];
  /** Null in a demonstration whose keys are still being asked for: the cells are the same. */
  enrolment: Enrolment | null;
  onRules: (news: RulesNews) => Promise<void>;
  /** After each answer: what was interrupted or refused for a while is begun again. Not waited for. */
  onCollected: () => void;
  /** Bytes that each cell and each answer take. */
  count: (bytes: number) => Promise<void>;
  wait: RhythmWait;
  /** Milliseconds since the epoch. */
  now: () => number;
  means: DeviceMeans;
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
    const { keep, guardian, relay, enrolment, onRules, onCollected, count, wait, now, means } = options;
    const storage = keep<LineState>(KEPT.line);
    const line = makeCellLine({
      recipient: relay.recipient,
      ...means,
      storage: { load: () => storage.get(), save: (state) => storage.put(state) },
      relay: guardian,
    });
    this.#correspondence = new Correspondence(line, keep<Record<string, Answer>>(KEPT.answers), means.subtle);
    this.rules =
      enrolment &&
      new FollowedRules({
        line,
        kept: keep<KeptRules>(KEPT.rules),
        enrolment,
        changed: onRules,
        now,
        subtle: means.subtle,
      });
    this.#uses =
      enrolment &&
      new FollowedUses({
        line,
        kept: keep<KeptUses>(KEPT.uses),
        policy: enrolment.uses.policy,
        inForce: () => this.rules?.kept.mark?.policy ?? null,
        now,
      });
    this.#rhythm = new RelayRhythm({
      wait,
      now,
      random: means.random,
      kept: keep<RhythmState>(KEPT.rhythm),
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

  static async forget(keep: KeepValue): Promise<void> {
    for (const name of Object.values(KEPT)) await keep(name).remove();
  }
}
