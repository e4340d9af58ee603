import type { Command } from 'commander';
import { type CommandContext, CommandFailure, GROUPS } from '../command.ts';
import type { MaskingOptions } from '../picture-masking.ts';

export function register(program: Command, context: CommandContext): void {
  const redact = program
    .command('redact')
    .helpGroup(GROUPS.datasets)
    .summary('take personal data out of texts and pictures')
    .description(
      'Read JSON lines {id, text, app?, role?} from standard input and write {id, text, spans: [{start, end, kind, ' +
        'rule}]} to standard output: the text without what belongs to somebody, and where that was in the text as given. ' +
        'With a role, structure decides first, as in a recording: what is no label that everybody has is closed whole. ' +
        'A line that can not be read is told on standard error by its number, and the exit code is 1.',
    )
    .option('--only <set>', 'all, structured (what has a form) or secrets', 'all')
    .option('--phone-plans <countries>', 'also numbers that are valid in these countries’ plans: US,DE')
    .option('--words <file>', 'also these words, one in a line')
    .option('--shipped <file>', 'labels that the application ships, one in a line')
    .action(async (options: { only: string; phonePlans?: string; words?: string; shipped?: string }) => {
      const { redactLines } = await import('../line-redaction.ts');
      const faults = await redactLines(process.stdin, options, {
        line: (text) => context.print(text),
        fault: (line, message) => context.note(`line ${line}: ${message}`),
      });
      if (faults > 0) throw new CommandFailure(`${faults} lines could not be read.`);
    });

  redact
    .command('frame <image>')
    .summary('fill what nobody vouches for in a picture')
    .description(
      'Write a PNG or WebP picture with everything solid but the controls that its accessibility tree vouches for: those ' +
        'whose label the application ships or every application has. Without a tree all of it is solid. The result ' +
        'is decoded again and checked box by box before it is kept.',
    )
    .option('--tree <file>', 'accessibility tree in JSON: role, name, box, children')
    .option('--shipped <file>', 'labels that the application ships, one in a line')
    .option(
      '--ocr',
      'also recognise text, and open words of labels that everybody has; what is in doubt is solid',
    )
    .requiredOption('--out <file>', 'where to write; .png or .webp')
    .action(async (image: string, options: MaskingOptions) => {
      const { maskPicture } = await import('../picture-masking.ts');
      const told = await maskPicture(image, options);
      context.result(told);
      context.print(`picture     ${told.width} x ${told.height}`);
      context.print(`open        ${told.open} boxes, ${(told.openShare * 100).toFixed(1)} % of the pixels`);
      if (told.crops !== undefined)
        context.print(`read        ${told.crops} crops, ${told.unread} of them not`);
      context.print(`checked     ${told.checked} boxes, after decoding what was written`);
    });
}
