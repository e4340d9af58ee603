/** What a reader takes from outside before it refuses (spec/recording.md, REC87). All are inclusive. */
export type RecordingLimits = {
  /** Sealed or unsealed bytes of one part, the manifest included. */
  partBytes: number;
  /** Bytes of one part after inflating. */
  inflatedBytes: number;
  /** Parts of one recording without the manifest. */
  parts: number;
  /** Items of one part. */
  eventsInPart: number;
  statesInPart: number;
  framesInPart: number;
  /** Items of one recording. */
  events: number;
  /** UTF-8 bytes of one string in an event. */
  eventString: number;
  /** Nodes and depth of one tree, UTF-8 bytes of one of its strings. */
  nodes: number;
  depth: number;
  stateString: number;
  /** Bytes of one frame's picture, and each of its sides. */
  frameBytes: number;
  frameSide: number;
  /** Bytes of a whole bundle file. */
  bundleBytes: number;
};

export const DEFAULT_LIMITS: Readonly<RecordingLimits> = {
  partBytes: 16 * 1024 * 1024,
  inflatedBytes: 64 * 1024 * 1024,
  parts: 100_000,
  eventsInPart: 65_536,
  statesInPart: 65_536,
  framesInPart: 4_096,
  events: 100_000_000,
  eventString: 65_536,
  nodes: 200_000,
  depth: 512,
  stateString: 8 * 1024 * 1024,
  frameBytes: 15 * 1024 * 1024,
  frameSide: 16_384,
  bundleBytes: 4 * 1024 * 1024 * 1024,
};

/** The defaults with `some` in their place. */
export function limitsWith(some: Partial<RecordingLimits> = {}): RecordingLimits {
  return { ...DEFAULT_LIMITS, ...some };
}
