import { createRoute, z } from '@hono/zod-openapi';
import type { Releases } from '../releases/releases.ts';
import { answers, jsonBody } from './answers.ts';
import type { Guards } from './guard.ts';
import {
  holderAnswer,
  modelWish,
  myLineage,
  releaseDigest,
  shownLineage,
  shownModel,
  shownRelease,
} from './release-schemas.ts';
import { makeRouter } from './router.ts';

/** Where recordings went: releases, who holds them, and models (spec/lineage.md). Which recordings, she alone is told. */
export function releaseRoutes(parts: { releases: Releases; guards: Guards }) {
  const { releases, guards } = parts;
  return makeRouter()
    .openapi(
      createRoute({
        method: 'get',
        path: '/releases',
        summary: 'Releases that one holds, with what was trained on them; for the parties all',
        request: {},
        responses: answers(shownLineage, 'Newest first'),
      }),
      async (context) => context.json(await releases.list(context.get('asking')), 200),
    )
    .openapi(
      createRoute({
        method: 'post',
        path: '/releases/{release}/answer',
        summary: 'Say whether a release that is superseded is deleted',
        middleware: guards.body('requestBytes'),
        request: { params: z.object({ release: releaseDigest }), ...jsonBody(holderAnswer) },
        responses: answers(shownRelease, 'How it stands now'),
      }),
      async (context) => {
        const { release } = context.req.valid('param');
        const { said } = context.req.valid('json');
        return context.json(await releases.answer(context.get('asking'), release, said), 200);
      },
    )
    .openapi(
      createRoute({
        method: 'post',
        path: '/models',
        summary: 'Enter a model that was trained or tested on releases',
        middleware: guards.body('requestBytes'),
        request: jsonBody(modelWish),
        responses: answers(shownModel, 'As it stands in the register'),
      }),
      async (context) =>
        context.json(await releases.enterModel(context.get('asking'), context.req.valid('json')), 200),
    )
    .openapi(
      createRoute({
        method: 'get',
        path: '/my/lineage',
        summary: 'In which releases mine are, and which models were trained on those',
        middleware: guards.role('contributor'),
        request: {},
        responses: answers(myLineage, 'Newest first'),
      }),
      async (context) => context.json(await releases.mine(context.get('who').handle), 200),
    );
}
