import { recipientOf } from '@aboveboard/vault/envelope';
import { generateHybridIdentity } from 'age-encryption';
import type { GuardianStore } from '../store.ts';

/** What recorders seal the guardian's halves to, made at the first start and never shown (GRD60). */
export async function halfIdentity(store: GuardianStore): Promise<{ identity: string; recipient: string }> {
  const made = await generateHybridIdentity();
  store
    .prepare(`insert into setting (name, value) values ('half identity', ?) on conflict do nothing`)
    .run(Buffer.from(made));
  const row = store.prepare(`select value from setting where name = 'half identity'`).get() as {
    value: Uint8Array;
  };
  const identity = new TextDecoder().decode(row.value);
  return { identity, recipient: await recipientOf(identity) };
}
