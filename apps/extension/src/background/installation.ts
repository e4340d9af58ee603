import { enrolmentBytes, parseEnrolment } from '@aboveboard/consent/enrolment-file';
import type { RulesNews } from '../relay/followed-rules.ts';
import { RecorderLine } from '../relay/recorder-line.ts';
import type { Setup } from '../store/setup.ts';
import { type CountBytes, directPost, type Post, ServerFault } from './server-client.ts';

export type InstallationParts = {
  database: IDBDatabase;
  setup: () => Setup;
  count: () => CountBytes;
  onRules: (news: RulesNews) => Promise<void>;
  onCollected: () => void;
};

/** The way to the installation that this device was set up with: through its guardian, or none, or straight. */
export class Installation {
  readonly #parts: InstallationParts;
  #line: RecorderLine | null = null;
  #of = '';

  constructor(parts: InstallationParts) {
    this.#parts = parts;
  }

  get line(): RecorderLine | null {
    return this.#line;
  }

  /** To be called whenever the set-up changed; the line goes on where it is the same. */
  async open(): Promise<void> {
    const { enrolment, firstContact } = this.#parts.setup();
    const given = enrolment ?? firstContact;
    const of = given ? JSON.stringify(given) : '';
    if (of === this.#of) return;
    this.#of = of;
    await this.#line?.stop();
    this.#line = null;
    if (!given) return;
    const parsed = enrolment && parseEnrolment(enrolmentBytes(enrolment));
    const { database, count, onRules, onCollected } = this.#parts;
    this.#line = new RecorderLine({
      database,
      guardian: given.guardian,
      relay: given.relay,
      enrolment: parsed?.ok ? parsed.value : null,
      onRules,
      onCollected,
      count: count(),
    });
    await this.#line.rules?.takeUp();
    void this.#line.wake();
  }

  /** What this device knew of another installation's log is nothing to the next one. */
  async forget(): Promise<void> {
    this.#of = '';
    await this.#line?.stop();
    this.#line = null;
    await RecorderLine.forget(this.#parts.database);
  }

  /** For one matter; `count` is asked only where bytes are sent for this alone. */
  post(matter: string, count: CountBytes): Post {
    if (this.#line) return this.#line.post(matter);
    const { server } = this.#parts.setup();
    if (server) return directPost(server, count);
    return async () => {
      throw new ServerFault(0, 'This device is not set up with a server.');
    };
  }

  async close(matter: string): Promise<void> {
    await this.#line?.close(matter);
  }
}
