import type { Script } from './filler.ts';

/** Ordinary words, none of which is about anybody, by script; of many lengths, so that any length can be filled. */
const LISTS: Readonly<Record<Exclude<Script, 'digits' | 'symbol'>, string>> = {
  latin:
    'a of in to at on by as or no the and for its all new one two top day way box run set due per due note list copy form part plan ' +
    'item case line page file date name team unit room week open done next last same more less also with from each after ' +
    'about under order store paper table chart total value state local round start close check draft final month sales office report ' +
    'review update status change public normal spring market simple detail number member answer result center summary project account ' +
    'meeting service general problem request contact company product private section quality account delivery material schedule customer ' +
    'document standard position question business training contract purchase available following important inventory equipment reference ' +
    'procedure marketing agreement department production management additional warehouse',
  cyrillic:
    '\u0438 \u0432 \u043d\u0430 \u043f\u043e \u0434\u043b\u044f \u0434\u043e\u043c \u0433\u043e\u0434 \u0434\u0435\u043d\u044c \u043f\u043b\u0430\u043d \u0441\u0447\u0451\u0442 \u0447\u0430\u0441\u0442\u044c ' +
    '\u043d\u043e\u043c\u0435\u0440 \u0437\u0430\u043a\u0430\u0437 \u0433\u0440\u0443\u043f\u043f\u0430 \u043e\u0442\u0447\u0451\u0442 \u0432\u043e\u043f\u0440\u043e\u0441 \u0440\u0430\u0431\u043e\u0442\u0430 \u0441\u043f\u0438\u0441\u043e\u043a \u0434\u043e\u0433\u043e\u0432\u043e\u0440 \u0434\u043e\u0441\u0442\u0430\u0432\u043a\u0430 \u0434\u043e\u043a\u0443\u043c\u0435\u043d\u0442',
  greek:
    '\u03ba\u03b1\u03b9 \u03c3\u03b5 \u03b1\u03c0\u03cc \u03bc\u03ad\u03c1\u03b1 \u03ad\u03c1\u03b3\u03bf \u03c3\u03c7\u03ad\u03b4\u03b9\u03bf \u03bc\u03ad\u03c1\u03bf\u03c2 \u03b1\u03c1\u03b9\u03b8\u03bc\u03cc\u03c2 \u03bf\u03bc\u03ac\u03b4\u03b1 \u03bb\u03af\u03c3\u03c4\u03b1 \u03b1\u03bd\u03b1\u03c6\u03bf\u03c1\u03ac \u03b5\u03c1\u03ce\u03c4\u03b7\u03c3\u03b7',
  hebrew:
    '\u05e9\u05dc \u05d9\u05d5\u05dd \u05d3\u05d5\u05d7 \u05d7\u05dc\u05e7 \u05e6\u05d5\u05d5\u05ea \u05de\u05e1\u05e4\u05e8 \u05e8\u05e9\u05d9\u05de\u05d4 \u05ea\u05d5\u05db\u05e0\u05d9\u05ea',
  arabic:
    '\u0645\u0646 \u0641\u064a \u064a\u0648\u0645 \u0631\u0642\u0645 \u062e\u0637\u0629 \u062c\u0632\u0621 \u0642\u0627\u0626\u0645\u0629 \u0641\u0631\u064a\u0642 \u062a\u0642\u0631\u064a\u0631 \u0645\u0634\u0631\u0648\u0639',
  devanagari:
    '\u0914\u0930 \u0926\u093f\u0928 \u092d\u093e\u0917 \u0938\u0942\u091a\u0940 \u0926\u0932 \u0915\u093e\u092e \u092f\u094b\u091c\u0928\u093e \u0938\u0902\u0916\u094d\u092f\u093e',
  thai: '\u0e27\u0e31\u0e19 \u0e07\u0e32\u0e19 \u0e41\u0e1c\u0e19 \u0e2a\u0e48\u0e27\u0e19 \u0e23\u0e32\u0e22\u0e01\u0e32\u0e23 \u0e17\u0e35\u0e21 \u0e23\u0e32\u0e22\u0e07\u0e32\u0e19',
  kana: '\u306e \u3072 \u3054\u3068 \u3057\u3054\u3068 \u3059\u3046\u3058 \u308a\u3059\u3068 \u30c1\u30fc\u30e0 \u30d7\u30e9\u30f3 \u30ec\u30dd\u30fc\u30c8 \u30c7\u30fc\u30bf',
  hangul:
    '\uc77c \ub0a0 \uacc4\ud68d \ubd80\ubd84 \ubaa9\ub85d \ubc88\ud638 \ubcf4\uace0\uc11c \ud504\ub85c\uc81d\ud2b8 \ud300',
  han: '\u65e5 \u4efd \u8ba1\u5212 \u90e8\u5206 \u5217\u8868 \u7f16\u53f7 \u62a5\u544a \u9879\u76ee \u56e2\u961f',
};

const of = (list: string): readonly string[] => list.split(' ');

export const SURROGATE_WORDS = Object.fromEntries(
  Object.entries(LISTS).map(([script, list]): [string, readonly string[]] => [script, of(list)]),
) as Readonly<Record<keyof typeof LISTS, readonly string[]>>;
