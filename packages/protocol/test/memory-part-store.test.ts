import { MemoryPartStore } from '../src/memory-part-store.ts';
import { partStoreContract } from './part-store-contract.ts';

partStoreContract('memory', { open: async () => new MemoryPartStore() });
