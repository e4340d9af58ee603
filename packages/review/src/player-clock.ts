/** What a player needs of a window's time. Passed in, so that tests can drive it. */
export type PlayerClock = {
  /** Milliseconds, never going back. */
  now(): number;
  /** Calls once before the next picture; the function it gives takes the call back. */
  frame(call: () => void): () => void;
  /** Resolves when there is nothing better to do. */
  idle(): Promise<void>;
};

export function windowClock(window: Window): PlayerClock {
  return {
    now: () => window.performance.now(),
    frame(call) {
      const id = window.requestAnimationFrame(() => call());
      return () => window.cancelAnimationFrame(id);
    },
    idle: () =>
      new Promise((resolve) => {
        if ('requestIdleCallback' in window) window.requestIdleCallback(() => resolve(), { timeout: 200 });
        else (window as Window).setTimeout(resolve, 16);
      }),
  };
}
