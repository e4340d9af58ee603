/**
 * What no agreement can open (T8, T18): the browser's own pages, extensions, places where passwords are
 * kept, file dialogs. The list of password managers is a second net under masking and under the short
 * allow-list; it can't know a manager that an organisation hosts under a name of its own.
 */
const PASSWORD_MANAGERS: readonly string[] = [
  '1password.com',
  '1password.eu',
  '1password.ca',
  'bitwarden.com',
  'bitwarden.eu',
  'lastpass.com',
  'dashlane.com',
  'keepersecurity.com',
  'keepersecurity.eu',
  'nordpass.com',
  'pass.proton.me',
  'passwords.google.com',
  'roboform.com',
  'enpass.io',
  'passbolt.com',
];

/** Pages that a browser treats as its own although they have a web origin. */
const BROWSER_HOSTS: readonly string[] = [
  'chromewebstore.google.com',
  'addons.mozilla.org',
  'microsoftedge.microsoft.com',
];

const HOSTS: readonly string[] = [...PASSWORD_MANAGERS, ...BROWSER_HOSTS];

const DESKTOP_NAMES =
  /keepass|1password|bitwarden|lastpass|dashlane|enpass|nordpass|seahorse|kwallet|gcr-prompter|pinentry|polkit|credential|file-?chooser|file-?dialog|open-?file|save-?file|xdg-desktop-portal|gpg-agent|ssh-askpass|lock-?screen|screensaver/i;

/** `origin` as the browser serialises it. Opaque origins (`null`) are not here: no allow-list can name them. */
export function neverRecordedOrigin(origin: string): boolean {
  const known = verdicts.get(origin);
  if (known !== undefined) return known;
  const never = judgeOrigin(origin);
  if (verdicts.size >= VERDICTS_LIMIT) verdicts.clear();
  verdicts.set(origin, never);
  return never;
}
// Asked at every decision about the same few origins; a verdict depends on the text alone.
const verdicts = new Map<string, boolean>();
const VERDICTS_LIMIT = 1000;

function judgeOrigin(origin: string): boolean {
  if (origin === 'null') return false;
  if (!URL.canParse(origin)) return true;
  const { protocol, hostname: spelled } = new URL(origin);
  if (protocol !== 'https:' && protocol !== 'http:') return true;
  // The same host with the root's dot behind it.
  const hostname = spelled.replace(/\.$/, '');
  return HOSTS.some((host) => hostname === host || hostname.endsWith(`.${host}`));
}

export function neverRecordedProgram(executable: string, windowClass: string): boolean {
  return DESKTOP_NAMES.test(executable) || DESKTOP_NAMES.test(windowClass);
}
