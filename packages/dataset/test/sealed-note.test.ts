import { describe, expect, it } from 'vitest';
import { openNote, sealNote } from '../src/release/sealed-note.ts';
import { secretOf } from './made-up-release.ts';

const with1 = { secret: secretOf(), subtle: crypto.subtle };
const value = { candidate: { goal: 'Pay the bill of Wendel' }, texts: ['Orders', 'Wendel'] };

describe('what one process of a build leaves for the others', () => {
  it('[REL91] is the same bytes for the same, says nothing of it, and opens to it', async () => {
    const [one, two] = [await sealNote(value, 'note 0', with1), await sealNote(value, 'note 0', with1)];
    expect(one).toEqual(two);
    expect(Buffer.from(one).toString('latin1')).not.toContain('Wendel');
    expect(await openNote(one, 'note 0', with1)).toEqual(value);
  });

  it('[REL91] two contents have no key in common', async () => {
    const one = await sealNote('aaaa', 'note 0', with1);
    const two = await sealNote('bbbb', 'note 0', with1);
    // Under one key and nonce the two would differ where the texts do, and nowhere else.
    const differ = [33, 34, 35, 36].map((at) => (one[at] as number) ^ (two[at] as number));
    expect(differ).not.toEqual([3, 3, 3, 3]);
    expect(one.slice(0, 32)).not.toEqual(two.slice(0, 32));
  });

  it('[REL91] under another name, of another release, cut or changed it does not open', async () => {
    const sealed = await sealNote(value, 'note 0', with1);
    expect(await openNote(sealed, 'note 1', with1)).toBeNull();
    expect(await openNote(sealed, 'note 0', { ...with1, secret: secretOf(9) })).toBeNull();
    expect(await openNote(sealed.slice(0, 20), 'note 0', with1)).toBeNull();
    expect(await openNote(sealed.slice(0, -1), 'note 0', with1)).toBeNull();
    for (const at of [0, 40]) {
      const changed = sealed.slice();
      changed[at] = (changed[at] as number) ^ 1;
      expect(await openNote(changed, 'note 0', with1)).toBeNull();
    }
  });
});
