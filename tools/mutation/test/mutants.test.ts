import { describe, expect, it } from 'vitest';
import { mutantsOf, mutated } from '../mutants.ts';

const changed = (text: string) => mutantsOf('a.ts', text).map((mutant) => mutated(text, mutant));

describe('mutants', () => {
  it('are small wrong changes, one at a time', () => {
    expect(changed('if (a === 1) b();')).toEqual([
      'if (true) b();',
      'if (false) b();',
      'if (a !== 1) b();',
      'if (a === 1) ;',
    ]);
    expect(changed('const x = a <= b && !c;')).toEqual([
      'const x = a <= b || !c;',
      'const x = a < b && !c;',
      'const x = a <= b && c;',
    ]);
    expect(changed('const x = a.some(f) ?? true;')).toEqual([
      'const x = a.some(f) && true;',
      'const x = a.every(f) ?? true;',
      'const x = a.some(f) ?? false;',
    ]);
    expect(changed('const x = a.filter(f);')).toEqual(['const x = a;']);
  });

  it('leave types, imports and the conditions of loops alone', () => {
    expect(changed(`import a from 'a';\ntype A = true | false;\nfor (let i = a; i; ) {}`)).toEqual([]);
  });

  it('say where they are', () => {
    expect(mutantsOf('a.ts', 'a;\nawait b();').map(({ line, was }) => [line, was])).toEqual([
      [2, 'await b();'],
    ]);
  });
});
