import { MemorySink } from '@aboveboard/capture/recording-sink';
import { CaptureSession } from '@aboveboard/capture/session';
import type { Gate } from '@aboveboard/consent/gate';
import type { RecordedEvent } from '@aboveboard/protocol/event';
import type { AccessibleNode } from '../src/accessible-tree.ts';
import { DesktopCapture } from '../src/desktop-capture.ts';
import { MemorySource } from '../src/memory-source.ts';
import type { PictureReading } from '../src/window-agent.ts';

export const LISTED = { executable: '/usr/bin/sheet', windowClass: 'Sheet' };
export const OTHER = { executable: '/usr/bin/chat', windowClass: 'Chat' };
export const PLACE = { x: 100, y: 100, width: 400, height: 300 };
export const ELSEWHERE = { x: 600, y: 100, width: 200, height: 200 };

/** A session over a display in memory; the clock and the timers are the test's. */
export class DesktopDesk {
  readonly clock = { now: 1_000_000 };
  readonly sink = new MemorySink();
  readonly source = new MemorySource(() => this.clock.now);
  readonly session: CaptureSession;
  readonly capture: DesktopCapture;
  readonly #timers = new Set<() => void>();
  lost: string | null = null;

  constructor({
    frames = true,
    reading = null,
    closedWords = [],
  }: { frames?: boolean; reading?: PictureReading | null; closedWords?: readonly string[] } = {}) {
    const gate: Gate = {
      decide: ({ now, target }) =>
        target.kind === 'desktop' && target.executable === LISTED.executable
          ? { allow: true, rule: 'AGR1', until: now + 3_600_000 }
          : { allow: false, deny: 'not-on-list', reason: 'This program is not on the list.' },
    };
    this.session = new CaptureSession({
      sink: this.sink,
      gate,
      mode: 'task',
      signals: ['pointer', 'keys', 'states', ...(frames ? (['frames'] as const) : [])],
      settings: () => ({
        literals: ['Blue folders'],
        shipped: { exact: [] },
        closedWords,
        selectors: { open: [], closed: [] },
        renaming: '000102030405060708090a0b0c0d0e0f',
      }),
      tickMicroseconds: 1000,
      now: () => this.clock.now,
      keep: async () => undefined,
      limits: { milliseconds: 3_600_000, bytes: 100_000_000 },
      lastWords: async () => undefined,
      onLimit: () => undefined,
    });
    this.capture = new DesktopCapture(this.source, this.session, {
      now: () => this.clock.now,
      reading,
      every: (_, call) => {
        this.#timers.add(call);
        return () => this.#timers.delete(call);
      },
    });
  }

  async begin(): Promise<void> {
    await this.capture.begin((why) => {
      this.lost = why;
    });
    await this.later(300);
  }

  /** Time goes by: timers are called, what they began is done, and the session writes. */
  async later(milliseconds: number): Promise<void> {
    for (let at = 0; at < milliseconds; at += 100) {
      this.clock.now += 100;
      for (const call of [...this.#timers]) call();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await this.session.flush();
  }

  /** The process is not given a turn: time goes by, and nothing is called. */
  standStill(milliseconds: number): void {
    this.clock.now += milliseconds;
  }

  async end(): Promise<void> {
    await this.later(2_000);
    await this.session.end();
  }

  of<K extends RecordedEvent['kind']>(kind: K): Extract<RecordedEvent, { kind: K }>[] {
    return this.sink.events.filter((event) => event.kind === kind) as Extract<RecordedEvent, { kind: K }>[];
  }
}

let keys = 0;
export function node(role: string, name: string, change: Partial<AccessibleNode> = {}): AccessibleNode {
  return { key: `/node/${++keys}`, role, name, box: null, states: new Set(), children: [], ...change };
}
