import type { Rindle } from '@rindle/core'
import type { Call } from '../call.ts'
import { numbersOf } from '../numbers.ts'
import { ASSETS, SPRITE } from './assets.ts'
import { absolute } from './format.ts'
import { glyph } from './glyph.ts'
import { type Html, html, NOTHING } from './html.ts'
import { menu } from './menu.ts'

/** What a page gives to the layout. */
export interface Page {
  readonly title: string
  readonly main: Html
  /** The path of the entry of the menu that leads here. */
  readonly entry: string
  /** Whether numbers of the page are still being counted: without a script, the browser asks again. @default false */
  readonly isCounting?: boolean
}

/** The parts of a call that the layout needs: the pages of errors have no operator, and show no numbers. */
export type LayoutCall = Pick<Call, 'config' | 'at' | 'now' | 'query' | 'numbersVersion'> & {
  readonly actorId: string | null
  readonly rindle: Rindle | null
}

/** A whole page. */
export function layout(call: LayoutCall, page: Page): Html {
  const { config, at, now } = call
  const name = config.title ?? 'Rindle'
  const status = call.rindle === null ? null : (numbersOf(call.rindle).counted.latest().value?.status ?? null)
  const brand = html`<a class="brand" href="${at('/')}"><svg aria-hidden="true"><use href="#g-brand"/></svg>Rindle</a>`
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
${call.rindle === null ? NOTHING : html`<meta name="rindle-live" content="${at('/live')}?of=${call.numbersVersion}">`}
${page.isCounting === true ? html`<noscript><meta http-equiv="refresh" content="2"></noscript>` : NOTHING}
<title>${page.title} · ${name} console</title>
<link rel="icon" href="${fileUrl(call, 'icon.svg')}" type="image/svg+xml">
<link rel="stylesheet" href="${fileUrl(call, 'console.css')}">
<script src="${fileUrl(call, 'console.js')}" type="module"></script>
</head>
<body>
${SPRITE}
<a class="skip" href="#main">Skip to the content</a>
<div class="shell">
<header class="top">${brand}<span class="env">${config.title}</span><button type="button" class="btn" popovertarget="menu">Menu</button></header>
<nav class="side" id="menu" popover aria-label="Console">
${brand}
<form class="find" role="search" action="${at('/assets')}"><label class="vh" for="find">Find an asset by id or by the beginning of its file name</label><input type="search" id="find" name="find" maxlength="255" placeholder="Id or file name"></form>
<div class="nav" data-live="menu">${menu(at, page.entry, status)}</div>
<p class="who"><b>${config.title}</b>${call.actorId}<br><time datetime="${now.toISOString()}">${absolute(now)}</time></p>
</nav>
<main id="main" tabindex="-1">
${page.main}
</main>
</div>
</body>
</html>
`
}

/** The head of a page: its name, a sentence, and what can be done. */
export function head(title: unknown, lead: unknown = '', actions: unknown = ''): Html {
  return html`<div class="head"><div><h1>${title}</h1><p>${lead}</p></div>${
    actions === '' ? NOTHING : html`<div class="actions">${actions}</div>`
  }</div>`
}

/** A part of a page with a heading. */
export function section(id: string, title: string, content: unknown, note: unknown = ''): Html {
  return html`<section class="sec" aria-labelledby="h-${id}"><div class="sec-head"><h2 id="h-${id}">${title}</h2>${
    note === '' ? NOTHING : html`<p>${note}</p>`
  }</div>${content}</section>`
}

/** A part that the script replaces when something has changed. */
export function live(name: string, content: Html): Html {
  return html`<div data-live="${name}">${content}</div>`
}

/** One line that says that nothing is to be done, among parts of a page that have much to show. */
export function calm(words: string): Html {
  return html`<div class="sheet"><p class="pad dim">${glyph('check', 'ok')} ${words}</p></div>`
}

/** What stands where there is nothing yet. */
export function blank(shape: string, title: string, content: unknown, tone: '' | 'bad' = ''): Html {
  return html`<div class="sheet"><div class="blank ${tone}"><svg aria-hidden="true"><use href="#g-${shape}"/></svg><h2>${title}</h2>${content}</div></div>`
}

function fileUrl({ at }: LayoutCall, name: string): string {
  return `${at(`/files/${name}`)}?v=${ASSETS[name]?.digest ?? ''}`
}
