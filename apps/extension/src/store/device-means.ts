import type { DeviceMeans } from '@aboveboard/capture/line/device-means';

export const DEVICE_MEANS: DeviceMeans = {
  random: (length) => crypto.getRandomValues(new Uint8Array(length)),
  subtle: crypto.subtle,
};
