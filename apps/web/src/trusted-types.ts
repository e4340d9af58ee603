/**
 * The one policy that the pages' own rules allow (IDN61): the address of a worker that was built with the page. Text
 * never becomes markup or script, whoever asks. First of all that runs, so that nobody makes this policy before.
 */
type Policies = {
  createPolicy(name: string, rules: { createScriptURL(address: string): string }): unknown;
};

export function allowBuiltWorkers(page: { trustedTypes?: Policies; location: { origin: string } }): void {
  page.trustedTypes?.createPolicy('default', {
    createScriptURL(address) {
      const { origin, pathname } = new URL(address, page.location.origin);
      if (origin === page.location.origin && /^\/assets\/[\w.-]+\.js$/.test(pathname)) return address;
      throw new TypeError('This is no worker of this page.');
    },
  });
}
