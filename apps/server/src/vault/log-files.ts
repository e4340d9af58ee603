import { limitedBody } from '../keys/limited-body.ts';

/** A log's checkpoint, tile or bundle (tlog-tiles); null: it is not there. Throws when the server does not say. */
export type ReadLogFile = (
  log: 'rules' | 'uses',
  path: string,
  limit: number,
) => Promise<Uint8Array<ArrayBuffer> | null>;

const PATIENCE = 20_000;

/** From the server at this origin, which is believed in nothing. */
export function logFilesOf(origin: string): ReadLogFile {
  return async (log, path, limit) => {
    const signal = AbortSignal.timeout(PATIENCE);
    const response = await fetch(`${origin}/log/${log}/${path}`, { redirect: 'error', signal });
    if (response.status === 404) return null;
    if (!response.ok) throw new Error('the server does not serve its log');
    return new Uint8Array(await limitedBody(response.body, limit));
  };
}
