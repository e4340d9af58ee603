import { deflateRawSync } from 'node:zlib';
import { RRWEB_FULL_SNAPSHOT, RRWEB_META, type StateItem } from '@aboveboard/protocol/state';
import { encodeStates } from '@aboveboard/protocol/state-segment';

const SOURCES: Record<number, string> = {
  0: 'mutations',
  3: 'scrolls',
  4: 'sizes',
  5: 'inputs',
  8: 'style rules',
  13: 'style declarations',
  15: 'adopted sheets',
};

/** What takes the bytes: each part's items of one kind by themselves, deflated as the part is. */
export function profile(parts: readonly StateItem[][]): Record<string, { items: number; bytes: number }> {
  const found: Record<string, { items: number; bytes: number }> = {};
  for (const part of parts) {
    for (const [kind, items] of Map.groupBy(part, kindOf)) {
      const entry = found[kind] ?? { items: 0, bytes: 0 };
      found[kind] = entry;
      entry.items += items.length;
      entry.bytes += deflateRawSync(encodeStates(items)).length;
    }
  }
  return found;
}

function kindOf({ event }: StateItem): string {
  if (event.type === RRWEB_META) return 'meta';
  if (event.type === RRWEB_FULL_SNAPSHOT) return 'full states';
  const { data } = event;
  if (data.source !== 0) return SOURCES[data.source] ?? 'others';
  if (data.isAttachIframe) return 'documents of frames';
  const sheet = data.adds.some(
    ({ node }) => node.type === 2 && typeof node.attributes['_cssText'] === 'string',
  );
  if (sheet) return 'mutations with a style sheet';
  return data.adds.length > 0 ? 'mutations that add' : 'mutations of what is there';
}
