import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { words } from '../messages/en.ts';

export function NotFoundPage(): ReactNode {
  return (
    <>
      <h1>{words.notFound.title}</h1>
      <p>{words.notFound.text}</p>
      <Link href="/" className="button">
        {words.notFound.home}
      </Link>
    </>
  );
}
