import { execFile } from 'node:child_process';

// `node tools/dependency-audit.ts`: asks the registry which known holes what ships has. Exits with 1 and names them where one is high or
// critical, with 0 where there is none, with 3 where the registry did not answer: that is not "none" (T14).

export type Audit =
  | { answered: false; why: string }
  | { answered: true; holes: { name: string; severity: string; title: string; address: string }[] };

const GRAVE = ['high', 'critical'];

/** `said`: what `npm audit --json` printed. Anything but a whole report is no answer. */
export function readAudit(said: string): Audit {
  let report: Report;
  try {
    report = JSON.parse(said) as Report;
  } catch {
    return { answered: false, why: 'what npm printed is no report' };
  }
  const { vulnerabilities: counts } = report?.metadata ?? {};
  if (typeof report?.vulnerabilities !== 'object' || typeof counts?.['total'] !== 'number')
    return { answered: false, why: String(report?.message ?? 'npm printed no report').split(' - ')[0] ?? '' };
  const grave = Object.values(report.vulnerabilities).filter(({ severity }) => GRAVE.includes(severity));
  const counted = GRAVE.reduce((sum, severity) => sum + (counts[severity] ?? 0), 0);
  if (counted !== grave.length) return { answered: false, why: 'the report contradicts itself' };
  const holes = grave.map(({ name, severity, via }) => {
    const told = via.find((one) => typeof one === 'object');
    return { name, severity, title: told?.title ?? 'through what it needs', address: told?.url ?? '' };
  });
  return { answered: true, holes };
}

type Report = {
  message?: string;
  vulnerabilities?: Record<
    string,
    { name: string; severity: string; via: (string | { title: string; url: string })[] }
  >;
  metadata?: { vulnerabilities?: Record<string, number> };
} | null;

if (import.meta.main) {
  const flags = ['audit', '--omit=dev', '--json', '--fetch-retries=0', '--fetch-timeout=30000'];
  const said = await new Promise<string>((resolve) => {
    execFile('npm', flags, { timeout: 60_000, maxBuffer: 1 << 26 }, (_error, stdout) => resolve(stdout));
  });
  const audit = readAudit(said);
  if (!audit.answered) {
    console.log(`Not audited: ${audit.why}`);
    process.exitCode = 3;
  } else {
    for (const { name, severity, title, address } of audit.holes)
      console.log(`${severity}: ${name}: ${title} ${address}`.trim());
    if (audit.holes.length === 0) console.log('No known hole that is high or critical.');
    process.exitCode = audit.holes.length > 0 ? 1 : 0;
  }
}
