import type { Command } from 'commander';
import { type CommandContext, GROUPS } from '../command.ts';

export function register(program: Command, context: CommandContext): void {
  program
    .command('recordings')
    .helpGroup(GROUPS.recordings)
    .summary('list the recordings that are here')
    .description(
      'List the recordings in the data folder: released, imported and of demonstrations. Opens none.',
    )
    .action(async () => {
      const { recordings } = await context.installation();
      const all = [];
      for (let after = ''; ; ) {
        const page = await recordings.list({ after, most: 1000 });
        all.push(...page);
        const last = page.at(-1);
        if (!last || page.length < 1000) break;
        after = last.id;
      }
      context.result({ recordings: all });
      if (all.length === 0) context.print('There are no recordings here.');
      for (const one of all) {
        const task = one.card ? one.card.id : 'in own words';
        const seconds = Math.round(one.durationMilliseconds / 1000);
        context.print(
          [
            one.id,
            one.class.padEnd(13),
            one.week,
            `${seconds} s`.padStart(7),
            `${one.counts.events} events`.padStart(15),
            `${Math.ceil(one.bytes / 1024)} KB`.padStart(9),
            task,
          ].join('  '),
        );
      }
    });
}
