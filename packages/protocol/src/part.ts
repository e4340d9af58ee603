import type { PartKind } from './manifest.ts';

/**
 * A recording is a row of parts (spec/recording.md, REC70-REC89): each is encoded, deflated, sealed by
 * itself, and written once. The manifest is the last part. Spool, upload, vault and bundle file all hold
 * the same sealed bytes.
 */
export type PartLabel = {
  /** Id of the recording. */
  recording: string;
  /** Counts from 0; the manifest's index is one more than the last part's. */
  index: number;
  kind: PartKind | 'manifest';
};

/** Seals one part; the label is authenticated with it, so that parts can't be swapped or renamed. */
export interface PartSealer {
  seal(plain: Uint8Array, label: PartLabel): Promise<Uint8Array>;
  /** Throws when the bytes were not sealed under this key and label. */
  open(sealed: Uint8Array, label: PartLabel): Promise<Uint8Array>;
}

/** A part that takes the place of others when a spool is regrouped (REC90). */
export type ReplacementPart = { label: PartLabel; sealed: Uint8Array };

/** Where sealed parts of one recording are kept. */
export interface PartStore {
  /** Durable before it resolves. The same bytes again are a no-op; other bytes for an index are an error. */
  put(label: PartLabel, sealed: Uint8Array): Promise<void>;
  /** Null: there is none. */
  get(index: number): Promise<{ kind: PartLabel['kind']; sealed: Uint8Array } | null>;
  /** All that is there, in order of index. */
  list(): Promise<{ index: number; kind: PartLabel['kind']; bytes: number }[]>;
}

/** Where an unfinished recording is kept by the one who writes it. */
export interface RegroupingStore extends PartStore {
  /**
   * These, which count from `from`, take the place of all from `from` on: all at once, durable before it resolves.
   * False, with nothing changed, where the store's owner needs the parts as they are.
   */
  replaceFrom(from: number, parts: readonly ReplacementPart[]): Promise<boolean>;
}

/** raw DEFLATE (RFC 1951). */
export interface Deflate {
  deflate(bytes: Uint8Array): Promise<Uint8Array>;
  /** Throws RecordingError as soon as more than `limit` bytes would come out. */
  inflate(bytes: Uint8Array, limit: number): Promise<Uint8Array>;
}
