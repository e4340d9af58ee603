import { expect, it } from 'vitest';
import { formatPartySecret, parsePartySecret } from '../src/party-secret.ts';

const secret = {
  name: 'council.works.example',
  ed25519: new Uint8Array(32).fill(1),
  mlDsa44: new Uint8Array(32).fill(2),
};

it('reads what it wrote, and nothing else', () => {
  const text = formatPartySecret(secret);
  expect(parsePartySecret(text)).toEqual(secret);
  for (const other of [
    '',
    text.replace('v1', 'v2'),
    text.replace('council.works.example', 'a+b'),
    text.replace(/^ed25519 .*$/m, 'ed25519 AAAA'),
    text.replace(/^ml-dsa-44 .*\n/m, ''),
  ]) {
    expect(parsePartySecret(other)).toBeNull();
  }
  expect(() => formatPartySecret({ ...secret, name: 'two words' })).toThrow(RangeError);
});
