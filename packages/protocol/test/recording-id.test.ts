import { describe, expect, it } from 'vitest';
import { freshRecordingId } from '../src/recording-id.ts';

describe('fresh ids', () => {
  it('[REC4] are 16 bytes in base64url, and never look like an option of a command', () => {
    const draws = [new Uint8Array(16).fill(0xfb), new Uint8Array(16).fill(0x41)];
    expect(freshRecordingId(() => draws.shift() as Uint8Array)).toBe('QUFBQUFBQUFBQUFBQUFBQQ');
    for (let i = 0; i < 2000; i++) {
      const id = freshRecordingId((length) => crypto.getRandomValues(new Uint8Array(length)));
      expect(id).toMatch(/^[A-Za-z0-9_][A-Za-z0-9_-]{21}$/);
    }
  });
});
