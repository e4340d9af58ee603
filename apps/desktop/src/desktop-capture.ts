import type { CaptureSession } from '@aboveboard/capture/session';
import {
  type CaptureSource,
  type SourceLoss,
  STALE_INPUT,
  type WindowId,
  type WindowOwner,
  type WindowPlace,
} from './capture-source.ts';
import { type AgentClock, type PictureReading, WindowAgent } from './window-agent.ts';

/**
 * Joins a source to a session: an agent for each window that the gate allows, nothing for the others (DSK10-DSK14).
 * Whoever made both closes this first.
 */
export class DesktopCapture {
  readonly #source: CaptureSource;
  readonly #session: CaptureSession;
  readonly #clock: AgentClock;
  readonly #reading: PictureReading | null;
  readonly #owners = new Map<WindowId, WindowOwner>();
  readonly #agents = new Map<WindowId, WindowAgent>();
  #screen = { width: 0, height: 0 };
  #inFront: WindowAgent | null = null;
  #stopLooking: () => void = () => undefined;

  constructor(
    source: CaptureSource,
    session: CaptureSession,
    { reading = null, ...clock }: AgentClock & { reading?: PictureReading | null },
  ) {
    this.#source = source;
    this.#session = session;
    this.#clock = clock;
    this.#reading = reading;
  }

  async begin(onLost: (why: SourceLoss) => void): Promise<void> {
    await this.#source.open({
      opened: (window, owner, place) => this.#opened(window, owner, place),
      moved: (window, place) => this.#agents.get(window)?.moved(place),
      closed: (window) => {
        this.#owners.delete(window);
        const agent = this.#agents.get(window);
        agent?.close();
        this.#agents.delete(window);
        if (agent === this.#inFront) this.#inFront = null;
      },
      front: (window) => this.#front(window),
      input: (window, at, input) => this.#agents.get(window)?.input(at, input),
      changed: (window, what) => this.#agents.get(window)?.changed(what),
      screen: (size) => {
        this.#screen = size;
        for (const agent of this.#agents.values()) agent.resized(size);
      },
      lost: onLost,
    });
    this.#lookAfterStalls();
  }

  /** How many windows are recorded; of the others there is no count. */
  get windows(): number {
    return this.#agents.size;
  }

  async end(): Promise<void> {
    this.#stopLooking();
    await this.#source.close();
  }

  #opened(window: WindowId, owner: WindowOwner, place: WindowPlace): void {
    this.#owners.set(window, owner);
    const agent = new WindowAgent(
      { window, owner, place, screen: this.#screen, reading: this.#reading },
      this.#source,
      this.#session,
      this.#clock,
    );
    if (agent.connect()) this.#agents.set(window, agent);
  }

  /** What was done while the recorder stood still is not told by any source; without a gap it would seem that nothing was (DSK104). */
  #lookAfterStalls(): void {
    let last = this.#clock.now();
    this.#stopLooking = this.#clock.every(LOOK_EVERY, () => {
      const now = this.#clock.now();
      if (now - last > LOOK_EVERY + STALE_INPUT) this.#inFront?.missed(last, now - STALE_INPUT);
      last = now;
    });
  }

  /** One that was refused when it opened may be allowed now: the gate is asked for each (CAP10). */
  #front(window: WindowId | null): void {
    const owner = window === null ? undefined : this.#owners.get(window);
    // A window of others has no number in the session, not even while it is in front (CAP25).
    const known = window !== null && this.#agents.has(window) ? window : NOBODYS;
    this.#inFront = this.#agents.get(known) ?? null;
    this.#session.front(known, owner ? { kind: 'desktop', ...owner } : null);
  }
}

/** Milliseconds. A gap begins at most so long before the recorder stood still. */
const LOOK_EVERY = 250;

/** Stands for all windows that are not recorded, and for none: while it is in front, what others do does not end the gap. */
const NOBODYS = -1;
