import { readFile, writeFile } from 'node:fs/promises';
import { fingerprint, parseEnrolment } from '@aboveboard/consent/enrolment-file';
import { type CommandContext, CommandFailure, UsageError } from './command.ts';

export type BrowserPolicyFlags = { id: string; updates: string; out: string };

/** The browser's policy that installs the recorder and brings the enrolment (spec/enrolment.md, ENR24, ENR27; T18). */
export async function makeBrowserPolicy(
  enrolment: string,
  flags: BrowserPolicyFlags,
  context: CommandContext,
): Promise<void> {
  const { id, updates, out } = flags;
  if (!/^[a-p]{32}$/.test(id)) throw new UsageError('An extension’s id is 32 letters from a to p.');
  if (!isSafeAddress(updates)) {
    throw new UsageError(
      'The update manifest’s address begins with https:// (on this computer also http://127.0.0.1).',
    );
  }
  const bytes = await readFile(enrolment).catch((cause) => {
    throw new UsageError(`${enrolment} can’t be read.`, { cause });
  });
  const parsed = parseEnrolment(bytes);
  if (!parsed.ok) {
    const faults = parsed.faults.map(({ rule, at, message }) => `  ${rule} at ${at}: ${message}`);
    throw new CommandFailure(`${enrolment} is no enrolment that a recorder takes:\n${faults.join('\n')}`);
  }
  const policy = browserPolicy({ id, updates, enrolment: new TextDecoder().decode(bytes) });
  await writeFile(out, `${JSON.stringify(policy, null, 2)}\n`, { flag: 'wx' }).catch((cause) => {
    throw new CommandFailure(`${out} can’t be written, or is there already.`, { cause });
  });
  const print = await fingerprint(bytes, crypto.subtle);
  context.result({ out, id, class: parsed.value.file.class, sha256: print.replaceAll(' ', '') });
  context.print(`${out}: goes into /etc/chromium/policies/managed, or /etc/opt/chrome/policies/managed.`);
  context.print(`SHA-256 of the enrolment, as each recorder shows it: ${print}`);
}

/** `force_installed` is what the browser calls `admin`; pinned, so that she sees whether it records. */
function browserPolicy(given: { id: string; updates: string; enrolment: string }) {
  const install = {
    installation_mode: 'force_installed',
    update_url: given.updates,
    // Later versions come from there too, whatever a package says of itself (T24).
    override_update_url: true,
    toolbar_pin: 'force_pinned',
  };
  return {
    ExtensionSettings: { [given.id]: install },
    '3rdparty': { extensions: { [given.id]: { enrolment: given.enrolment } } },
  };
}

/** What the browser installs and updates without a question is not to be changed on the way. */
function isSafeAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && hostname === '127.0.0.1');
}
