import type { Command } from 'commander';
import type { CommandContext } from '../command.ts';

/** `aboveboard dataset builds|pause|resume|cancel`: releases that workers build (spec/release.md, REL95). */
export function addBuilds(dataset: Command, context: CommandContext): void {
  dataset
    .command('builds')
    .description('Releases that are or were built by workers: how far each is, and why it stopped')
    .action(async () => {
      const { shownBuilds } = await import('../release-builds.ts');
      const builds = await shownBuilds(context);
      context.result({ builds });
      for (const { id, name, version, state, begunOn, steps, problem } of builds) {
        const left = steps.waiting + steps.taken;
        const open = left > 0 ? `, ${steps.taken} steps under way, ${steps.waiting} wait` : '';
        context.print(`${id}  ${name} ${version}  ${state}, begun on ${begunOn}${open}`);
        if (problem !== null) for (const line of problem.split('\n')) context.print(`  ${line}`);
      }
      if (builds.length === 0) context.print('No release was built by workers.');
    });

  for (const [word, says] of [
    ['pause', 'Let no worker take a step of a build; those that are under way end'],
    ['resume', 'Let workers take steps of a build that was paused'],
    ['cancel', 'End a build; nothing of it stays'],
  ] as const)
    dataset
      .command(`${word} <build>`)
      .description(`${says}. A build is named by the beginning of its id (\`dataset builds\`).`)
      .action(async (build: string) => {
        const { changeBuild } = await import('../release-builds.ts');
        const { id, name, version, state } = await changeBuild(context, build, word);
        context.result({ id, name, version, state });
        context.print(`${name} ${version}  ${state}`);
      });
}
