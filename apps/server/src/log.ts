import { type DestinationStream, type Logger, pino } from 'pino';

export type Log = Logger;

/**
 * One JSON object a line, and only fields that are named here by their callers: a route's pattern and never
 * its path, no addresses, no headers, no ids, handles, tokens or names (test/log.test.ts reads a whole
 * session's log for them).
 */
export function makeLog(level: 'silent' | 'warn' | 'info', destination?: DestinationStream): Log {
  const options = { level, base: null, serializers: { error: plainError } };
  return destination ? pino(options, destination) : pino(options, pino.destination({ fd: 2, sync: false }));
}

/** Which kind of error it was and where it rose. Its message may quote what it choked on. */
function plainError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: typeof error };
  const code = (error as NodeJS.ErrnoException).code;
  const frames = (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 6)
    .map((line) => line.trim().replace(/\(?(file:\/\/)?\/.*\/((?:apps|packages|node_modules)\/)/, '($2'));
  return {
    name: error.name,
    ...(code === undefined ? {} : { code }),
    frames,
    ...(error.cause === undefined ? {} : { cause: plainError(error.cause) }),
  };
}
