import { describe, expect, it } from 'vitest';
import type { Commitment } from '../src/commitment.ts';

/** What every commitment scheme must do (spec/consent.md, CON20-CON22). */
export function commitmentContract(
  name: string,
  make: () => Promise<{
    scheme: Commitment;
    opens(commitment: Uint8Array, nonce: Uint8Array, bytes: Uint8Array): Promise<boolean>;
  }>,
): void {
  describe(`commitment: ${name}`, () => {
    const bytes = new TextEncoder().encode('released');

    it('[CON22] opens with its nonce and its bytes, and with no others', async () => {
      const { scheme, opens } = await make();
      const { commitment, nonce } = await scheme.make(bytes);
      expect([commitment.length, nonce.length]).toEqual([32, 32]);
      expect(await opens(commitment, nonce, bytes)).toBe(true);
      expect(await opens(commitment, new Uint8Array(32), bytes)).toBe(false);
      expect(await opens(commitment, nonce, bytes.subarray(1))).toBe(false);
      expect(await opens(commitment.subarray(1), nonce, bytes)).toBe(false);
      expect(await opens(commitment, nonce.subarray(1), bytes)).toBe(false);
    });

    it('[CON21] the same bytes twice give two commitments', async () => {
      const { scheme } = await make();
      const made = await Promise.all(Array.from({ length: 20 }, () => scheme.make(bytes)));
      expect(new Set(made.map((one) => Buffer.from(one.commitment).toString('hex'))).size).toBe(20);
      expect(new Set(made.map((one) => Buffer.from(one.nonce).toString('hex'))).size).toBe(20);
    });
  });
}
