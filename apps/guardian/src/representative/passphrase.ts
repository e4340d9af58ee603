import {
  createCipheriv,
  createDecipheriv,
  randomBytes,
  type ScryptOptions,
  scrypt as scryptWithCallback,
} from 'node:crypto';
import { promisify } from 'node:util';
import { recipientOf } from '@aboveboard/vault/envelope';
import { generateHybridIdentity } from 'age-encryption';
import { type GuardianStore, inTransaction } from '../store.ts';
import { ActRefused } from '../voice/voice-refused.ts';

/**
 * The representative's passphrase, and the identity that opens words under it (GRD40, GRD50-GRD52): whoever
 * has the disk has neither. No hash of the passphrase is kept; it is right if it opens the identity.
 */
export type Passphrase = {
  isSet(): boolean;
  /** age recipient that words are sealed to; null until it is set. */
  recipient(): string | null;
  /** Once. Throws ActRefused for one that is set, or too short. */
  set(passphrase: string): Promise<void>;
  /** The identity; null: another passphrase. */
  open(passphrase: string): Promise<string | null>;
};

export const PASSPHRASE_LEAST = 12;
const PASSPHRASE_MOST = 1_000;
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const COST: ScryptOptions = { N: 2 ** 16, r: 8, p: 1, maxmem: 128 * 1024 * 1024 };
const ABOUT = Buffer.from('aboveboard representative v1');

const derive = promisify<string, Uint8Array, number, ScryptOptions, Buffer>(scryptWithCallback);

export function makePassphrase(store: GuardianStore): Passphrase {
  const read = store.prepare('select value from setting where name = ?');
  const insert = store.prepare('insert into setting (name, value) values (?, ?)');
  const setting = (name: string) => (read.get(name) as { value: Uint8Array } | undefined)?.value ?? null;

  return {
    isSet: () => setting('words identity') !== null,
    recipient() {
      const value = setting('words recipient');
      return value && new TextDecoder().decode(value);
    },
    async set(passphrase) {
      if (passphrase.length < PASSPHRASE_LEAST || passphrase.length > PASSPHRASE_MOST) {
        throw new ActRefused(
          `A passphrase has at least ${PASSPHRASE_LEAST} characters: four or five words are good.`,
        );
      }
      const identity = await generateHybridIdentity();
      const salt = randomBytes(SALT_BYTES);
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', await keyOf(passphrase, salt), nonce).setAAD(ABOUT);
      const sealed = Buffer.concat([cipher.update(identity, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      const recipient = await recipientOf(identity);
      inTransaction(store, () => {
        if (setting('words identity') !== null) throw new ActRefused('A passphrase was set before.');
        insert.run('words identity', Buffer.concat([salt, nonce, sealed]));
        insert.run('words recipient', Buffer.from(recipient));
      });
    },
    async open(passphrase) {
      const kept = setting('words identity');
      if (!kept || passphrase.length > PASSPHRASE_MOST) return null;
      const salt = kept.subarray(0, SALT_BYTES);
      const nonce = kept.subarray(SALT_BYTES, SALT_BYTES + NONCE_BYTES);
      const sealed = kept.subarray(SALT_BYTES + NONCE_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', await keyOf(passphrase, salt), nonce)
        .setAAD(ABOUT)
        .setAuthTag(sealed.subarray(-TAG_BYTES));
      try {
        return decipher.update(sealed.subarray(0, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
      } catch {
        return null;
      }
    },
  };
}

/** As typed on any keyboard: what looks alike is alike. */
async function keyOf(passphrase: string, salt: Uint8Array): Promise<Buffer> {
  return derive(passphrase.normalize('NFKC'), salt, 32, COST);
}
