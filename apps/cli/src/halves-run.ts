import { type IdentityFile, identityName } from '@aboveboard/server/keys/identity-file';
import {
  identitiesAt,
  makeIdentity,
  RotationRefused,
  resealAll,
  retireOlder,
} from '@aboveboard/server/vault/identity-rotation';
import { type RotationFolder, takeRotationFolder } from '@aboveboard/server/vault/rotation-folder';
import { type CommandContext, CommandFailure } from './command.ts';

/** The ceremony of another identity of the vault (docs/ceremonies.md; spec/vault.md, VLT100-VLT110). */

export const showIdentities = (context: CommandContext) =>
  inFolder(context, async ({ of, place }) => {
    const file = await identitiesAt(place);
    context.result({ of, identities: file.held.map(shown), retired: file.retired });
    for (const line of inWords(file)) context.print(line);
  });

export const newIdentity = (context: CommandContext) =>
  inFolder(context, async ({ of, place }) => {
    const { recipient, name } = await makeIdentity(place);
    context.result({ of, name, recipient });
    context.print(`The new identity ${name} is made beside the old one. Back it up now.`);
    context.print('');
    context.print(
      of === 'vault'
        ? 'Start the vault. It prints the new recipient: put that into vault-address of the server, and start the server.'
        : 'Start the server: devices are told the new recipient from then on.',
    );
    context.print('Then, with it stopped, seal what is kept anew: aboveboard halves reseal.');
  });

export const resealHalves = (context: CommandContext) =>
  inFolder(context, async ({ of, place }) => {
    const { resealed, already, destroyed } = await resealAll(place, (done) =>
      context.progress(`${done} looked at`),
    );
    context.result({ of, resealed, already, destroyed });
    context.print(`Sealed anew: ${resealed}. For the newest identity already: ${already}.`);
  });

export const retireIdentity = (context: CommandContext) =>
  inFolder(context, async ({ of, place }) => {
    const { retired } = await retireOlder(place, (tried) => context.progress(`${tried} tried`));
    context.result({ of, retired });
    context.print(
      retired.length === 0
        ? 'There is no older identity here.'
        : `Retired and overwritten: ${retired.join(', ')}. Backups that were made before hold it still.`,
    );
  });

async function inFolder(
  context: CommandContext,
  work: (folder: RotationFolder) => Promise<void>,
): Promise<void> {
  const folder = await takeRotationFolder(context.data, Date.now).catch((cause: Error) => {
    throw new CommandFailure(cause.message, { cause });
  });
  try {
    await work(folder);
  } catch (error) {
    if (!(error instanceof RotationRefused)) throw error;
    throw new CommandFailure(error.message, { cause: error });
  } finally {
    folder.release();
  }
}

function shown({ recipient, since, until }: IdentityFile['held'][number]) {
  return { name: identityName(recipient), recipient, since, until };
}

function inWords({ held, retired }: IdentityFile): string[] {
  const day = (time: string | null) => time?.slice(0, 10) ?? 'the beginning';
  return [
    ...held.map(
      ({ recipient, since, until }) =>
        `${identityName(recipient)}  since ${day(since)}${until === null ? ', newest' : `, until ${day(until)}; still opens`}`,
    ),
    ...retired.map(({ name, gone }) => `${name}  retired ${day(gone)}`),
  ];
}
