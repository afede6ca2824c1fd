// Attributes that run a script when something happens: every event, and every way to write one.
import { type Case, RUN } from './case.ts';

/** Elements on which the event happens by itself or is easily made to, `@` where the handler goes. */
const EVENTS: Readonly<Record<string, string>> = {
  '<img src=x @>': 'error loadend',
  '<img src="/1.jpg" @>': 'load',
  '<image src=x @>': 'error',
  '<body @>':
    'load pageshow focus blur hashchange popstate message messageerror online offline resize scroll storage ' +
    'unload beforeunload pagehide beforeprint afterprint languagechange rejectionhandled unhandledrejection ' +
    'scrollend pageswap pagereveal error',
  '<html @>': 'click mousemove',
  '<p autofocus tabindex=1 @>a</p>': 'focus focusin blur focusout',
  '<a href="/1" autofocus @>a</a>': 'focus focusin click auxclick',
  '<input autofocus @>': 'focus blur change input invalid select beforeinput',
  '<details open @>a</details>': 'toggle beforetoggle',
  '<div popover @>a</div>': 'toggle beforetoggle command',
  '<dialog open @>a</dialog>': 'cancel close',
  '<p style="animation:x 1s" @>a</p>': 'animationstart animationiteration animationend animationcancel',
  '<p style="transition:all 1s" @>a</p>':
    'transitionrun transitionstart transitionend transitioncancel webkittransitionend webkitanimationstart',
  '<p @>a</p>':
    'click dblclick mousedown mouseup mouseover mouseout mousemove mouseenter mouseleave contextmenu wheel ' +
    'mousewheel pointerdown pointerup pointerover pointerout pointermove pointerenter pointerleave ' +
    'pointercancel pointerrawupdate gotpointercapture lostpointercapture keydown keyup keypress copy cut ' +
    'paste beforecopy beforecut beforepaste drag dragstart dragend dragover dragenter dragleave drop ' +
    'touchstart touchend touchmove touchcancel selectstart selectionchange fullscreenchange ' +
    'fullscreenerror securitypolicyviolation slotchange beforematch contentvisibilityautostatechange ' +
    'scrollsnapchange scrollsnapchanging show search beforexrselect activate readystatechange',
  '<video src=x @></video>':
    'loadstart loadeddata loadedmetadata canplay canplaythrough play playing pause progress ratechange ' +
    'seeked seeking stalled suspend timeupdate volumechange waiting durationchange emptied ended error ' +
    'encrypted waitingforkey enterpictureinpicture leavepictureinpicture webkitfullscreenchange',
  '<audio src=x @></audio>': 'error abort loadstart',
  '<audio><source src=x @></audio>': 'error',
  '<video><track default src="data:text/vtt," @></video>': 'cuechange load error',
  '<iframe src="about:blank" @></iframe>': 'load',
  '<object data=x @></object>': 'error load',
  '<embed src=x @>': 'error load',
  '<link rel=stylesheet href=x @>': 'error load',
  '<script src=x @></script>': 'error',
  '<style @>p{color:red}</style>': 'load error',
  '<form @><input type=submit></form>': 'submit reset formdata',
  '<marquee @>a</marquee>': 'start bounce finish',
  '<svg @></svg>': 'load begin unload',
  '<svg><animate attributeName=x dur=1s @></svg>': 'begin end repeat',
  '<svg><set attributeName=x to=1 @></svg>': 'begin end',
  '<svg><animateTransform attributeName=transform dur=1s @></svg>': 'begin',
  '<svg><image href=x @></svg>': 'error load',
  '<svg><script href=x @></script></svg>': 'error',
  '<math @>a</math>': 'click',
  '<portal @></portal>': 'load',
  '<x-y @>a</x-y>': 'click',
  '<frameset @></frameset>': 'load',
};

