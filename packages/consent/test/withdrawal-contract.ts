import { describe, expect, it } from 'vitest';
import type { Withdrawal, WithdrawalEffect } from '../src/withdrawal.ts';

type Place = { withdrawal: Withdrawal; known: ReadonlyMap<string, WithdrawalEffect['state']> };

/** What every withdrawal must do (spec/consent.md, CON30-CON32). */
export function withdrawalContract(name: string, make: () => Promise<Place>): void {
  describe(`withdrawal: ${name}`, () => {
    it('[CON30] says for each recording what follows, in the order asked', async () => {
      const { withdrawal, known } = await make();
      const ids = [...known.keys()];
      const effects = await withdrawal.effects(ids);
      expect(effects.map((effect) => effect.id)).toEqual(ids);
      for (const effect of effects) {
        expect(effect.state).toBe(known.get(effect.id));
        expect([...effect.undone, ...effect.remains].length).toBeGreaterThan(0);
        for (const sentence of [...effect.undone, ...effect.remains])
          expect(sentence).toMatch(/^[A-Z].*\.$/s);
      }
    });

    it('[CON31] promises nothing of a recording that it does not know', async () => {
      const { withdrawal } = await make();
      const [effect] = await withdrawal.effects(['nowhere']);
      expect(effect).toMatchObject({ id: 'nowhere', state: 'unknown', undone: [] });
      expect(effect?.remains).not.toEqual([]);
      expect(await withdrawal.effects([])).toEqual([]);
    });

    it('[CON32] says that models which were trained do not forget (T22)', async () => {
      const { withdrawal, known } = await make();
      for (const effect of await withdrawal.effects([...known.keys()])) {
        if (effect.state !== 'in-datasets') continue;
        expect(effect.remains.join(' ')).toMatch(/model/);
      }
    });
  });
}
