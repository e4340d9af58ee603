import type { RhythmWait } from '@aboveboard/capture/line/relay-rhythm';

export const RELAY_ALARM = 'relay';
/** Of what is said to the guardian itself, at times of its own. */
export const VOICE_ALARM = 'voice';
/** A wait that is shorter is waited out by the worker itself; alarms of the browser are not that exact. */
const WAITED_OUT = 25_000;

/** Its alarm rings also when the browser ended the worker meanwhile; whoever hears it wakes the rhythm. */
export function alarmWait(alarm: typeof RELAY_ALARM | typeof VOICE_ALARM): RhythmWait {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    async until(at, wake) {
      await chrome.alarms.create(alarm, { when: Math.max(at, Date.now() + 500) });
      const wait = at - Date.now();
      clearTimeout(timer);
      if (wait < WAITED_OUT) timer = setTimeout(wake, Math.max(0, wait));
    },
    async clear() {
      clearTimeout(timer);
      await chrome.alarms.clear(alarm);
    },
  };
}
