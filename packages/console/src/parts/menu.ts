import type { RuntimeStatus } from '@rindle/core'
import { count, counted } from './format.ts'
import { type Html, html, NOTHING } from './html.ts'

/** A page of the menu; others are added here. */
interface Entry {
  readonly path: string
  readonly label: string
  /** The number beside it, in a few words; nothing: there is nothing to do. */
  readonly number?: (status: RuntimeStatus) => string
  /** Whether the number stands for trouble. */
  readonly isBad?: boolean
}

const MENU: readonly { readonly heading: string; readonly entries: readonly Entry[] }[] = [
  { heading: '', entries: [{ path: '/', label: 'Overview', number: errors, isBad: true }] },
  {
    heading: 'Library',
    entries: [
      { path: '/assets', label: 'Assets' },
      { path: '/uploads', label: 'Uploads', number: uploads },
      { path: '/quotas', label: 'Quotas' },
    ],
  },
  {
    heading: 'Work',
    entries: [
      { path: '/work', label: 'Queues and jobs', number: jobs },
      { path: '/maintenance', label: 'Maintenance' },
      { path: '/events', label: 'Events', number: deadDeliveries, isBad: true },
    ],
  },
  {
    heading: 'Installation',
    entries: [
      { path: '/storages', label: 'Storages' },
      { path: '/doctor', label: 'Doctor' },
      { path: '/log', label: 'Operator log' },
    ],
  },
]

/** The states of an upload that still goes on. */
export const IN_FLIGHT = ['initialized', 'signed', 'resuming', 'uploading', 'uploaded', 'verifying'] as const

/** The menu, with the numbers of the latest status beside its entries; `null`: none is known, or may be seen. */
export function menu(at: (path: string) => string, current: string, status: RuntimeStatus | null): Html {
  return html`${MENU.map(
    ({ heading, entries }) =>
      html`<div>${heading === '' ? NOTHING : html`<h2>${heading}</h2>`}<ul>${entries.map(
        ({ path, label, number, isBad }) =>
          html`<li><a href="${at(path)}"${current === path ? html` aria-current="page"` : NOTHING}><span>${label}</span>${
            status === null ? NOTHING : numberMark(number?.(status) ?? '', isBad)
          }</a></li>`,
      )}</ul></div>`,
  )}`
}

function numberMark(text: string, isBad = false): Html {
  return text === '' ? NOTHING : html`<span class="n${isBad ? ' bad' : ''}">${text}</span>`
}

function errors({ findings }: RuntimeStatus): string {
  const found = findings.filter(({ severity }) => severity === 'error').length
  return found === 0 ? '' : counted(found, 'error')
}

function uploads({ counts }: RuntimeStatus): string {
  return orNothing(IN_FLIGHT.reduce((sum, state) => sum + (counts.sessions[state] ?? 0), 0))
}

function jobs({ queues }: RuntimeStatus): string {
  return orNothing(queues.reduce((sum, { waiting, running }) => sum + waiting + running, 0))
}

function deadDeliveries({ findings }: RuntimeStatus): string {
  const dead = findings.find((finding) => finding.class === 'dead_delivery')
  return dead === undefined ? '' : `${count(dead.count)}${dead.isAtLeast ? '+' : ''} dead`
}

function orNothing(value: number): string {
  return value === 0 ? '' : count(value)
}
