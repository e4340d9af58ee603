/**
 * One row of a pointer's way (spec/movement.md, MOV1): milliseconds, CSS pixels, and what happened. Rows are passed
 * on as four numbers and never as objects: there are millions of them.
 */
export const MOVE = 0;
export const DOWN = 1;
export const UP = 2;
export const WHEEL = 3;
export type SampleKind = typeof MOVE | typeof DOWN | typeof UP | typeof WHEEL;

/** Spelling of each kind, at its number. */
export const KIND_NAMES = ['move', 'down', 'up', 'wheel'] as const;

/** Times never fall from one call to the next. */
export type SampleSink = {
  sample(t: number, x: number, y: number, kind: SampleKind): void;
};

/** Rows in columns; grows as it is filled. */
export class PointerTrack implements SampleSink {
  length = 0;
  t = new Float64Array(256);
  x = new Float32Array(256);
  y = new Float32Array(256);
  kind = new Uint8Array(256);

  sample(t: number, x: number, y: number, kind: SampleKind): void {
    if (this.length === this.t.length) this.#grow();
    const i = this.length++;
    this.t[i] = t;
    this.x[i] = x;
    this.y[i] = y;
    this.kind[i] = kind;
  }

  /** The rows from `from` to before `to`, given to `sink` in order. */
  giveTo(sink: SampleSink, from = 0, to = this.length): void {
    for (let i = from; i < to; i++) {
      sink.sample(this.t[i] as number, this.x[i] as number, this.y[i] as number, this.kind[i] as SampleKind);
    }
  }

  #grow(): void {
    const twice = this.length * 2;
    const [t, x, y, kind] = [this.t, this.x, this.y, this.kind];
    this.t = new Float64Array(twice);
    this.x = new Float32Array(twice);
    this.y = new Float32Array(twice);
    this.kind = new Uint8Array(twice);
    this.t.set(t);
    this.x.set(x);
    this.y.set(y);
    this.kind.set(kind);
  }
}
