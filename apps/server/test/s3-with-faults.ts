import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import S3rver from 's3rver';
import type { S3Place } from '../src/blobs/s3-calls.ts';
import { seeded } from './forgetful-disk.ts';
import { temporaryFolder } from './server.ts';

/** How a call fails: before anything is done, after it was done, or half-way through what is answered. */
export const S3_FAULTS = ['busy', 'reset', 'done-and-reset', 'cut-off', 'other-bytes'] as const;
export type S3Fault = (typeof S3_FAULTS)[number];

/** s3rver behind a proxy of ours that lets calls fail, one in `oneIn` by chance. */
export class FaultyS3 {
  readonly calls: { method: string; fault: S3Fault | null }[] = [];
  readonly place: S3Place;
  /** Of the bucket itself, without faults. */
  readonly direct: S3Place;
  oneIn = 5;
  faults: readonly S3Fault[] = S3_FAULTS;
  readonly #store: { close(): Promise<void> };
  readonly #proxy: Server;
  readonly #port: number;
  readonly #chance = seeded(7);

  private constructor(store: { close(): Promise<void> }, port: number, proxy: Server) {
    this.#store = store;
    this.#proxy = proxy;
    this.#port = port;
    proxy.on('request', (asked, answer) => void this.#pass(asked, answer));
    const key = { region: 'us-east-1', accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
    const at = (of: number) => ({ url: `http://127.0.0.1:${of}/aboveboard`, ...key });
    this.place = at((proxy.address() as AddressInfo).port);
    this.direct = at(port);
  }

  static async start(): Promise<FaultyS3> {
    const options = { configureBuckets: [{ name: 'aboveboard', configs: [] }], vhostBuckets: false };
    // It checks who signed by what was asked for, and the proxy passes that on as it is.
    const where = { address: '127.0.0.1', port: 0, directory: temporaryFolder(), silent: true };
    const store = new S3rver({ ...where, ...options, allowMismatchedSignatures: true });
    const { port } = await store.run();
    const proxy = createServer();
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    return new FaultyS3(store, port, proxy);
  }

  async stop(): Promise<void> {
    this.#proxy.closeAllConnections();
    this.#proxy.close();
    await this.#store.close();
  }

  async #pass(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const chance = this.#chance;
    const fails = chance() * this.oneIn < 1;
    const fault = fails ? (this.faults[Math.floor(chance() * this.faults.length)] ?? null) : null;
    const { method = '', url = '', headers } = asked;
    this.calls.push({ method, fault });
    const body = await bodyOf(asked);
    if (fault === 'reset') return void asked.socket.destroy();
    if (fault === 'busy') return void answer.writeHead(503).end('<Error><Code>SlowDown</Code></Error>');
    const to = { host: '127.0.0.1', port: this.#port, method, path: url, headers };
    const passed = request(to, async (got) => {
      const bytes = await bodyOf(got);
      if (fault === 'done-and-reset') return void asked.socket.destroy();
      const status = got.statusCode ?? 500;
      const type = got.headers['content-type'];
      const said = fault === 'other-bytes' && bytes.length > 0 ? bytes.subarray(0, -1) : bytes;
      const length = method === 'HEAD' || status === 204 ? {} : { 'content-length': said.length };
      answer.writeHead(status, { ...(type ? { 'content-type': type } : {}), ...length });
      if (fault !== 'cut-off' || said.length === 0) return void answer.end(said);
      answer.write(said.subarray(0, said.length >> 1), () => asked.socket.destroy());
    });
    passed.on('error', () => asked.socket.destroy());
    passed.end(body);
  }
}

async function bodyOf(from: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of from) chunks.push(chunk);
  } catch {
    // Whoever asked is gone.
  }
  return Buffer.concat(chunks);
}
