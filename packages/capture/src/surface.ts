import type { SurfaceEvent } from '@aboveboard/protocol/event';
import type { SavedSurface } from './checkpoint.ts';
import type { AgentGeometry } from './frame-message.ts';

/**
 * How many node ids one document may use before it has to begin anew. Ranges are never handed out twice in
 * a surface, so an id is one element's for as long as the recording lasts.
 */
export const NODES_PER_DOCUMENT = 1 << 22;

/** One tab, popup or window, numbered over the recording; nothing of the browser's own numbering is written. */
export class Surface {
  readonly tab: number;
  readonly number: number;
  readonly type: SurfaceEvent['type'];
  nextNodeId = 1;
  /** Its `surface` event was written. */
  open = false;
  /** The document whose state stands at its root. */
  top: string | null = null;
  zoom = 1;
  geometry: AgentGeometry | null = null;
  lastState: number | null = null;

  constructor(tab: number, number: number, type: SurfaceEvent['type'] = 'tab') {
    this.tab = tab;
    this.number = number;
    this.type = type;
  }

  saved(): SavedSurface {
    const { tab, type, nextNodeId, open, top, zoom, geometry, lastState } = this;
    return { tab, type, surface: this.number, nextNodeId, open, top, zoom, geometry, lastState };
  }

  static from(saved: SavedSurface): Surface {
    const surface = new Surface(saved.tab, saved.surface, saved.type);
    const { nextNodeId, open, top, zoom, geometry, lastState } = saved;
    return Object.assign(surface, { nextNodeId, open, top, zoom, geometry, lastState });
  }
}
