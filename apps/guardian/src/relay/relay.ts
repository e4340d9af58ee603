import { ANSWER_BYTES, CELL_BYTES } from '@aboveboard/vault/cell';

/**
 * Holds the cells of a period, shuffles them, hands them on together, and keeps the answers until they are
 * collected (spec/relay.md, RLY23-RLY26; T2). In memory only; nothing says where a cell came from.
 */
export type Relay = {
  /** False: there is no room. A ticket that was used before is taken anew. */
  leave(ticket: string, cell: Uint8Array): boolean;
  /** The answer to the cell that was left under `ticket`, once; random bytes of the same size for any other. */
  collect(ticket: string): Uint8Array;
  /** The period is over. Resolves when the server has answered, or has not. */
  endPeriod(): Promise<void>;
};

export type RelayParts = {
  /** Cells of one period. */
  most: number;
  cellsPerBatch: number;
  /** The server's answer to a batch; null or a rejection: none. */
  forward(batch: Uint8Array<ArrayBuffer>): Promise<Uint8Array | null>;
  /** A whole number, evenly in [0, below), from a cryptographic source. */
  draw(below: number): number;
  random(length: number): Uint8Array;
};

export function makeRelay({ most, cellsPerBatch, forward, draw, random }: RelayParts): Relay {
  let held = new Map<string, Uint8Array>();
  /** Of the last two periods that ended: collected in the next, or by a late one in the one after. */
  let answered: Map<string, Uint8Array>[] = [];

  async function pass(batch: readonly [ticket: string, cell: Uint8Array][], into: Map<string, Uint8Array>) {
    const bytes = new Uint8Array(batch.length * CELL_BYTES);
    batch.forEach(([, cell], at) => {
      bytes.set(cell, at * CELL_BYTES);
    });
    const answers = await forward(bytes).catch(() => null);
    if (answers?.length !== batch.length * ANSWER_BYTES) return;
    batch.forEach(([ticket], at) => {
      into.set(ticket, answers.subarray(at * ANSWER_BYTES, (at + 1) * ANSWER_BYTES));
    });
  }

  return {
    leave(ticket, cell) {
      if (cell.length !== CELL_BYTES || (held.size >= most && !held.has(ticket))) return false;
      held.set(ticket, cell);
      return true;
    },

    collect(ticket) {
      for (const answers of answered) {
        const answer = answers.get(ticket);
        if (!answer) continue;
        answers.delete(ticket);
        return answer;
      }
      return random(ANSWER_BYTES);
    },

    async endPeriod() {
      const cells = shuffled([...held], draw);
      held = new Map();
      const answers = new Map<string, Uint8Array>();
      answered = [answers, ...answered].slice(0, 2);
      for (let at = 0; at < cells.length; at += cellsPerBatch)
        await pass(cells.slice(at, at + cellsPerBatch), answers);
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
