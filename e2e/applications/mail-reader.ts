import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  html,
  json,
  type Plant,
  packageFolder,
  serveApplication,
  type TestApplication,
} from './served-application.ts';

/** MailDev's mail reader: subjects, senders, bodies in a frame, headers, attachments, a search. */
export const mailReader: TestApplication = {
  name: 'MailDev',
  about: '@maildev/ui, a mail reader',
  ready: '[data-testid=header]',
  async start({ plant, day, count: days }) {
    const folder = join(packageFolder('@maildev/ui'), 'dist');
    const index = readFileSync(join(folder, 'index.html'), 'utf8').replace('<head>', '<head><base href="/">');
    const mails = ['first', 'second', 'third'].map((which) =>
      mail(which, plant, `${day}T09:30:00.000Z`, days),
    );
    return serveApplication({ folder }, (path) => {
      if (path === '/') return html(index);
      if (path === '/api/config') return json({ version: '3.0.0', isOutgoingEnabled: false, smtpPort: 1025 });
      if (path === '/api/email/summary') {
        const total = mails.length;
        return json({ items: mails, total, skip: 0, storeTotal: total, unread: days });
      }
      const [, id, part] = /^\/api\/email\/(\w+)(?:\/(\w+))?$/.exec(path) ?? [];
      const found = mails.find((one) => one.id === id);
      if (!found) return null;
      if (part === 'html') return html(found.html);
      if (part === 'source') return { type: 'text/plain', body: found.source };
      return json(found);
    });
  },
  async tour(page, hand, plant, still) {
    await still();
    await hand.click(page.getByText(plant('subject of the first mail')).first());
    await page.getByTestId('email-subject').waitFor();
    await page.frameLocator('iframe').getByText(plant('body of the first mail')).waitFor();
    await still();
    await hand.click(page.getByRole('button', { name: 'Plain Text' }));
    await page.getByText(plant('plain text of the first mail')).first().waitFor();
    await still();
    await hand.click(page.getByRole('button', { name: 'Headers', exact: true }));
    await page.getByText(plant('header of the first mail')).first().waitFor();
    await still();
    await hand.click(page.getByRole('button', { name: 'Source', exact: true }));
    await hand.click(page.locator('input').first());
    await hand.type(plant('typed into the search'));
    await still();
  },
};

function mail(which: string, plant: Plant, time: string, count: number) {
  const of = (what: string) => plant(`${what} of the ${which} mail`);
  const person = (what: string) => ({
    name: of(`name of the ${what}`),
    address: `${of(`address of the ${what}`)}@mail.example`,
  });
  const text = `Dear ${of('greeting')}, ${of('plain text')} was said in confidence.`;
  const body = `<h1>${of('heading in the body')}</h1><p title="${of('title in the body')}">${of('body')}</p><table><tr><td>${of('cell in the body')}</td></tr></table><a href="https://files.example/${of('address in the body')}">${of('link in the body')}</a>`;
  return {
    id: `mail${which}`,
    time,
    read: false,
    subject: of('subject'),
    size: 2048 * count,
    sizeHuman: `${2 * count} KB`,
    from: [person('sender')],
    to: [person('receiver')],
    cc: [person('copied one')],
    html: body,
    text,
    source: `Subject: ${of('subject')}\n\n${text}`,
    headers: { subject: of('subject'), 'x-note': of('header') },
    attachments: [
      {
        filename: `${of('attachment')}.pdf`,
        generatedFileName: 'one.pdf',
        contentType: 'application/pdf',
        contentDisposition: 'attachment',
        size: 4096 * count,
      },
    ],
    hasAttachments: true,
    attachmentCount: 1,
    envelope: { from: { address: 'a@mail.example' }, to: [{ address: 'b@mail.example' }] },
  };
}
