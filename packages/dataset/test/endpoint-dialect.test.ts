import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENDPOINT_DIALECTS, ENDPOINT_STYLES } from '../src/model/endpoint-dialect.ts';
import { repliedActions } from '../src/model/step-question.ts';

describe('replies of endpoints', () => {
  it('[MEP21] are read in either format, with what they cost', () => {
    const openai = {
      choices: [{ message: { content: 'hi' } }],
      usage: { prompt_tokens: 3, completion_tokens: 4 },
    };
    const anthropic = {
      content: [
        { type: 'thinking', thinking: 'no' },
        { type: 'text', text: 'h' },
        { type: 'text', text: 'i' },
      ],
      usage: { input_tokens: 3, output_tokens: -4 },
    };
    expect(ENDPOINT_DIALECTS.openai.reply(JSON.stringify(openai))).toEqual({
      text: 'hi',
      tokens: { asked: 3, answered: 4 },
    });
    expect(ENDPOINT_DIALECTS.anthropic.reply(JSON.stringify(anthropic))).toEqual({
      text: 'hi',
      tokens: { asked: 3, answered: 0 },
    });
  });

  it('[MEP21] whatever comes is a reply or none, and what it says is actions or nothing', () => {
    const any = fc.oneof(
      fc.string(),
      fc.json(),
      fc.jsonValue().map((one) => JSON.stringify({ choices: one, content: one })),
      fc
        .jsonValue()
        .map((one) => JSON.stringify({ choices: [{ message: one }], content: [one], usage: one })),
    );
    fc.assert(
      fc.property(any, fc.constantFrom(...ENDPOINT_STYLES), (body, style) => {
        const reply = ENDPOINT_DIALECTS[style].reply(body);
        if (reply) expect(Array.isArray(repliedActions(reply.text))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ["```\npyautogui.press('enter')\n```", [{ type: 'press', keys: ['enter'] }]],
    [
      "pyautogui.write(message='a')\npyautogui.press('enter')",
      [
        { type: 'write', text: 'a' },
        { type: 'press', keys: ['enter'] },
      ],
    ],
    [
      'pyautogui.moveTo(x=0.1, y=0.2)\npyautogui.dragTo(x=0.3, y=0.4)',
      [
        { type: 'moveTo', x: 0.1, y: 0.2 },
        { type: 'dragTo', x: 0.3, y: 0.4 },
      ],
    ],
    ['I would click on the button.', []],
    ['', []],
  ])('[MEP21] %j', (text, actions) => {
    expect(repliedActions(text)).toEqual(actions);
  });
});
