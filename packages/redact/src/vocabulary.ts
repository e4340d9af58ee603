/**
 * The closed lists that style and structure are checked against: what is not in them is a name that somebody
 * made up, and is renamed or dropped (MASK10). Words, not whole names: `border-top-color` is three words of
 * CSS, so a secret can only pass if it is spelt in CSS.
 */

/** Words that properties, values, functions, pseudo-classes, media features and common fonts are made of. */
export const CSS_WORDS = words(
  'a above abs absolute accent accentcolor accentcolortext accumulate acos action activation active ' +
    'activeborder activecaption activetext add additive adjust after alias aliceblue align alignment ' +
    'all allow allowed alpha alphabetic alternate alternates always anchor anchors and animation ' +
    'antialiased antiquewhite any anywhere app appearance apple appworkspace aqua aquamarine arcs area ' +
    'areas arial around arrow as ascent asian asin aspect at atan atop attachment attr auto autofill ' +
    'autospace available avoid awesome axis azure b back backdrop backface background backwards balance ' +
    'bar base baseline basis before behavior beige below between bevel bezier bidi bisque black ' +
    'blanchedalmond blend blink blinkmacsystemfont block blue blueviolet blur bold bolder border both ' +
    'bottom box break breaks brightness brown browser buffered burlywood burn butt button buttonborder ' +
    'buttonface buttonhighlight buttonshadow buttontext c cadetblue calc calendar calibri callout ' +
    'cambria cancel candara cantarell canvas canvastext cap capitalize caps caption captions ' +
    'captiontext caret cell cells center central chained change character chars chartreuse checkbox ' +
    'child chocolate circle clamp class clear clip clone close closed closest coarse code col collapse ' +
    'color colors column columns combine common compact composite composition condensed conic consolas ' +
    'constrained contain container content contents context contextual contrast controls coordinate ' +
    'copy coral corner cornflowerblue cornsilk cos count counter counters counting courier cover ' +
    'crimson crisp crispedges crop cross crosshair crossing css cubic cue current currentcolor cursive ' +
    'cursor cx cy cyan cyclic d dark darkblue darkcyan darken darker darkgoldenrod darkgray darkgreen ' +
    'darkgrey darkkhaki darkmagenta darkolivegreen darkorange darkorchid darkred darksalmon ' +
    'darkseagreen darkslateblue darkslategray darkslategrey darkturquoise darkviolet dasharray dashed ' +
    'dashoffset datetime day decoration decorations deeppink deepskyblue default defined definite ' +
    'dejavu delay dense depth descent destination details device diagonal difference digits dimgray ' +
    'dimgrey dir direction disabled disc discrete discretionary display distance distribute dodge ' +
    'dodgerblue dominant dot dotted double down dpi drag droid drop dropdown duration dynamic e ease ' +
    'east economy edge edges edit effect element ellipse ellipsis embed emoji emphasis empty enabled ' +
    'end enter entry env error even evenly evenodd events ew ex exact exclude exclusion exit exp ' +
    'expanded extra fallback fallbacks false family fangsong fantasy farthest feature field fieldtext ' +
    'file fill filled filter filters fine fira firebrick first fit fixed flat flex flip float flood ' +
    'floralwhite flow focus font footer force forced forestgreen forms forward forwards fractions frame ' +
    'from fuchsia full fullscreen function g gainsboro gamut gap geometricprecision georgia ghostwhite ' +
    'glyph gold goldenrod grab grabbing gradient grammar gray grayscale graytext green greenyellow grey ' +
    'grid groove group grow gutter h hanging hard has header height help helvetica hidden hide ' +
    'highlight highlighttext historical honeydew horizontal host hotpink hour hover hsl hsla hue hwb ' +
    'hyphenate hyphens hypot icon ideograph ideographic ignore image ime important in inactive ' +
    'inactiveborder inactivecaption inactivecaptiontext increment indent indeterminate index indianred ' +
    'indicator indigo inert infinite infobackground infotext inherit inherits initial ink inline inner ' +
    'input insert inset inside inter interactivity interest interpolate interpolation intersect ' +
    'intrinsic invert is isolate isolation italic item items iteration ivory junction justify kana keep ' +
    'kerning keyframes keywords khaki l lab label landscape lang language large larger last lato ' +
    'lavender lavenderblush lawngreen layer layout lch leading ledger left legacy legal lemonchiffon ' +
    'length letter liberation ligatures light lightblue lightcoral lightcyan lighten lighter ' +
    'lightgoldenrodyellow lightgray lightgreen lightgrey lighting lightpink lightsalmon lightseagreen ' +
    'lightskyblue lightslategray lightslategrey lightsteelblue lightyellow lime limegreen limit line ' +
    'linear linearrgb linecap linejoin linen lines lining link linktext list listbox listitem literal ' +
    'local locale lock log logical loose lowercase lr ltr lucida luminance luminosity magenta mandatory ' +
    'manipulation manual margin mark marker markers marktext maroon mask masonry match material math ' +
    'mathematical matrix matrix3d max maximum media medium mediumaquamarine mediumblue mediumorchid ' +
    'mediumpurple mediumseagreen mediumslateblue mediumspringgreen mediumturquoise mediumvioletred ' +
    'menlo menu menubar menuitem menulist menutext merge meter mid middle midnightblue min minmax ' +
    'mintcream minute mistyrose miter miterlimit mix mixed moccasin mod modal mode modify monaco mono ' +
    'monospace month most motion move moz ms multiline multiple multiply mute n name nav navajowhite ' +
    'navigation navy ne nearest negative nesw neue never new next no non none nonzero normal not notch ' +
    'noto nowrap ns nth number numbers numeric nums nw nwse o object objects oblique odd of offset ' +
    'oklab oklch old oldlace oldstyle olive olivedrab only opacity open optical optimize ' +
    'optimizelegibility optimizequality optimizespeed optional options or orange orangered orchid order ' +
    'ordered ordering ordinal orient orientation origin orphans osx out outline outset outside over ' +
    'overflow overhang overlap overlay overline override overscroll oxygen p3 pack pad padding page ' +
    'paint painted pair palegoldenrod palegreen palette paleturquoise palevioletred pan papayawhip ' +
    'parameters parent parenthesis part path paused peachpuff perspective peru petite phrase picker ' +
    'piece pinch pink pip pixelated place placeholder plaintext play plum plus pointer points polygon ' +
    'popover portrait position pow powderblue pre prefers prefix preserve pretty previous print ' +
    'priority pro progress progressbar property proportional proximity punctuation purple push quote ' +
    'quotes r radial radio radius railed range ratio ray read reading readonly rebeccapurple rec2020 ' +
    'rect recto red reduce reduced reflect region relative rem remaining remove rendering repeat ' +
    'replace required reset resize resizer resolution result results reveal reverse revert rgb rgba ' +
    'ridge right rl roboto roman root rosybrown rotate rotate3d rotatex rotatey rotatez rotation round ' +
    'rounded row rows royalblue rtl ruby rule run runnable running rx ry s saddlebrown safe safety ' +
    'salmon same sandybrown sans sans3 saturate saturation scale scale3d scalex scaley scalez scaling ' +
    'scheme scoop scope screen scroll scrollbar scrolling se seagreen search searchfield seashell ' +
    'second security seek segoe select selecteditem selecteditemtext selector self semi separate ' +
    'separator sepia serif sesame set settings sf shadow shape sheet shift show shown shrink sibling ' +
    'side sideways sienna sign silver simplified sin single size sizing skew skewx skewy skip skyblue ' +
    'slashed slateblue slategray slategrey slice slider slot slotted slow small smaller smooth ' +
    'smoothing snap snow soft solid source space spaces spacing span speak spell spelling spin ' +
    'springgreen sqrt square squircle src srgb stable stacked standalone standard start state static ' +
    'status statusbar steelblue step steps sticky stop stretch strict stroke style sub subgrid subpixel ' +
    'subtract suffix super superellipse supports sw swap symbol symbolic symbols syntax synthesis ' +
    'system tab table tabpanel tabular tahoma tan tap target tb teal template text textarea textfield ' +
    'thick thickness thin thistle threeddarkshadow threedface threedhighlight threedlightshadow ' +
    'threedshadow threshold through thumb time timeline times timing titling to toggle tomato toolbar ' +
    'tooltip top touch track tracks traditional trailing transform transition translate translate3d ' +
    'translatex translatey translatez transparency transparent trebuchet tree triangle trigger trim ' +
    'true try turquoise type types ubuntu ui ultra under underline underscore unicase unicode unsafe ' +
    'unset up update upload uppercase upright url user valid value var variant variation vector verdana ' +
    'verso vertical view violet visibility visible visiblefill visiblepainted visiblestroke visited ' +
    'visitedtext visual volume w wait wavy webkit week weight wheat where white whitesmoke widows width ' +
    'will window windowframe windowtext with within without word words wrap write writing x xor xx xxx ' +
    'xywh y yellow yellowgreen z zero zoom',
);

