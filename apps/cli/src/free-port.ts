import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';

/** `wanted` if nobody listens there, else one that the system picks. Somebody else may take it before its use. */
export async function freePort(host: string, wanted = 0): Promise<number> {
  return (await listening(host, wanted)) ?? (await listening(host, 0)) ?? wanted;
}

/** Null: the port can't be had. */
function listening(host: string, port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(null));
    probe.listen({ host, port }, () => {
      const { port: found } = probe.address() as AddressInfo;
      probe.close(() => resolve(found));
    });
  });
}
