import { type Command, InvalidArgumentError } from 'commander';
import { type CommandContext, CommandFailure, GROUPS } from '../command.ts';
import type { OfflineOptions } from '../offline-check.ts';

const POLICY = 'whose logs and witnesses you trust (c2sp.org/tlog-policy)';

export function register(program: Command, context: CommandContext): void {
  const log = program
    .command('log')
    .helpGroup(GROUPS.logs)
    .summary('check a log, and make proofs of its entries')
    .description(
      'Check the logs of an installation without trusting it. WHERE is an address (https://.../log/rules, ' +
        'https://.../log/uses) or a folder with a copy: checkpoint and tile/.',
    );

  log
    .command('verify <where>')
    .summary('signatures, quorum, every entry and tile')
    .description(
      'Read a whole log and check it: the signature of its checkpoint, the quorum of witnesses, every entry against ' +
        'every tile and the signed root. With --since also that it continues a checkpoint that you kept.',
    )
    .requiredOption('--policy <file>', POLICY)
    .option('--since <file>', 'a checkpoint that you kept from earlier')
    .option(
      '--evidence <file>',
      'where both heads go if they contradict each other (default: that of --since, .fork)',
    )
    .action(async (where: string, options: { policy: string; since?: string; evidence?: string }) => {
      const { verifyLog } = await import('../log-check.ts');
      await verifyLog(where, options, context);
    });

  log
    .command('proof <where>')
    .summary('a file that shows offline that an entry is in the log')
    .description(
      'Write a .tlog-proof of one entry, by its index or by a file with its bytes. Together with the entry and a ' +
        'policy, "aboveboard verify" checks it on any computer, without a network.',
    )
    .requiredOption('--policy <file>', POLICY)
    .option('--index <number>', 'which entry; the first is 0', wholeNumber)
    .option('--entry <file>', 'the bytes of the entry')
    .requiredOption('--out <file>', 'the proof, by custom ENTRY.tlog-proof')
    .option('--entry-out <file>', 'write the bytes of the entry here too')
    .action(
      async (
        where: string,
        options: { policy: string; index?: number; entry?: string; out: string; entryOut?: string },
      ) => {
        const { proveEntry } = await import('../log-check.ts');
        await proveEntry(where, options, context);
      },
    );

  log
    .command('policy <server>')
    .summary('whose logs and witnesses count now, from the enrolment file on')
    .description(
      'Follow the rules log of a server from what recorders were enrolled with, over every change of keys, and write the policy that ' +
        'counts now, for the other commands here. The server is believed in nothing.',
    )
    .requiredOption('--enrolment <file>', 'the enrolment file that recorders are set up with')
    .requiredOption('--out <file>', 'the policy')
    .action(async (server: string, options: { enrolment: string; out: string }) => {
      const { followPolicy } = await import('../followed-trust.ts');
      await followPolicy(server, options, context);
    });

  log
    .command('fork <file>')
    .summary('what a file of two heads shows')
    .description(
      'Check offline what a guardian or "log verify --since" kept of two heads of one log: are both signed by the log, ' +
        'and can they both be true? If not, the log showed two histories, and this file shows it to anyone.',
    )
    .requiredOption('--policy <file>', POLICY)
    .action(async (file: string, options: { policy: string }) => {
      const { showFork } = await import('../fork-check.ts');
      await showFork(file, options, context);
    });

  log
    .command('fsck [where]')
    .summary('all faults of a log: missing, torn or changed entries and tiles')
    .description(
      'Walk a whole log and list everything that is missing or is not what the entries hash to. Without WHERE: both ' +
        'logs of the installation in the data folder. It trusts the checkpoint, unless --policy is given.',
    )
    .option('--policy <file>', POLICY)
    .action(async (where: string | undefined, options: { policy?: string }) => {
      const { checkLog, counts } = await import('../log-check.ts');
      const { faultLines } = await import('../trust-file.ts');
      const reports = [];
      for (const [name, source] of await sources(where, context)) {
        reports.push(await checkLog(name, source, options, context));
      }
      context.result(
        reports.map((report) => ({ name: report.name, ...counts(report), faults: report.faults })),
      );
      for (const report of reports) {
        context.print(
          `${report.name.padEnd(10)}  ${report.entries} entries, ${report.tiles} tiles, ` +
            `${report.bytes.toLocaleString('en-US')} bytes, ${report.faultCount} faults`,
        );
        if (report.faultCount > 0) context.note(faultLines(report.faults));
      }
      const faults = reports.reduce((sum, { faultCount }) => sum + faultCount, 0);
      if (faults > 0) throw new CommandFailure(`The log is faulty (${faults}).`);
      context.print('No faults.');
    });

  program
    .command('verify <file>')
    .helpGroup(GROUPS.logs)
    .summary('check a proof or a receipt offline')
    .description(
      'Check without a network. FILE is a .tlog-proof: is its entry (the file of the same name without that ending, or ' +
        '--entry) in a log that was signed and witnessed as your policy asks? Or FILE is the receipt of a consent: does ' +
        'everything in it hold? What could not be checked is said.',
    )
    .option('--policy <file>', POLICY)
    .option('--entry <file>', 'of a proof: the bytes of the entry')
    .option('--agreement <file>', 'of a receipt: the document of the agreement')
    .option('--at <time>', 'of a receipt: as of this time, 2027-01-31T12:00:00Z; now, if not given', instant)
    .action(async (file: string, options: OfflineOptions) => {
      const { verifyFile } = await import('../offline-check.ts');
      await verifyFile(file, options, context);
    });
}

async function sources(where: string | undefined, context: CommandContext) {
  if (where !== undefined) {
    const { logSource } = await import('../log-source.ts');
    return [['log', logSource(where)] as const];
  }
  const { storedLog } = await import('@aboveboard/tlog/stored-log');
  const { inner } = await context.installation();
  return Object.values(inner.logs).map((log) => [log.name, storedLog(log.storage)] as const);
}

function instant(text: string): number {
  const at = Date.parse(text);
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) || Number.isNaN(at)) {
    throw new InvalidArgumentError('A time such as 2027-01-31T12:00:00Z.');
  }
  return at;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new InvalidArgumentError('A whole number from 0.');
  return value;
}
