/** One message to a model, as the two families of endpoints take it: text, and a picture as PNG. */
export type ModelQuestion = { system: string; text: string; png: Uint8Array | null };

export type EndpointStyle = 'openai' | 'anthropic';
export const ENDPOINT_STYLES: readonly EndpointStyle[] = ['openai', 'anthropic'];

export type EndpointDialect = {
  /** What a base address is followed by. */
  path: string;
  headers(key: string | null): Record<string, string>;
  body(question: ModelQuestion, model: string, mostTokens: number): unknown;
  /** The reply's text; null: the body is not the endpoint's format (MEP21). `body` is untrusted. */
  reply(body: string): ModelReply | null;
};
export type ModelReply = { text: string; tokens: { asked: number; answered: number } };

/** Chat completions as OpenAI, vLLM and llama.cpp serve them; messages as Anthropic does. No reply is drawn at random. */
export const ENDPOINT_DIALECTS: Readonly<Record<EndpointStyle, EndpointDialect>> = {
  openai: {
    path: '/chat/completions',
    headers: (key) => (key === null ? {} : { authorization: `Bearer ${key}` }),
    body: ({ system, text, png }, model, mostTokens) => ({
      model,
      temperature: 0,
      max_tokens: mostTokens,
      messages: [
        { role: 'system', content: system },
        {
          role: 'user',
          content: [
            { type: 'text', text },
            ...(png
              ? [{ type: 'image_url', image_url: { url: `data:image/png;base64,${base64(png)}` } }]
              : []),
          ],
        },
      ],
    }),
    reply(body) {
      const root = field(parsed(body), 'choices');
      const text = field(field(Array.isArray(root) ? root[0] : null, 'message'), 'content');
      const usage = field(parsed(body), 'usage');
      return typeof text === 'string'
        ? {
            text,
            tokens: { asked: count(usage, 'prompt_tokens'), answered: count(usage, 'completion_tokens') },
          }
        : null;
    },
  },
  anthropic: {
    path: '/messages',
    headers: (key) => ({ 'anthropic-version': '2023-06-01', ...(key === null ? {} : { 'x-api-key': key }) }),
    body: ({ system, text, png }, model, mostTokens) => ({
      model,
      temperature: 0,
      max_tokens: mostTokens,
      system,
      messages: [
        {
          role: 'user',
          content: [
            ...(png
              ? [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: base64(png) } }]
              : []),
            { type: 'text', text },
          ],
        },
      ],
    }),
    reply(body) {
      const root = parsed(body);
      const content = field(root, 'content');
      if (!Array.isArray(content)) return null;
      const texts = content.map((block) => (field(block, 'type') === 'text' ? field(block, 'text') : ''));
      if (!texts.every((text) => typeof text === 'string')) return null;
      const usage = field(root, 'usage');
      const tokens = { asked: count(usage, 'input_tokens'), answered: count(usage, 'output_tokens') };
      return { text: texts.join(''), tokens };
    },
  },
};

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function count(usage: unknown, name: string): number {
  const told = field(usage, name);
  return typeof told === 'number' && Number.isSafeInteger(told) && told >= 0 ? told : 0;
}

function base64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 8192)
    binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(binary);
}
