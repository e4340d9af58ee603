import type { FaultKey } from '../wire/panel-message.ts';

/** Why a command of the panel did not do what it was for; `detail` is a sentence that is shown as it is. */
export class CommandFault extends Error {
  override readonly name = 'CommandFault';
  readonly key: FaultKey;
  readonly detail: string | undefined;
  constructor(key: FaultKey, detail?: string) {
    super(key);
    this.key = key;
    this.detail = detail;
  }
}
