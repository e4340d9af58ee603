import type { RecordedEvent } from '@aboveboard/protocol/event';
import type { StateItem } from '@aboveboard/protocol/state';

/** Where the session writes; the recording's writer behind it encodes, seals and stores. */
export interface RecordingSink {
  /** In order of `t`. RecordingError, with nothing taken, where it can't be in a recording. */
  event(event: RecordedEvent): void;
  /** Its index over the recording. RecordingError, with nothing taken, where it can't be in one. */
  state(item: StateItem): number;
  /** All that was given is durable when it resolves. */
  flush(): Promise<void>;
  /** Bytes durable so far. */
  readonly bytes: number;
}

/** Keeps everything in memory, for tests. */
export class MemorySink implements RecordingSink {
  readonly events: RecordedEvent[] = [];
  readonly states: StateItem[] = [];
  bytes = 0;

  event(event: RecordedEvent): void {
    this.events.push(event);
  }

  state(item: StateItem): number {
    return this.states.push(item) - 1;
  }

  async flush(): Promise<void> {
    this.bytes = this.events.length * 2 + JSON.stringify(this.states).length;
  }
}
