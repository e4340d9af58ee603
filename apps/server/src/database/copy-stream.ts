import { Readable } from 'node:stream';
import type pg from 'pg';

/**
 * PostgreSQL's COPY over a client of `pg`, which speaks the protocol and leaves the streams to others. One at a time on a
 * client; neither direction holds a table in memory.
 */

/** The bytes of `copy ... to stdout`. Throws what the database says. */
export function copyOut(client: pg.Client, statement: string): Readable {
  let connection: Connection | undefined;
  const stream = new Readable({
    read: () => connection?.stream.resume(),
    destroy(error, done) {
      // What nobody reads any more must not hold up the connection's end.
      connection?.stream.resume();
      done(error);
    },
  });
  client.query({
    submit(given: Connection) {
      connection = given;
      given.query(statement);
    },
    handleCopyData({ chunk }: { chunk: Buffer }) {
      if (stream.destroyed) return;
      // The parser uses its buffer again.
      if (!stream.push(Buffer.from(chunk))) connection?.stream.pause();
    },
    handleCommandComplete: () => undefined,
    handleError: (error: Error) => void stream.destroy(error),
    handleReadyForQuery: () => void stream.push(null),
  } as never);
  return stream;
}

/** Gives the number of rows that `copy ... from stdin` took. Throws what the database says, or what `source` does. */
export function copyIn(
  client: pg.Client,
  statement: string,
  source: AsyncIterable<Uint8Array>,
): Promise<number> {
  return new Promise((resolve, reject) => {
    let rows = 0;
    let failure: Error | undefined;
    const send = async (connection: Connection) => {
      try {
        for await (const chunk of source) {
          if (failure) return;
          connection.sendCopyFromChunk(chunk);
          while (connection.stream.writableNeedDrain && !failure)
            await new Promise((drained) => connection.stream.once('drain', drained));
        }
        connection.endCopyFrom();
      } catch (error) {
        failure = error as Error;
        connection.sendCopyFail('the source failed');
      }
    };
    client.query({
      submit: (connection: Connection) => connection.query(statement),
      handleCopyInResponse: (connection: Connection) => void send(connection),
      handleCommandComplete({ text }: { text: string }) {
        rows = Number(/^COPY (\d+)$/.exec(text)?.[1] ?? 0);
      },
      handleError(error: Error, connection?: Connection) {
        failure ??= error;
        connection?.stream.emit('drain');
        reject(failure);
      },
      handleReadyForQuery: () => (failure ? reject(failure) : resolve(rows)),
    } as never);
  });
}

type Connection = {
  stream: NodeJS.WritableStream & {
    writableNeedDrain: boolean;
    pause(): void;
    resume(): void;
  };
  query(text: string): void;
  sendCopyFromChunk(chunk: Uint8Array): void;
  endCopyFrom(): void;
  sendCopyFail(reason: string): void;
};
