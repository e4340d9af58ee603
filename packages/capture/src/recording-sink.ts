import type { RecordedEvent } from '@aboveboard/protocol/event';
import type { FrameItem } from '@aboveboard/protocol/frame-segment';
import type { StateItem } from '@aboveboard/protocol/state';

/** Where the session writes; the recording's writer behind it encodes, seals and stores. */
export interface RecordingSink {
  /** In order of `t`. RecordingError, with nothing taken, where it can't be in a recording. */
  event(event: RecordedEvent): void;
  /** Its index over the recording. RecordingError, with nothing taken, where it can't be in one. */
  state(item: StateItem): number;
  /** As `state`. */
  frame(item: FrameItem): number;
  /** All that was given is durable when it resolves. */
  flush(): Promise<void>;
  /** Bytes durable so far. */
  readonly bytes: number;
}

/** Keeps everything in memory, for tests. */
export class MemorySink implements RecordingSink {
  readonly events: RecordedEvent[] = [];
  readonly states: StateItem[] = [];
  readonly frames: FrameItem[] = [];
  bytes = 0;

  event(event: RecordedEvent): void {
    this.events.push(event);
  }

  state(item: StateItem): number {
    return this.states.push(item) - 1;
  }

  frame(item: FrameItem): number {
    return this.frames.push(item) - 1;
  }

  async flush(): Promise<void> {
    this.bytes = this.events.length * 2 + JSON.stringify(this.states).length;
  }
}
