import { type Plan, planFileOf, planOf } from './draft.ts';

/**
 * A plan in the fragment of an address, which browsers send to nobody. Anybody can write such a link: what comes
 * out of it is bounded, and read like a file.
 */
const MOST_BYTES = 2_000_000;
const MARK = '#plan=';

export async function linkOf(plan: Plan, page: string): Promise<string> {
  const json = new TextEncoder().encode(JSON.stringify(planFileOf(plan)));
  const packed = await through(json, new CompressionStream('deflate-raw'));
  return `${page.split('#')[0]}${MARK}${packed.toBase64({ alphabet: 'base64url', omitPadding: true })}`;
}

/** Null: the fragment holds no plan, or one that cannot be read. */
export async function planInFragment(fragment: string): Promise<Plan | null> {
  if (!fragment.startsWith(MARK)) return null;
  try {
    const packed = Uint8Array.fromBase64(fragment.slice(MARK.length), { alphabet: 'base64url' });
    const json = await through(packed, new DecompressionStream('deflate-raw'));
    return planOf(JSON.parse(new TextDecoder().decode(json)));
  } catch {
    return null;
  }
}

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  stream: CompressionStream | DecompressionStream,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.length;
    if (length > MOST_BYTES) {
      await reader.cancel();
      throw new RangeError('a plan is not this large');
    }
    chunks.push(part.value);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
