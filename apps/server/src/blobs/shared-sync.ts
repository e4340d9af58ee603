/**
 * Runs `work` for a key at most once at a time; who asks while it runs shares the next run. So what a caller
 * did before asking is always covered by a run that began after it, and a hundred callers cost two runs.
 */
export function makeShared(work: (key: string) => Promise<void>): (key: string) => Promise<void> {
  const lanes = new Map<string, { running: Promise<void>; next: Promise<void> | null }>();

  function begin(key: string): Promise<void> {
    const lane = { running: work(key), next: null };
    lanes.set(key, lane);
    const settle = () => {
      if (lanes.get(key) === lane && lane.next === null) lanes.delete(key);
    };
    lane.running.then(settle, settle);
    return lane.running;
  }

  return (key) => {
    const lane = lanes.get(key);
    if (!lane) return begin(key);
    lane.next ??= lane.running.catch(() => undefined).then(() => begin(key));
    return lane.next;
  };
}