const EVERY_EVENT = Object.entries(EVENTS).flatMap(([element, events]) =>
  events.split(' ').map((event): Case => {
    const name = /\S+(?= [^@]*@)/.exec(element)![0].replaceAll(/[<>]+/g, ' ').trim();
    return [`on${event} of ${name}`, element.replace('@', `on${event}=${RUN}`)];
  }),
);

/** Ways to write the attribute; each would run in a browser if it stayed, or is a try to hide one. */
const SPELLINGS: readonly Case[] = [
  ['in capitals', `<img src=x ONERROR=${RUN}>`],
  ['in mixed case', `<img src=x oNeRrOr=${RUN}>`],
  ['in quotation marks', `<img src=x onerror="${RUN}">`],
  ['in apostrophes', `<img src=x onerror='${RUN}'>`],
  ['in grave accents', `<img src=x onerror=\`${RUN}\`>`],
  ['behind a slash', `<img src=x/onerror=${RUN}>`],
  ['behind slashes instead of spaces', `<img/src=x/onerror=${RUN}>`],
  ['behind a quotation mark without a space', `<img src="x"onerror="${RUN}">`],
  ['behind an apostrophe without a space', `<img src='x'onerror='${RUN}'>`],
  ['behind a line feed', `<img src=x\nonerror=${RUN}>`],
  ['behind a carriage return', `<img src=x\ronerror=${RUN}>`],
  ['behind a form feed', `<img src=x\fonerror=${RUN}>`],
  ['behind a vertical tab', `<img src=x \vonerror=${RUN}>`],
  ['behind a null character', `<img src=x \0onerror=${RUN}>`],
  ['behind a no-break space', `<img src=x\u00a0onerror=${RUN}>`],
  ['with spaces around its sign', `<img src=x onerror = ${RUN}>`],
  ['with line feeds around its sign', `<img src=x onerror\n=\n"${RUN}">`],
  ['with a null character in its name', `<img src=x on\0error=${RUN}>`],
  ['with a null character behind its name', `<img src=x onerror\0=${RUN}>`],
  ['with an entity in its value', `<img src=x onerror="window.__ran&#61;true">`],
  ['with an entity without a semicolon in its value', `<img src=x onerror="window.__ran&#61true">`],
  ['with a sign before its name', `<img src=x =onerror=${RUN}>`],
  ['with a quotation mark before its name', `<img src=x "onerror=${RUN}>`],
  ['with a bracket before its name', `<img src=x <onerror=${RUN}>`],
  ['with a prefix', `<img src=x xlink:onerror=${RUN} onerror=${RUN}>`],
  ['given twice', `<img src=x onerror="" onerror=${RUN}>`],
  ['behind a value that is not closed', `<img src="x onerror=${RUN}>" onerror=${RUN}>`],
  ['behind an empty value', `<img src=x alt=""onerror=${RUN}>`],
  ['behind a description with a bracket', `<img alt="a>b" src=x onerror=${RUN}>`],
  ['at the end of a page', `<img src=x onerror=${RUN} `],
  ['at the end of an element', `<p>a</p onclick=${RUN}>`],
  ['on an element without an end', `<b onclick=${RUN}>a`],
  ['on an unknown element', `<blah onclick=${RUN}>a</blah>`],
  ['on an element in a title', `<abbr title="<img src=x onerror=${RUN}>">a</abbr>`],
  ['that makes itself focused', `<p id=x tabindex=1 onfocus=${RUN}>a</p><a href="#x">b</a>`],
  ['that follows the language', `<p lang="en" onclick=${RUN} dir="ltr">a</p>`],
  ['whose value is an address', `<a href="/1" onclick="javascript:${RUN}">a</a>`],
  ['that covers everything', `<p style="position:fixed;inset:0" onmousemove=${RUN}>a</p>`],
  ['that asks a dialog', `<img src=x onerror=alert(1)>`],
  ['that runs on a search engine', `<p onauxclick=${RUN} onbeforescriptexecute=${RUN}>a</p>`],
];

export const HANDLERS: readonly Case[] = [...EVERY_EVENT, ...SPELLINGS];
