/** Stand-in until packages/redact has its extraction. */
export const shippedLiterals = {
  async known(_database: IDBDatabase, _origin: string): Promise<string[]> {
    return [];
  },
  async learn(_database: IDBDatabase, _origin: string): Promise<string[]> {
    return [];
  },
};
