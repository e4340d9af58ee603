import { type ReactNode, useCallback, useEffect, useState } from 'react';
import { words } from './messages/en.ts';

export type Loading<T> =
  | { state: 'loading' }
  | { state: 'failed'; message: string }
  | { state: 'loaded'; value: T };

/** Loads once and again on `reload`. A reload keeps what is shown until the new answer is there. */
export function useLoaded<T>(load: () => Promise<T>): [Loading<T>, () => void] {
  const [loading, setLoading] = useState<Loading<T>>({ state: 'loading' });
  const reload = useCallback(() => {
    let current = true;
    load().then(
      (value) => current && setLoading({ state: 'loaded', value }),
      (error: Error) => current && setLoading({ state: 'failed', message: error.message }),
    );
    return () => {
      current = false;
    };
  }, [load]);
  useEffect(reload, [reload]);
  return [loading, reload];
}

/** What was loaded, or that it is on its way, or how to go on when it failed. */
export function Loaded<T>(props: {
  of: Loading<T>;
  retry: () => void;
  children: (value: T) => ReactNode;
}): ReactNode {
  if (props.of.state === 'loading') return <p className="soft">{words.loading}</p>;
  if (props.of.state === 'failed') {
    return (
      <div className="notice danger" role="alert">
        <p>{props.of.message}</p>
        <button type="button" className="button" onClick={props.retry}>
          {words.again}
        </button>
      </div>
    );
  }
  return props.children(props.of.value);
}

/** One act at a time, and what came of it: its fault is a sentence that is shown beside the button. */
export function useAct(): { busy: boolean; fault: string | null; act: (work: () => Promise<void>) => void } {
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const act = (work: () => Promise<void>) => {
    if (busy) return;
    setBusy(true);
    setFault(null);
    work()
      .catch((error: Error) => setFault(error.message))
      .finally(() => setBusy(false));
  };
  return { busy, fault, act };
}

export function Fault({ of }: { of: string | null }): ReactNode {
  return (
    <div role="alert">
      {of !== null && (
        <div className="notice danger">
          <p>{of}</p>
        </div>
      )}
    </div>
  );
}