/** Units of CSS. */
export const CSS_UNITS = words(
  'px em rem ex ch cap ic lh rlh vw vh vi vb vmin vmax svw svh svi svb svmin svmax lvw lvh lvi lvb ' +
    'lvmin lvmax dvw dvh dvi dvb dvmin dvmax cqw cqh cqi cqb cqmin cqmax cm mm q in pt pc deg grad rad ' +
    'turn s ms hz khz dpi dpcm dppx x fr n',
);

/** Elements of HTML, SVG and MathML. */
export const KNOWN_TAGS = words(
  'a abbr acronym address animate animateMotion animateTransform annotation annotation-xml applet area ' +
    'article aside audio b base basefont bdi bdo bgsound big blink blockquote body br button canvas ' +
    'caption center circle cite clipPath code col colgroup data datalist dd defs del desc details dfn ' +
    'dialog dir div dl dt ellipse em embed feBlend feColorMatrix feComponentTransfer feComposite ' +
    'feConvolveMatrix feDiffuseLighting feDisplacementMap feDistantLight feDropShadow feFlood feFuncA ' +
    'feFuncB feFuncG feFuncR feGaussianBlur feImage feMerge feMergeNode feMorphology feOffset ' +
    'fePointLight feSpecularLighting feSpotLight feTile feTurbulence fieldset figcaption figure filter ' +
    'font footer foreignObject form frame frameset g h1 h2 h3 h4 h5 h6 head header hgroup hr html i ' +
    'iframe image img input ins kbd keygen label legend li line linearGradient link listing maction main ' +
    'map mark marker marquee mask math menclose menu menuitem merror meta metadata meter mfrac mi ' +
    'mmultiscripts mn mo mover mpadded mpath mphantom mprescripts mroot mrow ms mspace msqrt mstyle msub ' +
    'msubsup msup mtable mtd mtext mtr munder munderover nav nobr noembed noframes noscript object ol ' +
    'optgroup option output p param path pattern picture plaintext polygon polyline pre progress q ' +
    'radialGradient rb rect rp rt rtc ruby s samp script search section select selectedcontent semantics ' +
    'set slot small source span stop strike strong style sub summary sup svg switch symbol table tbody td ' +
    'template text textPath textarea tfoot th thead time title tr track tspan tt u ul use var video view ' +
    'wbr xmp',
);

/** Is each word of a name, a vendor's prefix and leading dashes aside, a word of CSS? */
export function isCssName(name: string): boolean {
  if (name.length > 60) return false;
  return name
    .toLowerCase()
    .replace(/^-?(?:webkit|moz|ms|o)?-/, '')
    .split('-')
    .every((word) => CSS_WORDS.has(word));
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(' '));
}
