import { allowBuiltWorkers } from './trusted-types.ts';

// A module of its own: imports run before whatever a module says itself, and this must run before them all.
allowBuiltWorkers(globalThis as never);
