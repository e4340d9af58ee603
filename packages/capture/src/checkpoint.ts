import type { SurfaceEvent } from '@aboveboard/protocol/event';
import type { DocumentIdentity, FramePlace } from './document-identity.ts';
import type { AgentGeometry } from './frame-message.ts';
import type { AskedSignal, Permit } from './permits.ts';

/**
 * What a session must know to go on after its process was killed (CAP40). It is stored after the parts that
 * it speaks of are durable and before anything in them is acknowledged; parts beyond it are cut off when
 * the agents are still there to send them again. Plain data.
 */
export type Checkpoint = {
  /** Milliseconds since the epoch at tick 0; kept only while the recording runs. */
  origin: number;
  lastTick: number;
  /** Stretches in which she let it record, ms since the epoch; the last may be open. */
  spans: { from: number; to: number | null }[];
  generation: number;
  nextSurface: number;
  surfaces: SavedSurface[];
  documents: SavedDocument[];
  /** Surface that the last input event belonged to. */
  current: number | null;
  front: number | null;
  frontAllowed: boolean;
  gap: { from: number; reason: 'not-allowed' | 'state-lost' } | null;
};

export type SavedSurface = {
  tab: number;
  /** Absent in checkpoints of before windows were surfaces: a tab. */
  type?: SurfaceEvent['type'];
  surface: number;
  nextNodeId: number;
  open: boolean;
  top: string | null;
  zoom: number;
  geometry: AgentGeometry | null;
  lastState: number | null;
};

export type SavedDocument = {
  identity: DocumentIdentity;
  surface: number;
  generation: number;
  firstNodeId: number;
  written: { seq: number; items: number };
  live: boolean;
  place: number | null;
  frames: FramePlace[];
  attachedTo: number | null;
  permits: [AskedSignal, Permit][];
};
