import { allowBuiltWorkers } from './trusted-types.ts';

// A module of its own: imports run before whatever a module says itself, and this must run before them all.
allowBuiltWorkers(globalThis as never);

// Schemas are asked not to try whether they may write programs: here they may not, and the browser reports each try.
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } });
