import { expect, test } from 'vitest';
import { type Bus, readWindowTree } from '../src/atspi/window-tree-reader.ts';
import { DBusFault, DBusSilence } from '../src/dbus/values.ts';

const PLACE = { x: 100, y: 80, width: 300, height: 200 };
const SHOWING = [(1 << 25) | (1 << 30), 0];
const BUTTON = 43;
const PASSWORD = 40;

/** An application without a cache: a window with a button and a place for a password. */
function application(answers: { role: (path: string) => number | Error }): Bus {
  return {
    async call({ path, member }) {
      switch (member) {
        case 'GetChildren':
          if (path === '/root') return [[[':1.5', '/window']]];
          return [path === '/window' ? ['/button', '/secret'].map((child) => [':1.5', child]) : []];
        case 'GetExtents':
          return [[PLACE.x, PLACE.y, PLACE.width, PLACE.height]];
        case 'GetRole': {
          const role = answers.role(path);
          if (role instanceof Error) throw role;
          return [role];
        }
        case 'GetState':
          return [SHOWING];
        case 'Get':
          return [{ signature: 's', value: path }];
        default:
          throw new DBusFault('refused: no such interface');
      }
    },
  };
}
const read = (bus: Bus) => readWindowTree(bus, { name: ':1.5', path: '/root' }, PLACE, PLACE);
const roleOf = (path: string) => (path === '/secret' ? PASSWORD : BUTTON);

test('[DSK102] a tree of which a part did not answer is none: it may be a place for a password (T8)', async () => {
  expect((await read(application({ role: roleOf })))?.children).toHaveLength(2);
  const silent = application({
    role: (path) => (path === '/secret' ? new DBusSilence('no answer in time') : BUTTON),
  });
  await expect(read(silent)).rejects.toThrow(DBusSilence);
});

test('[DSK102] what is gone when it is asked is left out', async () => {
  const gone = application({
    role: (path) => (path === '/button' ? new DBusFault('refused') : roleOf(path)),
  });
  expect((await read(gone))?.children.map(({ key }) => key)).toEqual(['/secret']);
});
