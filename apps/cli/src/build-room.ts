import { CommandFailure } from './command.ts';

/** Gives a full disk its name (REL122); of any other error nothing is said here. */
export function roomSaid(error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new CommandFailure('There is no room left where the release is built. Make room and run it again.', {
    cause: error,
  });
}
