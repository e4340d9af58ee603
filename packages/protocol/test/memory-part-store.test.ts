import { MemoryPartStore } from '../src/memory-part-store.ts';
import { partStoreContract, regroupingContract } from './part-store-contract.ts';

partStoreContract('memory', { open: async () => new MemoryPartStore() });
regroupingContract('memory', { open: async () => new MemoryPartStore() });
