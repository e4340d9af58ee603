import { InvalidArgumentError } from 'commander';

/** A port as it is typed; 0 asks for any that is free. */
export function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535) throw new InvalidArgumentError('A port is a number up to 65535.');
  return port;
}
