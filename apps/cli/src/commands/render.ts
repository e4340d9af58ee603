import { type Command, InvalidArgumentError } from 'commander';
import { type CommandContext, CommandFailure, GROUPS } from '../command.ts';
import { GRANT_OPTION } from '../grant-option.ts';

export function register(program: Command, context: CommandContext): void {
  program
    .command('render <id>')
    .helpGroup(GROUPS.datasets)
    .summary('draw one frame of a recording')
    .description(
      'Draw the masked state of a recording at an instant as a PNG, in headless Chromium. The opening is ' +
        'written to the access journal first.',
    )
    .requiredOption('--at <seconds>', 'seconds since the recording began', seconds)
    .option('--surface <number>', 'which tab or window; the first unless given', wholeNumber, 0)
    .option('--out <file>', 'the PNG to write', 'frame.png')
    .option('--tree', 'print the interface tree at that instant as JSON')
    .option(...GRANT_OPTION)
    .option('--no-bars', 'without the browser’s tabs and address above the page')
    .action(
      async (
        id: string,
        options: { at: number; surface: number; out: string; tree?: boolean; bars: boolean; grant?: string },
      ) => {
        const { writeFile } = await import('node:fs/promises');
        const { openForReading } = await import('../opened-recording.ts');
        const { FrameRenderer } = await import('@aboveboard/server/rendering/frame-renderer');
        const recording = await openForReading(context, id, { kind: 'rendering', grant: options.grant });
        const t = Math.round((options.at * 1e6) / recording.manifest.clock.tickMicroseconds);
        const renderer = await FrameRenderer.start({ bars: options.bars });
        const want = { surface: options.surface, t, tree: options.tree === true };
        const [frame] = await Array.fromAsync(renderer.render(recording, [want])).finally(() =>
          renderer.close(),
        );
        if (!frame) {
          throw new CommandFailure(
            `Nothing is known of surface ${options.surface} at ${options.at} s: it had no state then.`,
          );
        }
        await writeFile(options.out, frame.png);
        const { width, height, viewport, ratio, tree } = frame;
        context.result({ file: options.out, width, height, viewport, ratio, ...(tree ? { tree } : {}) });
        context.print(`${options.out}: ${width} x ${height} pixels`);
        if (tree) context.print(JSON.stringify(tree, null, 2));
      },
    );
}

function seconds(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new InvalidArgumentError('Seconds are a number from 0 on.');
  return value;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('A surface is a whole number.');
  return Number(text);
}
