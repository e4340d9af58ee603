import { type Command, Option } from 'commander';
import { type CommandContext, GROUPS } from '../command.ts';
import { GRANT_OPTION } from '../grant-option.ts';
import { portNumber } from '../port-number.ts';

export function register(program: Command, context: CommandContext): void {
  program
    .command('env <id>')
    .helpGroup(GROUPS.datasets)
    .summary('serve a recorded task again as an offline environment')
    .description(
      'Serve a recorded task to an agent: each of its actions is matched to what was recorded and answered ' +
        'with the next state (spec/environment.md). Nothing is executed. The opening is written to the access ' +
        'journal first. Listens on this computer only; ends with Ctrl+C.',
    )
    .option('--port <number>', 'port to listen on; 0 takes a free one', portNumber, 4871)
    .option(...GRANT_OPTION)
    .option('--no-bars', 'without the browser’s tabs and address above the page')
    .addOption(
      new Option(
        '--window <kind>',
        'standard: of a standard size, as exports at the level release are; recorded: as it was',
      )
        .choices(['standard', 'recorded'])
        .default('standard'),
    )
    .action(async (id: string, options: { port: number; bars: boolean; window: string; grant?: string }) => {
      const { openForReading } = await import('../opened-recording.ts');
      const { FrameRenderer } = await import('@aboveboard/server/rendering/frame-renderer');
      const { renderedFrames } = await import('@aboveboard/server/rendering/rendered-frames');
      const { replayTask } = await import('@aboveboard/server/environment/task-replay');
      const { environmentApp } = await import('@aboveboard/server/environment/environment-app');
      const { serveUntilStopped } = await import('../loopback-server.ts');
      const recording = await openForReading(context, id, { kind: 'environment', grant: options.grant });
      const renderer = await FrameRenderer.start({ bars: options.bars });
      context.progress('drawing the states …');
      const frames = renderedFrames(renderer, recording, { tree: true });
      const standard = options.window === 'standard';
      const task = await replayTask(recording, frames, { standard }).finally(() => renderer.close());
      await serveUntilStopped(environmentApp(task).fetch, options.port, (url) => {
        context.result({ url, instruction: task.instruction, nodes: task.observations.size });
        context.print(`${task.instruction}`);
        context.print(`${task.observations.size} states, ${task.steps.length} actions, at ${url}`);
      });
    });
}
