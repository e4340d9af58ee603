import type { RulesNews } from '@aboveboard/capture/line/followed-rules';
import { RecorderLine } from '@aboveboard/capture/line/recorder-line';
import { type CountBytes, type Post, ServerFault } from '@aboveboard/capture/line/server-client';
import { enrolmentBytes, parseEnrolment } from '@aboveboard/consent/enrolment-file';
import type { RulesState } from '@aboveboard/consent/rules-state';
import type { KeyRing } from '@aboveboard/vault/keyring';
import { ERASE_EVERYTHING, HELD_THERE, WAITING_ERASURES } from '../own-data/held-there.ts';
import { NOTICES } from '../own-data/kept-notices.ts';
import { alarmWait, RELAY_ALARM } from '../relay/alarm-wait.ts';
import { guardianRelay } from '../relay/guardian-relay.ts';
import { DEVICE_MEANS } from '../store/device-means.ts';
import { sealedEnrolment } from '../store/sealed-enrolment.ts';
import { kept } from '../store/settings.ts';
import type { Setup } from '../store/setup.ts';
import { RecorderVoice } from '../voice/recorder-voice.ts';
import { directPost } from './direct-post.ts';
import { LAST_WORD, notingWords } from './last-word.ts';

export type InstallationParts = {
  database: IDBDatabase;
  keys: KeyRing;
  setup: () => Setup;
  rules: () => RulesState | null;
  count: () => CountBytes;
  onRules: (news: RulesNews) => Promise<void>;
  onCollected: () => void;
  onVoice: () => void;
};

/** The way to the installation that this device was set up with: through its guardian, or none, or straight. */
export class Installation {
  readonly #parts: InstallationParts;
  #line: RecorderLine | null = null;
  #voice: RecorderVoice | null = null;
  #of = '';

  constructor(parts: InstallationParts) {
    this.#parts = parts;
  }

  get line(): RecorderLine | null {
    return this.#line;
  }

  get voice(): RecorderVoice | null {
    return this.#voice;
  }

  /** To be called whenever the set-up changed; the line goes on where it is the same. */
  async open(): Promise<void> {
    const { enrolment, firstContact } = this.#parts.setup();
    const given = enrolment ?? firstContact;
    const of = given ? JSON.stringify(given) : '';
    if (of === this.#of) return;
    this.#of = of;
    await this.#close();
    if (!given) return;
    const parsed = enrolment && parseEnrolment(enrolmentBytes(enrolment));
    const { database, keys, count, rules, onRules, onCollected, onVoice } = this.#parts;
    this.#line = new RecorderLine({
      keep: (name) => kept(database, name),
      guardian: guardianRelay(given.guardian),
      relay: given.relay,
      enrolment: parsed?.ok ? parsed.value : null,
      onRules,
      onCollected,
      count: count(),
      wait: alarmWait(RELAY_ALARM),
      now: Date.now,
      means: DEVICE_MEANS,
    });
    this.#voice = new RecorderVoice({
      database,
      keys,
      guardian: given.guardian,
      periodSeconds: given.relay.periodSeconds,
      rules,
      ticket: async () => (await sealedEnrolment(database, keys).get())?.secrets?.ticket ?? null,
      count: count(),
      changed: onVoice,
    });
    await this.#line.rules?.takeUp();
    void this.#line.wake();
    void this.#voice.wake();
  }

  async #close(): Promise<void> {
    await this.#line?.stop();
    await this.#voice?.stop();
    this.#line = null;
    this.#voice = null;
  }

  /** What this device knew of another installation's log is nothing to the next one. */
  async forget(): Promise<void> {
    this.#of = '';
    await this.#close();
    await RecorderLine.forget((name) => kept(this.#parts.database, name));
    await kept(this.#parts.database, HELD_THERE).remove();
    await kept(this.#parts.database, ERASE_EVERYTHING).remove();
    await kept(this.#parts.database, WAITING_ERASURES).remove();
    await kept(this.#parts.database, LAST_WORD).remove();
    await kept(this.#parts.database, NOTICES).remove();
    await RecorderVoice.forget(this.#parts.database, this.#parts.keys);
  }

  /** For one matter; `count` is asked only where bytes are sent for this alone. */
  post(matter: string, count: CountBytes): Post {
    const { database } = this.#parts;
    if (this.#line) return notingWords(this.#line.post(matter), database);
    const { server } = this.#parts.setup();
    if (server) return notingWords(directPost(server, count), database);
    return async () => {
      throw new ServerFault(0, 'This device is not set up with a server.');
    };
  }

  async close(matter: string): Promise<void> {
    await this.#line?.close(matter);
  }
}
