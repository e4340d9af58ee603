import { RecordingError } from './fault.ts';

/**
 * Exact pieces from a stream of chunks. Keeps no more than twice the piece that is asked for and one chunk: a
 * length that a sender made up costs only the bytes that really come (REC83).
 */
export class StreamReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #most: number;
  #chunk: Uint8Array = new Uint8Array(0);
  #total = 0;
  #ended = false;

  /** RecordingError once more than `most` bytes have come. */
  constructor(source: AsyncIterable<Uint8Array>, most: number) {
    this.#chunks = source[Symbol.asyncIterator]();
    this.#most = most;
  }

  /** The next `length` bytes; RecordingError (REC85) where the stream ends before. */
  async bytes(length: number, at: string): Promise<Uint8Array<ArrayBuffer>> {
    // Grows with what comes, by doubling: neither a made-up length nor chunks of one byte cost more.
    let all = new Uint8Array(Math.min(length, 65_536));
    let filled = 0;
    while (filled < length) {
      if (this.#chunk.length === 0 && !(await this.#next())) {
        throw new RecordingError([{ rule: 'REC85', at, message: 'the bytes end early' }]);
      }
      const piece = this.#chunk.subarray(0, length - filled);
      this.#chunk = this.#chunk.subarray(piece.length);
      if (filled + piece.length > all.length) {
        const grown = new Uint8Array(Math.min(length, Math.max(filled + piece.length, all.length * 2)));
        grown.set(all.subarray(0, filled));
        all = grown;
      }
      all.set(piece, filled);
      filled += piece.length;
    }
    return all;
  }

  async isAtEnd(): Promise<boolean> {
    return this.#chunk.length === 0 && !(await this.#next());
  }

  /** Lets the source go. */
  async close(): Promise<void> {
    if (!this.#ended) await this.#chunks.return?.();
  }

  /** False: the stream has ended. Empty chunks are skipped. */
  async #next(): Promise<boolean> {
    while (!this.#ended) {
      const { done, value } = await this.#chunks.next();
      if (done) {
        this.#ended = true;
        return false;
      }
      this.#total += value.length;
      if (this.#total > this.#most) {
        throw new RecordingError([
          { rule: 'REC84', at: 'bundle', message: `has more than ${this.#most} bytes` },
        ]);
      }
      if (value.length > 0) {
        this.#chunk = value;
        return true;
      }
    }
    return false;
  }
}
