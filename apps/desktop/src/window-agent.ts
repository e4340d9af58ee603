import { BATCH_EVERY, type Batches, createBatches } from '@aboveboard/capture/batch';
import type { DocumentIdentity } from '@aboveboard/capture/document-identity';
import type { AgentItem, AgentSettings, SessionMessage } from '@aboveboard/capture/frame-message';
import type { CaptureSession } from '@aboveboard/capture/session';
import { ALL } from '@aboveboard/redact/detect/detectors';
import { ownWords } from '@aboveboard/redact/detect/own-words';
import type { Detector } from '@aboveboard/redact/detect/span';
import type { Raster } from '@aboveboard/redact/frame/raster';
import type { Recogniser } from '@aboveboard/redact/frame/recognition';
import { RememberedReading } from '@aboveboard/redact/frame/remembered-reading';
import { foldSpace } from '@aboveboard/redact/openings';
import { type AccessibleTree, holdsSecret, nodeAt } from './accessible-tree.ts';
import type { CaptureSource, SourceInput, WindowId, WindowOwner, WindowPlace } from './capture-source.ts';
import { maskedPicture } from './window-picture.ts';
import { WindowStates } from './window-state.ts';

export type AgentClock = {
  /** Milliseconds since the epoch with fractions. */
  now: () => number;
  /** Calls until what it gives is called. */
  every: (milliseconds: number, call: () => void) => () => void;
};

/** Recognises text in pictures (MASK44); asked of each picture whether the agreement in force lets it (DSK36). */
export type PictureReading = { recognise: Recogniser; mayRead: () => boolean };

/** A tree is read at most this often, a picture taken at most this often; both only after something changed. */
const TREE_EVERY = 250;
const PICTURE_EVERY = 1_000;
const KEYS_WAIT = 1_500;
/** Without a tree nothing is heard of changes either: it is asked again so much later, then twice that, up to the last (DSK102). */
const ASK_AGAIN = { first: 2_000, last: 60_000 };

/**
 * What an agent is for a document, for one window: it is told what it may take, watches the source no longer than
 * that, and says only what is masked already (DSK10-DSK13). A window that no permission covers is never watched.
 */
export class WindowAgent {
  readonly window: WindowId;
  readonly identity: DocumentIdentity;
  readonly #source: CaptureSource;
  readonly #session: CaptureSession;
  readonly #clock: AgentClock;
  readonly #reading: PictureReading | null;
  #place: WindowPlace;
  #screen: { width: number; height: number };
  #run: Run | null = null;
  #paused = false;

  constructor(
    given: {
      window: WindowId;
      owner: WindowOwner;
      place: WindowPlace;
      screen: WindowAgent['screen'];
      reading: PictureReading | null;
    },
    source: CaptureSource,
    session: CaptureSession,
    clock: AgentClock,
  ) {
    this.window = given.window;
    this.#place = given.place;
    this.#screen = given.screen;
    this.#source = source;
    this.#session = session;
    this.#clock = clock;
    this.#reading = given.reading;
    this.identity = {
      document: `window ${given.window}`,
      tab: given.window,
      parent: null,
      target: { kind: 'desktop', ...given.owner },
    };
  }

  get screen(): { width: number; height: number } {
    return this.#screen;
  }

