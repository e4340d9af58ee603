import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Agreement, PARTY_ROLES, type PartyRole } from '@aboveboard/consent/agreement';
import { signStatement } from '@aboveboard/consent/agreement-signing';
import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import { demonstrationAgreement } from '@aboveboard/consent/demonstration';
import { formatPartySecret } from '@aboveboard/consent/party-secret';
import { parseStatement, type RulesStatement } from '@aboveboard/consent/rules-statement';
import { ed25519Key } from '@aboveboard/tlog/ed25519';
import { mlDsa44Key } from '@aboveboard/tlog/ml-dsa-44';
import { type NoteSigner, textSigner } from '@aboveboard/tlog/signer';
import { formatVerifierKey } from '@aboveboard/tlog/verifier-key';
import { Encrypter } from 'age-encryption';
import { aboveboard, PASSPHRASE, type RunningInstallation } from './installation.ts';
import { StewardPages } from './steward-pages.ts';

/**
 * The three stewards of a new installation. Each has keys of its own in a sealed file. The first version they sign
 * on their pages (steward-pages.ts), later ones with the command, as on a machine without a network; what comes out
 * is carried to the server under one session.
 */
export class Stewards {
  readonly #folder: string;
  readonly #server: string;
  readonly #token: string;
  readonly #signers: ReadonlyMap<PartyRole, readonly NoteSigner[]>;
  #files = 0;
  /** Entries of the log up to the last that one of them entered. */
  size = 0;

  private constructor(
    folder: string,
    server: string,
    token: string,
    signers: ReadonlyMap<PartyRole, readonly NoteSigner[]>,
  ) {
    this.#folder = folder;
    this.#server = server;
    this.#token = token;
    this.#signers = signers;
  }

  /** Each makes its keys, which nobody else has. */
  static async of(installation: RunningInstallation, folder: string): Promise<Stewards> {
    await mkdir(folder);
    const signers = new Map<PartyRole, readonly NoteSigner[]>();
    for (const role of PARTY_ROLES) {
      const name = `${role}.works.example`;
      const [ed25519, mlDsa44] = [new Uint8Array(randomBytes(32)), new Uint8Array(randomBytes(32))];
      const sealer = new Encrypter();
      sealer.setPassphrase(PASSPHRASE);
      // The least that age takes: what these keys sign binds nobody.
      sealer.setScryptWorkFactor(12);
      const secret = formatPartySecret({ name, ed25519, mlDsa44 });
      await writeFile(join(folder, `${role}.key`), await sealer.encrypt(secret));
      signers.set(role, [textSigner(name, ed25519Key(ed25519)), textSigner(name, mlDsa44Key(mlDsa44))]);
    }
    const code = aboveboard('--data', installation.data, '--json', 'code', '--role', 'representative');
    const response = await fetch(`${installation.url}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code: (JSON.parse(code) as { code: string }).code }),
    });
    const { token } = (await response.json()) as { token: string };
    return new Stewards(folder, installation.url, token, signers);
  }

  /** The first version, drafted, read and signed on the pages. Its files are put where the server finds them. */
  async found(installation: RunningInstallation, origins: readonly string[]): Promise<Agreement> {
    const given = await demonstrationAgreement({ origins, now: Date.now(), subtle: crypto.subtle });
    const parties = given.agreement.parties.map((party) => ({
      ...party,
      keys: this.#publicKeys(party.role),
    }));
    const draft: Agreement = { ...given.agreement, parties };
    const attachments = join(installation.data, 'agreement', 'attachments');
    await mkdir(attachments, { recursive: true });
    for (const [name, bytes] of given.attachments) await writeFile(join(attachments, name), bytes);
    const pages = await StewardPages.open(installation, this.#folder);
    try {
      this.size = await pages.agree(draft);
    } finally {
      await pages.close();
    }
    return draft;
  }

  #publicKeys(role: PartyRole): string[] {
    return (this.#signers.get(role) ?? []).map(({ key }) => formatVerifierKey(key));
  }

  /** Draft, difference, three signatures offline, publication. */
  async agree(before: Agreement, next: Agreement): Promise<{ difference: string }> {
    const [older, document] = [await this.#file(before), await this.#file(next)];
    const difference = aboveboard('agreement', 'diff', older, document);
    await this.enter(canonicalBytes(next));
    for (const role of PARTY_ROLES) await this.enter(await this.#signed(role, document));
    return { difference };
  }

  async revoke(role: PartyRole, agreement: Agreement): Promise<void> {
    await this.enter(await this.#signed(role, await this.#file(agreement), '--revoke'));
  }

  async suspend(role: PartyRole, agreement: Agreement, reason: string): Promise<void> {
    await this.enter(await this.#signed(role, await this.#file(agreement), '--suspend', reason));
  }

  /** What the guardian prepared for the representative to sign. */
  async state(text: string): Promise<RulesStatement> {
    const statement = parseStatement(text);
    if (!statement.ok) throw new Error(`no statement: ${JSON.stringify(statement.faults)}`);
    await this.enter(await signStatement(statement.value, this.#signers.get('representative') ?? []));
    return statement.value;
  }

  async enter(entry: Uint8Array): Promise<void> {
    const response = await fetch(`${this.#server}/api/logs/rules/entries`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/octet-stream' },
      body: entry as Uint8Array<ArrayBuffer>,
    });
    if (!response.ok) throw new Error(`the log took no entry: ${await response.text()}`);
    this.size = ((await response.json()) as { index: number }).index + 1;
  }

  async #signed(role: PartyRole, document: string, ...how: string[]): Promise<Uint8Array> {
    const note = join(this.#folder, `${++this.#files}.note`);
    const key = join(this.#folder, `${role}.key`);
    aboveboard('agreement', 'sign', document, '--key', key, '--out', note, ...how);
    return new Uint8Array(await readFile(note));
  }

  async #file(agreement: Agreement): Promise<string> {
    const path = join(this.#folder, `${++this.#files}.json`);
    await writeFile(path, canonicalBytes(agreement));
    return path;
  }
}
