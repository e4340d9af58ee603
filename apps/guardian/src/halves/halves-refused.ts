import type { Fault } from '@aboveboard/protocol/fault';
import type { HalvesRefusalCode } from '@aboveboard/protocol/guardian-halves';

/** Why nothing was given, kept or destroyed. Nothing in it says anything of a recording that was not asked about. */
export class HalvesRefused extends Error {
  override readonly name = 'HalvesRefused';
  readonly code: HalvesRefusalCode;
  readonly faults: readonly Fault[];
  constructor(code: HalvesRefusalCode, message: string, faults: readonly Fault[] = []) {
    super(message);
    this.code = code;
    this.faults = faults;
  }
}
