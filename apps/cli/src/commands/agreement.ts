import type { Command } from 'commander';
import type { SignOptions } from '../agreement-file.ts';
import { type CommandContext, GROUPS } from '../command.ts';
import type { SayOptions } from '../statement-signing.ts';

export function register(program: Command, context: CommandContext): void {
  const agreement = program
    .command('agreement')
    .helpGroup(GROUPS.logs)
    .summary('read, compare and sign an agreement, also on a machine without a network')
    .description(
      'Read, compare and sign an agreement. None of these needs a network, a server or a data folder, so that a party ' +
        'can keep its key on a machine that never sees one.',
    );

  agreement
    .command('show <document>')
    .summary('what it says, in words')
    .description(
      'Say in words what an agreement says, made from the document itself. With --note: who signed it.',
    )
    .option('--note <files...>', 'notes with signatures: are all there that have to be?')
    .action(async (document: string, { note }: { note?: string[] }) => {
      const { showAgreement } = await import('../agreement-file.ts');
      await showAgreement(document, note ? { notes: note } : {}, context);
    });

  agreement
    .command('check <document>')
    .summary('what it opens that somebody should look at again')
    .description(
      'Say whether a document is an agreement at all, and hold what it opens in each application against a table of what is ' +
        'often opened without being meant: e-mail, conversations, fields, whole pages. Exit code 1 if anything is found.',
    )
    .action(async (document: string) => {
      const { checkAgreement } = await import('../agreement-file.ts');
      await checkAgreement(document, context);
    });

  agreement
    .command('diff <older> <newer>')
    .summary('what changed between two versions, in words')
    .description('Say in words what changed, and what of it each contributor has to agree to anew.')
    .action(async (older: string, newer: string) => {
      const { diffAgreements } = await import('../agreement-file.ts');
      await diffAgreements(older, newer, context);
    });

  agreement
    .command('key <file>')
    .summary('make the keys of a party, or show the public half')
    .description(
      'With --name: make two fresh keys, Ed25519 and ML-DSA-44, in a new file that a passphrase seals. Without: show the ' +
        'public halves of a key file, which go into the document.',
    )
    .option('--name <name>', 'what they sign under: council.works.example')
    .addHelpText('after', PASSPHRASE)
    .action(async (file: string, { name }: { name?: string }) => {
      const { makePartyKey, openPartyKey } = await import('../party-key-file.ts');
      const key = name === undefined ? await openPartyKey(file) : await makePartyKey(file, name);
      context.result({ name: key.name, keys: key.verifierKeys });
      for (const one of key.verifierKeys) context.print(one);
    });

  agreement
    .command('sign <document>')
    .summary('sign it with a key in a file; or revoke or suspend it')
    .description(
      'Sign a version of an agreement for the party whose keys it names. What comes out is a note for the rules log: ' +
        'carry it to a machine that reaches the server.',
    )
    .requiredOption('--key <file>', 'the party’s keys, from "aboveboard agreement key"')
    .requiredOption('--out <file>', 'the note')
    .option('--revoke', 'revoke this version instead; any party can, alone')
    .option('--suspend <reason>', 'suspend it instead: restructuring, breach, control-failed')
    .addHelpText('after', PASSPHRASE)
    .action(async (document: string, options: SignOptions) => {
      const { signAgreement } = await import('../agreement-file.ts');
      await signAgreement(document, options, context);
    });

  agreement
    .command('say <statement>')
    .summary('sign a statement that was prepared for a party, such as a change of keys')
    .description(
      'Sign what "aboveboard rotate begin" or the guardian’s page prepared, and say in words what it is. What comes out is a ' +
        'note for the rules log, as with "sign".',
    )
    .requiredOption('--key <file>', 'the party’s keys, from "aboveboard agreement key"')
    .requiredOption('--out <file>', 'the note')
    .addHelpText('after', PASSPHRASE)
    .action(async (statement: string, options: SayOptions) => {
      const { signSaid } = await import('../statement-signing.ts');
      await signSaid(statement, options, context);
    });
}

const PASSPHRASE = `
The passphrase is asked for at the terminal, or taken from ABOVEBOARD_PASSPHRASE.`;
