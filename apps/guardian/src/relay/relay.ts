import { ANSWER_BYTES, CELL_BYTES } from '@aboveboard/vault/cell';

/**
 * Holds the cells of an interval, shuffles them, hands them on, and gives each its answer at one time
 * (spec/relay.md, RLY23-RLY26; T2). Cells are in memory only, and nothing says where one came from.
 */
export type Relay = {
  /** The answer to this cell; null: the server did not answer, or there is no room. */
  pass(cell: Uint8Array): Promise<Uint8Array | null>;
  /** Refuses what still waits, and takes nothing more. */
  stop(): void;
};

export type RelayParts = {
  intervalMilliseconds: number;
  /** Cells that wait for the end of the interval. */
  most: number;
  cellsPerBatch: number;
  /** The server's answer to a batch; null or a rejection: none. */
  forward(batch: Uint8Array<ArrayBuffer>): Promise<Uint8Array | null>;
  /** A whole number, evenly in [0, below), from a cryptographic source. */
  draw(below: number): number;
};

type Held = { cell: Uint8Array; answer(bytes: Uint8Array | null): void };

export function makeRelay(parts: RelayParts): Relay {
  const { intervalMilliseconds, most, cellsPerBatch, forward, draw } = parts;
  let held: Held[] = [];
  let stopped = false;
  const clock = setInterval(handOn, intervalMilliseconds);

  function handOn(): void {
    const cells = shuffled(held.splice(0), draw);
    for (let at = 0; at < cells.length; at += cellsPerBatch) void pass(cells.slice(at, at + cellsPerBatch));
  }

  async function pass(batch: readonly Held[]): Promise<void> {
    const bytes = new Uint8Array(batch.length * CELL_BYTES);
    batch.forEach(({ cell }, at) => {
      bytes.set(cell, at * CELL_BYTES);
    });
    const answers = await forward(bytes).catch(() => null);
    const isWhole = answers !== null && answers.length === batch.length * ANSWER_BYTES;
    batch.forEach(({ answer }, at) => {
      answer(isWhole ? answers.subarray(at * ANSWER_BYTES, (at + 1) * ANSWER_BYTES) : null);
    });
  }

  return {
    pass(cell) {
      if (stopped || held.length >= most || cell.length !== CELL_BYTES) return Promise.resolve(null);
      return new Promise((answer) => {
        held.push({ cell, answer });
      });
    },
    stop() {
      stopped = true;
      clearInterval(clock);
      for (const { answer } of held.splice(0)) answer(null);
      held = [];
    },
  };
}

/** Every order is as likely as every other (Fisher-Yates). */
export function shuffled<T>(list: readonly T[], draw: (below: number) => number): T[] {
  const mixed = [...list];
  for (let at = mixed.length - 1; at > 0; at--) {
    const other = draw(at + 1);
    [mixed[at], mixed[other]] = [mixed[other] as T, mixed[at] as T];
  }
  return mixed;
}
