import { expect, test } from 'vitest';
import { whyNot } from '../src/platform.ts';

test('[DSK70] says where it can not record, and why', () => {
  expect(whyNot('linux', { DISPLAY: ':7' })).toBeNull();
  expect(whyNot('linux', { DISPLAY: ':7.0', XDG_SESSION_TYPE: 'x11' })).toBeNull();
  expect(whyNot('linux', { DISPLAY: ':7', WAYLAND_DISPLAY: 'wayland-0' })).toMatch(/Wayland/);
  expect(whyNot('linux', { DISPLAY: ':7', XDG_SESSION_TYPE: 'wayland' })).toMatch(/Wayland/);
  expect(whyNot('linux', { DISPLAY: 'localhost:10.0' })).toMatch(/not one of this computer/);
  expect(whyNot('linux', {})).toMatch(/no display/);
  expect(whyNot('win32', {})).toMatch(/Windows/);
  expect(whyNot('darwin', {})).toMatch(/macOS/);
  expect(whyNot('freebsd', { DISPLAY: ':7' })).toMatch(/this system/);
});
