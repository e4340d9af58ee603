import { policyText } from '@aboveboard/consent/policy-change';
import { ed25519Key } from '@aboveboard/tlog/ed25519';
import { verifierKey } from '@aboveboard/tlog/verifier-key';

/** One witness of a made-up log gets another key. */
export function madeUpChange(): { from: string; to: string } {
  const key = (n: number) => ed25519Key(new Uint8Array(32).fill(n)).publicKey;
  const log = { key: verifierKey('works.example/rules', 'ed25519', key(1)), url: null };
  const witnessed = (name: string, n: number) => {
    const witness = { name: 'guardian', key: verifierKey(name, 'ed25519-cosignature', key(n)), url: null };
    return policyText({ logs: [log], witnesses: [witness], groups: [], quorum: 'guardian' });
  };
  return { from: witnessed('guardian/before', 2), to: witnessed('guardian/after', 3) };
}
