import type { Installation } from '@aboveboard/server/installation';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import type { CommandContext } from '../src/command.ts';
import { COMMANDS } from '../src/commands.ts';
import { openForReading } from '../src/opened-recording.ts';

const GRANT = '5a'.repeat(16);
const ASKER = 'a1'.repeat(16);

/** An installation that has two recordings and one grant, and tells for whom something was opened. */
function asked(classOf: 'own' | 'demonstration') {
  const purposes: { kind: string; by: string }[] = [];
  const installation = {
    recordings: { known: async () => [{ id: 'one', class: classOf }] },
    grants: { askerOf: async (id: string) => (id === GRANT ? ASKER : null) },
    journal: {
      beforeRead: async (purpose: { kind: string; by: string }) => {
        purposes.push(purpose);
        throw new Error('far enough');
      },
    },
    inner: { policy: { witnesses: [] } },
  } as unknown as Installation;
  const context = { installation: async () => installation } as unknown as CommandContext;
  const open = async (grant?: string) => {
    await expect(openForReading(context, 'one', { kind: 'rendering', grant })).rejects.toThrow();
    return purposes.splice(0);
  };
  return { open, context };
}

describe('a command that opens one recording', () => {
  it('[ACC14] reads what was released for who asked for the grant, and without one for nobody', async () => {
    const { open } = asked('own');
    expect(await open(GRANT)).toEqual([{ kind: 'rendering', by: `researcher:${ASKER}` }]);
    expect(await open()).toEqual([{ kind: 'rendering', by: 'researcher:command' }]);
    // An id of no grant reads nothing under another name.
    expect(await open('00'.repeat(16))).toEqual([]);
  });

  it('[ACC14] reads what nobody released for the operator, and under no grant', async () => {
    const { open, context } = asked('demonstration');
    expect(await open()).toEqual([{ kind: 'rendering', by: 'operator' }]);
    await expect(openForReading(context, 'one', { kind: 'rendering', grant: GRANT })).rejects.toThrow(
      'Nobody released this recording',
    );
  });

  it('every one takes a grant', () => {
    const program = new Command();
    for (const register of COMMANDS) register(program, {} as CommandContext);
    for (const name of ['show', 'render', 'env', 'export']) {
      const flags = program.commands.find((one) => one.name() === name)?.options.map(({ long }) => long);
      expect(flags, name).toContain('--grant');
    }
  });
});
