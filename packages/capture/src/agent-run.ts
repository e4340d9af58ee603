import type { DocumentMasker } from '@aboveboard/redact/structural-masker';
import type { DomAccess, PageWindow } from './dom-access.ts';
import type { AgentItem, AgentSettings } from './frame-message.ts';
import type { NodeMirror } from './node-mirror.ts';
import type { PageEventType } from './page-events.ts';

/** What the watches of one run share; a run is from `start` to `stop` of the session. */
export type AgentRun = {
  readonly window: PageWindow;
  readonly document: Document;
  readonly access: DomAccess;
  readonly settings: AgentSettings;
  readonly masker: DocumentMasker;
  readonly mirror: NodeMirror;
  /** Milliseconds since the epoch with fractions. */
  readonly now: () => number;
  /** When a trusted event happened, on the same clock. */
  readonly timeOf: (event: Event) => number;
  readonly put: (item: AgentItem) => void;
  /** A rule masked something. */
  readonly count: (rule: string | undefined) => void;
  /** Listens until the run pauses or stops; events that scripts made are not passed on. */
  readonly listen: (type: PageEventType, handler: (event: Event) => void) => void;
  /** Calls until the run pauses or stops. */
  readonly every: (milliseconds: number, call: () => void) => void;
  readonly later: (milliseconds: number, call: () => void) => void;
  /** For what the browser calls past these: observers. Its time is counted (T17). */
  readonly counted: <A extends unknown[]>(call: (...given: A) => void) => (...given: A) => void;
  /** How many times longer than usual what may wait waits: over its budget an agent slows down (AGT35). */
  readonly patience: () => number;
  /** Called when the run pauses or stops. */
  readonly onEnd: (call: () => void) => void;
};
