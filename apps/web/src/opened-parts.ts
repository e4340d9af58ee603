import { RecordingError } from '@aboveboard/protocol/fault';
import { parseManifest } from '@aboveboard/protocol/manifest-check';
import type { PartSealer, PartStore } from '@aboveboard/protocol/part';
import { DEFAULT_LIMITS } from '@aboveboard/protocol/recording-limits';
import { webDeflate } from '@aboveboard/protocol/web-deflate';
import { client } from './client.ts';

/** The n-th recording of an access as a reader takes it: the server opens each part when it is asked for. */
export async function openedParts(
  access: string,
  n: number,
): Promise<{ store: PartStore; sealer: PartSealer }> {
  const last = await client.openedManifest(access, n);
  const parsed = parseManifest(await webDeflate.inflate(last, DEFAULT_LIMITS.inflatedBytes));
  if (!parsed.ok) throw new RecordingError(parsed.faults);
  const { parts } = parsed.value;
  const readOnly = async () => {
    throw new TypeError('an opened recording is not written to');
  };
  return {
    store: {
      put: readOnly,
      async get(index) {
        if (index === parts.length) return { kind: 'manifest', sealed: last };
        const part = parts[index];
        return part ? { kind: part.kind, sealed: await client.openedPart(access, n, index) } : null;
      },
      list: async () => [
        ...parts.map(({ index, kind, bytes }) => ({ index, kind, bytes })),
        { index: parts.length, kind: 'manifest' as const, bytes: last.length },
      ],
    },
    // What the server sends is open already.
    sealer: { seal: readOnly, open: async (bytes) => bytes },
  };
}
