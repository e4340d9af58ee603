const MOST_PATHS = 10_000;

/** Addresses of a foreign source's pages (IMP33): origins stay unless they name a machine, paths are numbered. */
export class ForeignAddresses {
  readonly #paths = new Map<string, string>();

  place(href: unknown): { origin: string; path: string } {
    const url = typeof href === 'string' ? URL.parse(href) : null;
    if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
      return { origin: 'page://foreign', path: '/' };
    }
    const { hostname, pathname, search, hash } = url;
    const isMachine = !hostname.includes('.') || /^\[|^[\d.]+$|\.(local|lan|home|internal)$/i.test(hostname);
    const key = `${pathname}${search}${hash}`;
    const path = this.#paths.get(key) ?? `/p${this.#paths.size + 1}`;
    if (this.#paths.size < MOST_PATHS) this.#paths.set(key, path);
    return { origin: isMachine ? 'https://host.invalid' : url.origin, path };
  }
}
