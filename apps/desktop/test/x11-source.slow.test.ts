import { describe, test } from 'vitest';
import { sourceContract } from './source-contract.ts';
import { hasXvfb, x11Stage } from './x11-stage.ts';

if (hasXvfb) sourceContract('an X11 server', () => x11Stage());
else describe.skip('an X11 server (Xvfb is not here)', () => void test('needs Xvfb', () => undefined));
