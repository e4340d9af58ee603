import { MemorySource } from '../src/memory-source.ts';
import { type SourceStage, sourceContract } from './source-contract.ts';

sourceContract('in memory', async (): Promise<SourceStage> => {
  let clock = 1_000_000;
  const source = new MemorySource(() => clock++);
  const windows = new Map<string, number>();
  const id = (name: string) => windows.get(name) as number;
  const key = { letter: { key: 'printable' }, enter: { key: 'navigation', name: 'Enter' } } as const;
  return {
    source,
    now: () => clock,
    addWindow: async (name, place) => {
      const owner = { executable: '/usr/bin/example', windowClass: name };
      windows.set(name, source.addWindow(owner, place));
    },
    moveWindow: async (name, place) => source.moveWindow(id(name), place),
    removeWindow: async (name) => source.removeWindow(id(name)),
    focus: async (name) => source.focus(id(name)),
    movePointer: async (x, y) => source.movePointer(x, y),
    click: async () => {
      source.press(0);
      source.release(0);
    },
    type: async (which) => {
      source.key({ kind: 'keydown', ...key[which] });
      source.key({ kind: 'keyup', ...key[which] });
    },
    die: async () => source.die(),
    end: () => source.close(),
  };
});
