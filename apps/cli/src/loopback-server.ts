import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { CommandFailure } from './command.ts';

/** Serves on this computer alone until the terminal says stop; then it resolves. */
export async function serveUntilStopped(
  fetch: (request: Request) => Response | Promise<Response>,
  port: number,
  onListening: (url: string) => void,
): Promise<void> {
  const server = createServer(getRequestListener(fetch));
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new CommandFailure(`Port ${port} can’t be listened on; another with --port, or 0 for a free one.`, {
      cause,
    });
  }
  onListening(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await Promise.race(['SIGINT', 'SIGTERM'].map((signal) => once(process, signal)));
  server.closeAllConnections();
  server.close();
}
