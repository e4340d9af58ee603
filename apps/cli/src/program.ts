import { Command, Option } from 'commander';
import { COMMANDS } from './commands.ts';
import { defaultDataFolder } from './default-data.ts';
import { makeOpenedData } from './opened-data.ts';
import { makeSession, type Streams } from './session.ts';

/** The command `aboveboard`: options that every command has, the commands in their groups, exit codes. */
export function makeProgram(options: Streams & { version: string }): {
  run(args: string[]): Promise<number>;
} {
  const { version, stdout, stderr } = options;

  async function run(args: string[]): Promise<number> {
    const program = new Command('aboveboard');
    const session = makeSession(
      options,
      () => program.opts<{ data: string; json?: boolean }>(),
      makeOpenedData(),
    );
    program
      .description('Record how people use computers, with their consent and under rules that they co-sign.')
      .version(version, '-V, --version', 'the version')
      .helpOption('-h, --help', 'this text, or that of a command')
      .addOption(
        new Option('--data <dir>', 'data folder of the installation').default(
          defaultDataFolder(),
          'see below',
        ),
      )
      .option('--json', 'print one JSON document and nothing else')
      .helpCommand(false)
      .showSuggestionAfterError()
      .exitOverride()
      .configureOutput({
        writeOut: (text) => void stdout.write(text),
        writeErr: (text) => void stderr.write(text),
      })
      .addHelpText('after', AFTER_HELP);
    for (const register of COMMANDS) register(program, session.context);
    for (const command of program.commands) {
      command.exitOverride().copyInheritedSettings(program);
      command.helpOption('-h, --help', 'this text');
    }
    if (args.length === 0) {
      program.outputHelp({ error: true });
      return 2;
    }
    try {
      await program.parseAsync(args, { from: 'user' });
      return 0;
    } catch (error) {
      return session.failed(error);
    } finally {
      await session.close();
    }
  }

  return { run };
}

const AFTER_HELP = `
The data folder is ./.data where there is one, else one for you alone; ABOVEBOARD_DATA names another.
Exit codes: 0 done, 1 it could not be done, 2 wrong usage.

Begin with:  aboveboard start --demo`;
