import type { Fault } from '@aboveboard/protocol/fault';
import type { VaultRefusalCode } from '@aboveboard/protocol/vault-halves';

/** Why the vault kept, gave or destroyed nothing. Nothing in it says anything of a recording that was not asked about. */
export class VaultRefused extends Error {
  override readonly name = 'VaultRefused';
  readonly code: VaultRefusalCode;
  readonly faults: readonly Fault[];
  constructor(code: VaultRefusalCode, message: string, faults: readonly Fault[] = []) {
    super(message);
    this.code = code;
    this.faults = faults;
  }
}
