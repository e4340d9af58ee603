import { connect, createServer, type Socket } from 'node:net';

/** Stands between two programs on loopback and keeps every byte that passes, for a scan. */
export type ByteTap = { port: number; sent(): Buffer; received(): Buffer; close(): void };

export async function tap(to: number, port: number): Promise<ByteTap> {
  const sent: Buffer[] = [];
  const received: Buffer[] = [];
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(to, '127.0.0.1');
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => open.delete(socket));
    }
    near.on('data', (bytes: Buffer) => sent.push(bytes));
    far.on('data', (bytes: Buffer) => received.push(bytes));
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    port,
    sent: () => Buffer.concat(sent),
    received: () => Buffer.concat(received),
    close() {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}
