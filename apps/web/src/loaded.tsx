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

/** Loads again when she comes back to the page: others may have signed meanwhile. */
export function useReturned(reload: () => void): void {
  useEffect(() => {
    const onChange = () => {
      if (document.visibilityState === 'visible') reload();
    };
    document.addEventListener('visibilitychange', onChange);
    return () => document.removeEventListener('visibilitychange', onChange);
  }, [reload]);
}

/** Shows what was loaded, or says that it is on its way, or how to go on when it failed. */
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
          {words.tryAgain}
        </button>
      </div>
    );
  }
  return props.children(props.of.value);
}
