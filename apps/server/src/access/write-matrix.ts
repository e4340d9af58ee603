import { writeFileSync } from 'node:fs';
import { matrixDocument } from './matrix.ts';
import { shippedDecide } from './policies.ts';

// node apps/server/src/access/write-matrix.ts: writes the table that the policies make.
const path = new URL('../../../../docs/access-matrix.md', import.meta.url);
writeFileSync(path, matrixDocument(shippedDecide()));
