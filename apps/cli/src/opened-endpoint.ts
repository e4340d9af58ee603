import { readFile, stat } from 'node:fs/promises';
import {
  ENDPOINT_DIALECTS,
  ENDPOINT_STYLES,
  type EndpointDialect,
} from '@aboveboard/dataset/model/endpoint-dialect';
import { type InsideAddresses, insideAddresses } from '@aboveboard/server/inside-addresses';
import { UsageError } from './command.ts';
import { type ModelEndpoint, modelEndpoint } from './model-endpoint.ts';

export type EndpointAsked = {
  /** Its base; what its style adds comes behind. */
  endpoint: string;
  style: string;
  /** A file that nobody else may read (MEP12). */
  key?: string;
  inside: readonly string[];
  ca?: string;
  plainHttp?: boolean;
  timeoutMs: number;
};

/** As a command was told of it. Throws UsageError; nothing is sent before it is asked something. */
export async function openEndpoint(
  asked: EndpointAsked,
): Promise<{ endpoint: ModelEndpoint; dialect: EndpointDialect }> {
  const style = ENDPOINT_STYLES.find((one) => one === asked.style);
  if (style === undefined) throw new UsageError(`--style is one of ${ENDPOINT_STYLES.join(', ')}.`);
  const dialect = ENDPOINT_DIALECTS[style];
  const key = asked.key === undefined ? null : await keyIn(asked.key);
  const ca = asked.ca === undefined ? undefined : await readFile(asked.ca, 'utf8').catch(() => null);
  if (ca === null) throw new UsageError('--ca is no file.');
  const endpoint = modelEndpoint({
    url: asked.endpoint.replace(/\/+$/, '') + dialect.path,
    inside: networks(asked.inside),
    headers: dialect.headers(key),
    plainHttp: asked.plainHttp === true,
    timeoutMs: asked.timeoutMs,
    ...(ca === undefined ? {} : { ca }),
  });
  return { endpoint, dialect };
}

async function keyIn(path: string): Promise<string> {
  const found = await stat(path).catch(() => null);
  if (!found?.isFile()) throw new UsageError('--key is no file.');
  if (process.platform !== 'win32' && (found.mode & 0o077) !== 0)
    throw new UsageError('Others than you can read the file of --key. Run: chmod 600 on it.');
  const key = (await readFile(path, 'utf8')).trim();
  // A line break in a header would end it.
  if (!/^[\x21-\x7e]{1,4096}$/.test(key)) throw new UsageError('The file of --key holds no key.');
  return key;
}

function networks(listed: readonly string[]): InsideAddresses {
  try {
    return insideAddresses(listed);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(`--inside: ${error.message}.`);
  }
}
