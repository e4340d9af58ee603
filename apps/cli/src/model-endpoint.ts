import { lookup } from 'node:dns/promises';
import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { InsideAddresses } from '@aboveboard/server/inside-addresses';
import { CommandFailure, UsageError } from './command.ts';

export const MOST_ANSWERED = 2 ** 20;
const TRIES = 4;
const LONGEST_WAIT_SECONDS = 60;
const PROXY = /^(?:https?|all)_proxy$/i;

export type ModelEndpoint = {
  /**
   * The body of the answer to a POST; null: there is none after all tries (MEP10, MEP11). Throws CommandFailure where it must not or can't
   * be asked; then nothing was sent.
   */
  post(body: unknown): Promise<string | null>;
};

export type EndpointOptions = {
  url: string;
  inside: InsideAddresses;
  headers: Readonly<Record<string, string>>;
  /** A certificate authority of the organisation, PEM. */
  ca?: string;
  plainHttp?: boolean;
  timeoutMs?: number;
  env?: Readonly<Record<string, string | undefined>>;
  /** All addresses of a name; the system's own unless given. */
  resolve?: (host: string) => Promise<readonly string[]>;
  pause?: (ms: number) => Promise<unknown>;
};

type Address = { host: string; family: 4 | 6 };
type Answer = { status: number; retryAfter: number; text: string | null };

/** An endpoint inside the organisation, and no other (spec/model-endpoint.md). Throws UsageError for an address that is none. */
export function modelEndpoint(options: EndpointOptions): ModelEndpoint {
  const { inside, plainHttp = false, env = process.env, resolve = addressesOf, pause = wait } = options;
  const url = endpointUrl(options.url);
  return {
    async post(body) {
      const proxy = Object.keys(env).find((name) => PROXY.test(name) && env[name]);
      if (proxy)
        throw new CommandFailure(
          `Refused by MEP4: ${proxy} is set, and through a proxy nobody knows where it goes. Unset it for this command.`,
        );
      const sent = Buffer.from(JSON.stringify(body));
      for (let tried = 1; ; tried++) {
        const to = await checkedAddress(url, { inside, plainHttp, resolve });
        const answer = await posted(url, to, sent, options);
        if (answer?.text != null) return answer.text;
        const isRetried = answer === null || answer.status >= 500 || answer.status === 429;
        if (!isRetried) throw refusal(answer);
        if (tried === TRIES) return null;
        const seconds = answer?.status === 429 || answer?.status === 503 ? answer.retryAfter : 0;
        await pause(1000 * Math.min(seconds || 2 ** (tried - 1), LONGEST_WAIT_SECONDS));
      }
    },
  };
}

function endpointUrl(address: string): URL {
  const url = URL.parse(address);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw new UsageError('The endpoint is an http or https address.');
  if (url.username || url.password || url.hash)
    throw new UsageError(
      'The address of the endpoint has no user, password or fragment; a key goes into a file.',
    );
  return url;
}

/** Resolved anew for each request: a name can move (MEP1). */
async function checkedAddress(
  url: URL,
  { inside, plainHttp, resolve }: Required<Pick<EndpointOptions, 'inside' | 'plainHttp' | 'resolve'>>,
): Promise<Address> {
  const host = bareHost(url);
  const found = await resolve(host).catch(() => []);
  const [first] = found;
  if (first === undefined) throw new CommandFailure(`The endpoint's name (${host}) has no address here.`);
  const outside = found.find((address) => !inside.has(address));
  if (outside !== undefined)
    throw new CommandFailure(
      `Refused by MEP1: ${host} is at ${outside}, outside of the organisation. Nothing was sent. List it with --inside if it is inside.`,
    );
  if (url.protocol === 'http:' && !plainHttp && !found.every((address) => inside.isLoopback(address)))
    throw new CommandFailure(
      'Refused by MEP5: beyond this computer an endpoint is https. --plain-http sends what is asked in the clear.',
    );
  return { host: first, family: first.includes(':') ? 6 : 4 };
}

function bareHost({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

async function addressesOf(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

/** Null: the connection broke, took too long, or said too much. `text` only of a success. */
function posted(
  url: URL,
  to: Address,
  body: Uint8Array,
  { headers, ca, timeoutMs = 120_000 }: EndpointOptions,
): Promise<Answer | null> {
  const isTls = url.protocol === 'https:';
  return new Promise((resolve) => {
    let hasBegun = false;
    const request = (isTls ? requestHttps : requestHttp)(
      {
        method: 'POST',
        // The address that was checked: between check and connection the name could have moved.
        host: to.host,
        family: to.family,
        port: url.port || (isTls ? 443 : 80),
        path: `${url.pathname}${url.search}`,
        // Of its own: the global one may know a proxy.
        agent: isTls ? new HttpsAgent({ keepAlive: false }) : new HttpAgent({ keepAlive: false }),
        headers: {
          ...headers,
          host: url.host,
          'content-type': 'application/json',
          'content-length': body.length,
        },
        ...(isTls ? { servername: isIP(bareHost(url)) ? '' : bareHost(url) } : {}),
        ...(ca === undefined ? {} : { ca }),
      },
      (response) => {
        hasBegun = true;
        void textOf(response).then((text) => {
          const status = response.statusCode ?? 0;
          const retryAfter = Number(response.headers['retry-after']) || 0;
          if (text === null) resolve(null);
          else resolve({ status, retryAfter, text: status >= 200 && status < 300 ? text : null });
        });
      },
    );
    // Of the whole exchange: a server that drips would reset one for silence.
    const timer = setTimeout(() => request.destroy(), timeoutMs);
    request.once('close', () => {
      clearTimeout(timer);
      if (!hasBegun) resolve(null);
    });
    request.on('error', () => resolve(null));
    request.end(body);
  });
}

async function textOf(response: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > MOST_ANSWERED) {
        response.destroy();
        return null;
      }
      chunks.push(chunk);
    }
  } catch {
    return null;
  }
  return response.complete ? Buffer.concat(chunks).toString('utf8') : null;
}

function refusal({ status }: Answer): CommandFailure {
  if (status >= 300 && status < 400)
    return new CommandFailure(
      `Refused by MEP3: the endpoint sends elsewhere (${status}). Nothing went there; give the address itself.`,
    );
  const hint = status === 401 || status === 403 ? ' Is the key right?' : '';
  return new CommandFailure(`The endpoint answered ${status}.${hint}`);
}