  /** False: nothing may be taken of it. */
  connect(): boolean {
    const answer = this.#session.connect(
      this.identity,
      this.#run?.generation ?? null,
      (message, generation) => this.#told(message, generation),
    );
    return 'generation' in answer;
  }

  moved(place: WindowPlace): void {
    const resized = place.width !== this.#place.width || place.height !== this.#place.height;
    this.#place = place;
    this.#geometry();
    if (resized) this.changed('tree');
  }

  resized(screen: { width: number; height: number }): void {
    this.#screen = screen;
    this.#geometry();
  }

  input(at: number, input: SourceInput): void {
    const run = this.#run;
    if (!run || this.#paused) return;
    if (input.kind === 'keydown' || input.kind === 'keyup') {
      if (!run.settings.signals.keys) return;
      // Without a tree nobody knows where the keys go; with a place for secrets in sight none is taken (T8, T9).
      // Not even how many there were is counted.
      if (!run.tree || holdsSecret(run.tree)) return;
      run.key({ at, item: 'event', event: input });
      // What it does to the interface is looked at, whatever the application says of it.
      if (input.key === 'navigation' && input.kind === 'keyup') this.changed('tree');
      return;
    }
    if (!run.settings.signals.pointer) return;
    const pressed = (input.kind === 'down' || input.kind === 'up') && run.tree;
    const node = pressed ? nodeAt(pressed, input.x, input.y) : null;
    const id = node ? run.states.idOf(node.key) : undefined;
    const event = id === undefined ? input : { ...input, node: id };
    run.batches.put({ at, item: 'event', event: event as Extract<AgentItem, { item: 'event' }>['event'] });
    if (input.kind === 'up') this.changed('tree');
  }

  /** Nothing is known of what was done in between, in whatever window that was. */
  missed(from: number, until: number): void {
    if (this.#run && !this.#paused)
      this.#run.batches.put({ at: from, item: 'gap', until, reason: 'overload' });
  }

  changed(what: 'tree' | 'pixels'): void {
    if (!this.#run) return;
    if (what === 'tree') this.#run.treeDue = true;
    this.#run.pictureDue = true;
  }

  /** The window is gone; what was said of it still counts. */
  close(): void {
    this.#run?.batches.flush(true);
    this.#halt();
    this.#session.closed(this.window);
  }

  #told(message: SessionMessage, generation: number): void {
    switch (message.type) {
      case 'start':
        this.#halt();
        this.#begin(message.settings, generation);
        break;
      case 'stop':
        this.#run?.end();
        this.#halt();
        break;
      case 'pause':
        this.#paused = true;
        this.#source.unwatch(this.window);
        this.#run?.batches.flush(true);
        break;
      case 'resume':
        if (this.#paused && this.#run) this.#watch(this.#run.settings);
        this.#paused = false;
        this.changed('tree');
        break;
      case 'pace':
        if (this.#run) this.#run.patience = message.slow ? 4 : 1;
        break;
      case 'acknowledge':
        this.#run?.batches.acknowledge(message.seq);
        break;
    }
  }

  #begin(settings: AgentSettings, generation: number): void {
    this.#paused = false;
    const batches = createBatches(
      (message) => this.#session.receive(this.identity.document, generation, message),
      this.#clock.now,
    );
    const run = new Run(settings, { generation, batches, now: this.#clock.now, reading: this.#reading });
    this.#run = run;
    this.#geometry();
    this.#watch(settings);
    run.stops.push(
      this.#clock.every(BATCH_EVERY, () => batches.flush()),
      this.#clock.every(TREE_EVERY, () => void this.#look(run)),
    );
    void this.#look(run);
  }

  #watch({ signals }: AgentSettings): void {
    const { pointer, keys, states, frames = false } = signals;
    this.#source.watch(this.window, { pointer, keys, states, frames });
  }

  #halt(): void {
    const run = this.#run;
    if (!run) return;
    this.#run = null;
    this.#source.unwatch(this.window);
    run.reading?.end();
    for (const stop of run.stops) stop();
  }

  #geometry(): void {
    const { width, height } = this.#place;
    this.#run?.batches.put({
      at: this.#clock.now(),
      item: 'geometry',
      geometry: { viewport: { width, height }, window: this.#place, screen: this.#screen, ratio: 1 },
    });
  }

  /** Never two at a time for one window: a source that hangs is waited for, and nothing is taken meanwhile. */
  async #look(run: Run): Promise<void> {
    if (run.looking || this.#run !== run || this.#paused) return;
    run.looking = true;
    try {
      if ((run.treeDue || run.mayAskAgain()) && run.isDue('tree', TREE_EVERY)) await this.#readTree(run);
      if (run.settings.signals.frames && run.pictureDue && run.isDue('picture', PICTURE_EVERY)) {
        await this.#takePicture(run);
      }
    } catch {
      run.tree = null;
      run.treeDue = true;
    } finally {
      run.looking = false;
    }
  }

  async #readTree(run: Run): Promise<void> {
    run.treeDue = false;
    const at = this.#clock.now();
    run.readingTree = true;
    const tree = await this.#source.tree(this.window).finally(() => {
      run.readingTree = false;
    });
    if (this.#run !== run || this.#paused) return;
    run.answered(tree !== null);
    run.releaseKeys(tree !== null && !holdsSecret(tree), at);
    if (!run.settings.signals.states) {
      run.tree = tree;
      return;
    }
    const { width, height } = this.#place;
    const state = run.states.state(tree, { width, height });
    run.tree = tree;
    if (!state) return;
    for (const change of state.changes) run.batches.put({ at, item: 'state', change });
    run.masked('text.content', state.masked);
    run.batches.put({ at, item: 'settled' });
  }

  async #takePicture(run: Run): Promise<void> {
    run.pictureDue = false;
    const at = this.#clock.now();
    const picture = await this.#source.picture(this.window);
    if (this.#run !== run || this.#paused) return;
    if (!picture) {
      run.pictureDue = true;
      return;
    }
    const frame = await maskedPicture(picture, {
      read: this.#readIn(picture, run),
      detectors: run.detectors,
    });
    if (this.#run !== run || this.#paused) return;
    if (frame) run.batches.put({ at, item: 'frame', frame });
  }

  /** Nothing while a secret is in sight, as with keys; nothing new while the recorder takes too much of the machine (T17). */
  #readIn({ raster, tree }: { raster: Raster; tree: AccessibleTree | null }, run: Run) {
    if (!run.reading || !this.#reading?.mayRead() || (tree && holdsSecret(tree))) return [];
    return run.reading.openIn(raster, { rest: run.patience > 1 });
  }
}

