/** Where browsers of computers of work fetch the recorder, as Chromium reads it (DST23). */
export function updateManifest(of: { id: string; version: string; sha256: string; address: string }): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<gupdate xmlns="http://www.google.com/update2/response" protocol="2.0">
  <app appid="${of.id}">
    <updatecheck codebase="${escaped(of.address)}" version="${escaped(of.version)}" hash_sha256="${of.sha256}"/>
  </app>
</gupdate>
`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string) => text.replace(/[&<>"]/g, (one) => ENTITIES[one] ?? '');
