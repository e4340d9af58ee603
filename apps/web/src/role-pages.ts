import type { Role } from '@aboveboard/protocol/installation';
import { words } from './messages/en.ts';

export type PagePath =
  | '/today'
  | '/agreement'
  | '/recordings'
  | '/datasets'
  | '/releases'
  | '/status'
  | '/try'
  | '/about'
  | '/logs'
  | '/verify'
  | '/draft'
  | '/sign'
  | '/grants'
  | '/holds'
  | '/controls'
  | '/policies'
  | '/planner';

const titles: Record<PagePath, string> = {
  '/today': words.pages.today,
  '/agreement': words.pages.agreement,
  '/recordings': words.pages.recordings,
  '/datasets': words.pages.datasets,
  '/releases': words.pages.releases,
  '/status': words.pages.status,
  '/try': words.pages.try,
  '/about': words.pages.about,
  '/logs': words.pages.log,
  '/verify': words.pages.verify,
  '/draft': words.pages.draft,
  '/sign': words.pages.sign,
  '/grants': words.pages.grants,
  '/holds': words.pages.holds,
  '/controls': words.pages.controls,
  '/policies': words.pages.policies,
  '/planner': words.pages.planner,
};

const everyone: PagePath[] = ['/try', '/agreement', '/logs', '/verify', '/policies', '/planner', '/about'];
const steward: PagePath[] = [
  '/agreement',
  '/draft',
  '/sign',
  '/grants',
  '/holds',
  '/releases',
  '/controls',
  '/try',
  '/logs',
  '/verify',
  '/policies',
  '/planner',
  '/about',
];
const pages: Record<Role, PagePath[]> = {
  contributor: ['/today', '/agreement', '/try', '/logs', '/verify', '/policies', '/planner', '/about'],
  researcher: [
    '/recordings',
    '/grants',
    '/datasets',
    '/releases',
    '/agreement',
    '/try',
    '/logs',
    '/verify',
    '/policies',
    '/planner',
    '/about',
  ],
  operator: [
    '/status',
    '/controls',
    '/agreement',
    '/try',
    '/logs',
    '/verify',
    '/policies',
    '/planner',
    '/about',
  ],
  representative: steward,
  dpo: steward,
  employer: steward,
};

/** A role sees its pages only; the first is where it lands. */
export function pagesOf(role: Role | null): { path: PagePath; title: string }[] {
  return (role ? pages[role] : everyone).map((path) => ({ path, title: titles[path] }));
}