/** From one `start` to its `stop`. */
class Run {
  readonly settings: AgentSettings;
  readonly generation: number;
  readonly batches: Batches;
  readonly states: WindowStates;
  readonly reading: RememberedReading | null;
  /** With her own words (MASK19). */
  readonly detectors: readonly Detector[];
  readonly stops: (() => void)[] = [];
  readonly #now: () => number;
  readonly #last = new Map<string, number>();
  #keys: AgentItem[] = [];
  #askAgainAt = Number.POSITIVE_INFINITY;
  #wait = ASK_AGAIN.first;
  readingTree = false;
  tree: AccessibleTree | null = null;
  treeDue = true;
  pictureDue = true;
  looking = false;
  patience = 1;

  constructor(
    settings: AgentSettings,
    given: { generation: number; batches: Batches; now: () => number; reading: PictureReading | null },
  ) {
    this.settings = settings;
    this.generation = given.generation;
    this.batches = given.batches;
    this.#now = given.now;
    this.detectors = [...ALL, ownWords(settings.closedWords ?? []).detect];
    this.reading =
      given.reading &&
      new RememberedReading(given.reading.recognise, {
        shipped: new Set(settings.literals.map(foldSpace)),
        detectors: this.detectors,
        onRead: () => {
          this.pictureDue = true;
        },
      });
    this.states = new WindowStates(settings);
  }

  /** Keys wait while what they go into may have changed since it was last looked at (DSK31). */
  key(item: AgentItem): void {
    if (this.treeDue || this.readingTree) this.#keys.push(item);
    else this.batches.put(item);
  }

  /** Those from before the look are told if no secret is in sight; what waited for too long is not. */
  releaseKeys(harmless: boolean, lookedAt: number): void {
    const keys = this.#keys.splice(0);
    if (!harmless) return;
    for (const key of keys) {
      if (key.at > lookedAt && this.treeDue) this.#keys.push(key);
      else if (this.#now() - key.at < KEYS_WAIT) this.batches.put(key);
    }
  }

  /** Said of each look at the interface: was there one? */
  answered(hasTree: boolean): void {
    this.#askAgainAt = hasTree ? Number.POSITIVE_INFINITY : this.#now() + this.#wait;
    this.#wait = hasTree ? ASK_AGAIN.first : Math.min(this.#wait * 2, ASK_AGAIN.last);
  }

  mayAskAgain(): boolean {
    return this.#now() >= this.#askAgainAt;
  }

  isDue(what: string, every: number): boolean {
    const now = this.#now();
    if (now - (this.#last.get(what) ?? Number.NEGATIVE_INFINITY) < every * this.patience) return false;
    this.#last.set(what, now);
    return true;
  }

  masked(rule: string, count: number): void {
    if (count > 0) this.batches.put({ at: this.#now(), item: 'mask', rule, count });
  }

  end(): void {
    this.batches.flush(true);
  }
}
