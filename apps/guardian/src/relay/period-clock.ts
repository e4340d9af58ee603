/** Calls `ended` at each end of a period, periods being counted from the epoch (RLY20). One call at a time. */
export function startPeriodClock(parts: {
  /** Asked before each period; the length may change when the server's does. */
  periodMilliseconds: () => Promise<number>;
  ended: () => Promise<void>;
}): { stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  async function run(): Promise<void> {
    while (!stopped) {
      const period = await parts.periodMilliseconds();
      const wait = period - (Date.now() % period);
      await new Promise<void>((resolve) => {
        timer = setTimeout(resolve, wait);
      });
      if (!stopped) await parts.ended();
    }
  }

  void run();
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
