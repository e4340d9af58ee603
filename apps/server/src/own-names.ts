/** The names under which a browser may come: the address itself, this computer's, and those that were given. */
export function hostsOf(address: string, port: number, names: readonly string[]): Set<string> {
  const own = [address, '127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${port}`);
  return new Set([...own, ...names].map((name) => name.toLowerCase()));
}

/** Where a browser that came by an address finds this server under a name, which passkeys need (IDN20). */
export function nameAddress(names: readonly string[], own: { port: number; secure: boolean }): string {
  const [name] = names;
  if (name !== undefined) return `https://${name.replace(/:443$/, '')}`;
  return `${own.secure ? 'https' : 'http'}://localhost:${own.port}`;
}
