import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A small site of two origins: a page with a select, a list to drag in, and a frame of the other origin. */
export type TestSite = { origin: string; frameOrigin: string; close(): Promise<void>; requests: string[] };

export async function startTestSite(extra: Record<string, string> = {}): Promise<TestSite> {
  const requests: string[] = [];
  const frame = await listen((path) => {
    requests.push(`frame ${path}`);
    return FRAME;
  });
  const frameOrigin = originOf(frame);
  const main = await listen((path) => {
    requests.push(path);
    return (
      extra[path] ??
      (path === '/app.js' ? APP : path === '/two' ? PAGE_TWO : PAGE.replace('FRAME', `${frameOrigin}/frame`))
    );
  });
  return {
    origin: originOf(main),
    frameOrigin,
    requests,
    close: async () => {
      for (const server of [frame, main]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}

function listen(answer: (path: string) => string): Promise<Server> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    response.setHeader('content-type', path.endsWith('.js') ? 'text/javascript' : 'text/html; charset=utf-8');
    response.end(answer(path));
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

function originOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const PAGE = `<!doctype html><html lang="en"><head><title>Expenses of Paula Secretname</title></head><body>
<h1>Expenses</h1><p id="secret">Paula Secretname, account 4711-0815</p>
<label>Vendor <input id="vendor"></label>
<label>Kind <select id="kind"><option>Travel</option><option>Meals</option></select></label>
<ul><li id="card" draggable="true">Card</li></ul><div id="target" style="width:200px;height:80px;border:1px solid">Done</div>
<button id="save" onclick="document.body.append(Object.assign(document.createElement('p'),{textContent:'Saved'}))">Save</button>
<script src="/app.js"></script><iframe id="frame" src="FRAME" style="position:absolute;left:400px;top:200px;width:300px;height:200px;border:0"></iframe>
<a id="two" href="/two">Two</a>
</body></html>`;
/** The application's own code, with the words that it ships. */
const APP = `const labels = ['Expenses', 'Vendor', 'Kind', 'Save', 'Saved', 'Travel', 'Meals', 'Done', 'Card'];`;
const PAGE_TWO = `<!doctype html><html lang="en"><head><title>Two</title></head><body><h1>Second page</h1><button id="b">B</button></body></html>`;
const FRAME = `<!doctype html><html lang="en"><body style="margin:0"><button id="inner" style="width:100px;height:50px">Inner</button></body></html>`;
