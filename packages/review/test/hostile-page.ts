import type { SerializedNode, StateItem } from '@aboveboard/protocol/state';

/**
 * A recorded page that tries everything: to run, to load from `origin`, to move the page, to submit. Every
 * address ends in a name of its own, so that a test can say which way was open.
 */
export function hostilePage(origin: string): StateItem[] {
  let next = 1;
  const address = (name: string) => `${origin}/hostile/${name}`;
  const script = (name: string) =>
    `parent.hostile=(parent.hostile||[]).concat("${name}");new Image().src="${address(name)}"`;
  const text = (textContent: string): SerializedNode => ({ type: 3, id: next++, textContent });
  const el = (
    tagName: string,
    attributes: Record<string, string>,
    childNodes: SerializedNode[] = [],
    some: object = {},
  ): SerializedNode => ({ type: 2, id: next++, tagName, attributes, childNodes, ...some });
  const svg = { isSVG: true as const };

  const head = el('head', {}, [
    el('meta', { 'http-equiv': 'refresh', content: `0;url=${address('refresh')}` }),
    el('base', { href: address('base/') }),
    el('link', { rel: 'stylesheet', href: address('sheet.css') }),
    el('link', { rel: 'preload', as: 'image', href: address('preload') }),
    el('link', { rel: 'dns-prefetch', href: origin }),
    el('link', { rel: 'icon', href: address('icon') }),
    el('link', { rel: 'stylesheet', _cssText: `@import url(${address('link-import')});` }),
    el('script', { src: address('script.js') }),
    el('script', {}, [text(script('inline-script'))]),
    el('style', {}, [
      text(`@import "${address('import')}";
@\\69mport url(${address('escaped-import')});
@font-face { font-family: f; src: url("${address('font')}") } body { font-family: f }
.a { background: url(${address('css-url')}) } .b { background: u\\72l("${address('escaped-url')}") }
.c { background: image-set("${address('image-set')}" 1x) } .d { background: -webkit-image-set(url(${address('webkit-set')}) 1x) }
:root { --u: "${address('var')}" } .e { background: image-set(var(--u) 1x) }
.f { content: url('${address('content')}') } .g { cursor: url(${address('cursor')}), auto }
.h { mask: url(${address('mask')}) } .i { list-style-image: url(${address('list')}) }
.j { background: cross-fade(url(${address('fade')}), red) } .k { filter: url(${address('filter')}#f) }
.l { shape-outside: url(${address('shape')}) } .m { background: src("${address('src-function')}") }`),
    ]),
  ]);
  const body = el('body', { onload: script('onload'), background: address('background') }, [
    ...[...'abcdefghijklm'].map((name) => el('div', { class: name }, [text('.')])),
    el('img', { src: address('img'), onerror: script('onerror') }),
    el('img', { srcset: `${address('srcset')} 1x`, sizes: '10px' }),
    el('img', { rr_dataURL: address('rr-data') }),
    el('picture', {}, [el('source', { srcset: address('source') }), el('img', {})]),
    el('video', { src: address('video'), poster: address('poster'), autoplay: '' }),
    el('audio', { src: address('audio'), autoplay: '' }),
    el('iframe', { src: address('frame') }),
    el('iframe', { srcdoc: `<script>${script('srcdoc')}</script><img src="${address('srcdoc-img')}">` }),
    el('iframe', { src: `javascript:${script('javascript-frame')}` }),
    el('object', { data: address('object'), type: 'text/html' }),
    el('embed', { src: address('embed') }),
    el('a', { href: `javascript:${script('javascript-link')}`, id: 'link', ping: address('ping') }, [
      text('go'),
    ]),
    el('form', { action: address('form'), method: 'get' }, [
      el('input', { type: 'image', src: address('input-image'), autofocus: '' }),
      el('button', { type: 'submit', formaction: address('formaction') }, [text('send')]),
    ]),
    el('div', { style: `background-image: url(${address('inline-style')})` }, [text('.')]),
    el('div', { onclick: script('onclick'), onpointerover: script('onpointerover') }, [text('.')]),
    el('table', { background: address('table') }, []),
    el(
      'svg',
      { width: '10', height: '10' },
      [
        el('image', { href: address('svg-image'), width: '9', height: '9' }, [], svg),
        el('image', { 'xlink:href': address('xlink'), width: '9', height: '9' }, [], svg),
        el('use', { href: `${address('use')}#x` }, [], svg),
        el('rect', { fill: `url(${address('fill')}#p)`, width: '9', height: '9' }, [], svg),
        el('script', {}, [text(script('svg-script'))], svg),
        el(
          'image',
          { width: '9', height: '9' },
          [el('set', { attributeName: 'href', to: address('animated') }, [], svg)],
          svg,
        ),
        el('foreignObject', { width: '9', height: '9' }, [el('img', { src: address('foreign') })], svg),
      ],
      svg,
    ),
    el('portal', { src: address('portal') }),
    el('x-thing', { is: 'x' }, [], { isCustom: true, isShadowHost: true }),
    el('noscript', {}, [el('img', { src: address('noscript') })]),
  ]);
  const html = el('html', { manifest: address('manifest') }, [head, body]);
  const document: SerializedNode = { type: 0, id: next++, childNodes: [html] };
  const idOf = (node: SerializedNode) => node.id;
  const inStyle = next++;
  const lateStyle = next++;
  const later = (some: object): StateItem['event'] => ({
    type: 3,
    data: { source: 0, texts: [], attributes: [], removes: [], adds: [], ...some },
  });
  const item = (event: StateItem['event']): StateItem => ({ t: 0, surface: 0, event });
  return [
    item({ type: 4, data: { href: 'https://a.example/', width: 800, height: 600 } }),
    item({ type: 2, data: { node: document, initialOffset: { top: 0, left: 0 } } }),
    item(
      later({
        adds: [
          {
            parentId: idOf(body),
            nextId: null,
            node: el('img', { src: address('added-img'), onerror: script('added') }),
          },
          {
            parentId: idOf(body),
            nextId: null,
            node: { type: 2, id: inStyle, tagName: 'style', attributes: {}, childNodes: [] },
          },
          {
            parentId: inStyle,
            nextId: null,
            node: text(`body { background: url(${address('added-style')}) }`),
          },
        ],
      }),
    ),
    item(
      later({
        // The text of a sheet before the sheet itself.
        adds: [
          {
            parentId: lateStyle,
            nextId: null,
            node: text(`body { background: url(${address('late-style')}) }`),
          },
          {
            parentId: idOf(body),
            nextId: null,
            node: { type: 2, id: lateStyle, tagName: 'STYLE', attributes: {}, childNodes: [] },
          },
        ],
      }),
    ),
    item(
      later({
        attributes: [
          {
            id: idOf(body),
            attributes: {
              background: address('set-background'),
              onclick: script('set'),
              style: `background: url(${address('set-style')})`,
            },
          },
          { id: idOf(body), attributes: { style: { 'border-image': `url(${address('delta')})` } } },
        ],
      }),
    ),
    item({
      type: 3,
      data: { source: 8, id: inStyle, adds: [{ rule: `p { background: url(${address('rule')}) }` }] },
    }),
    item({
      type: 3,
      data: {
        source: 15,
        id: idOf(document),
        styleIds: [1],
        styles: [{ styleId: 1, rules: [{ rule: `body { background: url(${address('adopted')}) }` }] }],
      },
    }),
    item({
      type: 3,
      data: { source: 8, styleId: 1, replaceSync: `body { background: url(${address('replaced')}) }` },
    }),
    item({
      type: 3,
      data: {
        source: 13,
        styleId: 1,
        index: [0],
        set: { property: 'background', value: `url(${address('declared')})`, priority: undefined },
      },
    }),
  ];
}
