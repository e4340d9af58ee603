import { randomBytes } from 'node:crypto';
import { type Agreement, PARTY_ROLES, type PartyRole } from '@aboveboard/consent/agreement';
import { agreementStatement, signStatement } from '@aboveboard/consent/agreement-signing';
import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import { demonstrationAgreement } from '@aboveboard/consent/demonstration';
import type { RulesStatement } from '@aboveboard/consent/rules-statement';
import { ed25519Key } from '@aboveboard/tlog/ed25519';
import { mlDsa44Key } from '@aboveboard/tlog/ml-dsa-44';
import { type NoteSigner, textSigner } from '@aboveboard/tlog/signer';
import { formatVerifierKey } from '@aboveboard/tlog/verifier-key';
import { makeLog } from '../src/log.ts';
import { makeRulesLog, type RulesLog } from '../src/logs/rules-log.ts';
import { type StartedServer, type StartOptions, startServer } from '../src/start.ts';
import { temporaryFolder } from './server.ts';

/** An installation that is no demonstration, on a port of its own, without an agreement. */
export function startProduction(options: Partial<StartOptions> = {}): Promise<StartedServer> {
  return startServer({ data: temporaryFolder(), demo: false, port: 0, log: makeLog('silent'), ...options });
}

/** Three parties with keys of their own, who sign a production agreement into the server's log of rules. */
export class Parties {
  readonly signers: ReadonlyMap<PartyRole, readonly NoteSigner[]>;
  readonly #rules: Pick<RulesLog, 'submit'>;

  /** What they enter comes as from the route for stewards, whose sign-in is tested elsewhere. */
  constructor(server: StartedServer | Pick<RulesLog, 'submit'>) {
    this.#rules = 'submit' in server ? server : makeRulesLog(server.installation.inner.logs.rules);
    this.signers = new Map(
      PARTY_ROLES.map((role) => {
        const name = `${role}.works.example`;
        const seed = () => new Uint8Array(randomBytes(32));
        return [role, [textSigner(name, ed25519Key(seed())), textSigner(name, mlDsa44Key(seed()))]];
      }),
    );
  }

  async agree(origins: readonly string[], change: (agreement: Agreement) => void = () => undefined) {
    const made = await demonstrationAgreement({ origins, now: Date.now(), subtle: crypto.subtle });
    const agreement: Agreement = {
      ...made.agreement,
      id: 'works',
      class: 'production',
      coolingMinutes: 24 * 60,
      recorders: [{ name: 'aboveboard-extension', version: '0.1.0', digest: 'ab'.repeat(32) }],
    };
    for (const party of agreement.parties) {
      party.keys = (this.signers.get(party.role) ?? []).map(({ key }) => formatVerifierKey(key));
    }
    change(agreement);
    await this.enter(canonicalBytes(agreement));
    const statement = await agreementStatement(agreement, crypto.subtle);
    for (const role of PARTY_ROLES) await this.say(statement, role);
    return { agreement, attachments: made.attachments };
  }

  async say(statement: RulesStatement, role: PartyRole = 'representative'): Promise<void> {
    await this.enter(await signStatement(statement, this.signers.get(role) ?? []));
  }

  async enter(entry: Uint8Array): Promise<void> {
    await this.#rules.submit(entry);
  }
}
