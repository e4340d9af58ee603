import type { PartLabel, PartSealer } from '../src/part.ts';

/** No secrecy, only what tests need of a sealer: it refuses other labels and changed bytes. */
export const taggingSealer: PartSealer = {
  async seal(plain, label) {
    const tag = await tagOf(plain, label);
    const sealed = new Uint8Array(tag.length + plain.length);
    sealed.set(tag);
    sealed.set(plain, tag.length);
    return sealed;
  },
  async open(sealed, label) {
    const plain = sealed.slice(32);
    const tag = await tagOf(plain, label);
    if (!tag.every((byte, i) => byte === sealed[i])) throw new Error('not sealed under this label');
    return plain;
  },
};

async function tagOf(plain: Uint8Array, { recording, index, kind }: PartLabel): Promise<Uint8Array> {
  const head = new TextEncoder().encode(`${recording} ${index} ${kind}\n`);
  const all = new Uint8Array(head.length + plain.length);
  all.set(head);
  all.set(plain, head.length);
  return new Uint8Array(await crypto.subtle.digest('SHA-256', all));
}
