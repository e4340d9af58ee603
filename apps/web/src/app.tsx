import type { About, Session } from '@aboveboard/protocol/installation';
import { lazy, type ReactNode, Suspense, useCallback } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import { client } from './client.ts';
import { Loaded, useLoaded } from './loaded.tsx';
import { words } from './messages/en.ts';
import { AboutPage } from './pages/about-page.tsx';
import { DatasetsPage } from './pages/datasets-page.tsx';
import { NotFoundPage } from './pages/not-found-page.tsx';
import { StartPage } from './pages/start-page.tsx';
import { TodayPage } from './pages/today-page.tsx';
import { pagesOf } from './role-pages.ts';
import { Shell } from './shell.tsx';
import { partyOf } from './stewards/party-role.ts';

// What records, replays and checks documents is large; the other pages do without it.
const AgreementPage = lazy(() => import('./pages/agreement-page.tsx'));
const TryPage = lazy(() => import('./pages/try-page.tsx'));
const RecordingsPage = lazy(() => import('./pages/recordings-page.tsx'));
const StatusPage = lazy(() => import('./pages/status-page.tsx'));
const DraftPage = lazy(() => import('./stewards/draft-page.tsx'));
const SignPage = lazy(() => import('./stewards/sign-page.tsx'));
const VerifyPage = lazy(() => import('./verify/verify-page.tsx'));
const LogPage = lazy(() => import('./pages/log-page.tsx'));
const JoinPage = lazy(() => import('./sign-in/join-page.tsx'));
const AccountPage = lazy(() => import('./sign-in/account-page.tsx'));
const GrantsPage = lazy(() => import('./grants/grants-page.tsx'));
const ControlsPage = lazy(() => import('./stewards/controls-page.tsx'));
const HoldsPage = lazy(() => import('./holds/holds-page.tsx'));
const ReleasesPage = lazy(() => import('./releases/releases-page.tsx'));
const PoliciesPage = lazy(() => import('./grants/policies-page.tsx'));
const PlannerPage = lazy(() => import('./planner/planner-page.tsx'));

const load = async (): Promise<{ about: About; session: Session | null }> => {
  const [about, session] = await Promise.all([client.about(), client.session()]);
  return { about, session };
};

export function App(): ReactNode {
  const [loading, reload] = useLoaded(load);
  const leave = useCallback(() => {
    // A fresh page: nothing of what she saw stays in this one's memory.
    client.leave().finally(() => location.assign('/'));
  }, []);
  if (loading.state !== 'loaded') {
    return (
      <Shell session={null} about={null} onLeave={leave}>
        <Loaded of={loading} retry={reload}>
          {() => null}
        </Loaded>
      </Shell>
    );
  }
  const { about, session } = loading.value;
  const party = partyOf(session?.role ?? null);
  const first = pagesOf(session?.role ?? null)[0]?.path ?? '/about';
  return (
    <Shell session={session} about={about} onLeave={leave}>
      <Suspense fallback={<p className="soft">{words.loading}</p>}>
        <Switch>
          <Route path="/">
            {session ? <Redirect to={first} replace /> : <StartPage onSignedIn={reload} />}
          </Route>
          <Route path="/try" component={TryPage} />
          {!session && (
            <Route path="/join">
              <JoinPage onSignedIn={() => location.assign('/')} />
            </Route>
          )}
          {session && session.role !== 'contributor' && <Route path="/account" component={AccountPage} />}
          <Route path="/agreement">
            <AgreementPage party={party} />
          </Route>
          <Route path="/verify" component={VerifyPage} />
          <Route path="/logs" component={LogPage} />
          <Route path="/policies" component={PoliciesPage} />
          <Route path="/planner" component={PlannerPage} />
          <Route path="/about">
            <AboutPage about={about} />
          </Route>
          {party && (
            <Route path="/draft">
              <DraftPage party={party} about={about} />
            </Route>
          )}
          {party && (
            <Route path="/sign">
              <SignPage party={party} />
            </Route>
          )}
          {(party || session?.role === 'researcher') && (
            <Route path="/grants">
              <GrantsPage party={party} />
            </Route>
          )}
          {party && (
            <Route path="/holds">
              <HoldsPage party={party} />
            </Route>
          )}
          {(party || session?.role === 'researcher') && (
            <Route path="/releases">
              <ReleasesPage party={party !== null} />
            </Route>
          )}
          {(party || session?.role === 'operator') && <Route path="/controls" component={ControlsPage} />}
          {session?.role === 'contributor' && <Route path="/today" component={TodayPage} />}
          {session?.role === 'researcher' && <Route path="/recordings" component={RecordingsPage} />}
          {session?.role === 'researcher' && <Route path="/datasets" component={DatasetsPage} />}
          {session?.role === 'operator' && (
            <Route path="/status">
              <StatusPage about={about} />
            </Route>
          )}
          <Route component={NotFoundPage} />
        </Switch>
      </Suspense>
    </Shell>
  );
}
