import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A page with something to type and to press, on an origin of its own on this computer. */
export async function startApplication(title: string): Promise<{ origin: string; stop(): Promise<void> }> {
  const page = `<!doctype html><html lang="en"><title>${title}</title><main><h1>${title}</h1>
<label>Note <input type="text"></label> <button type="button">Keep</button></main></html>`;
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
