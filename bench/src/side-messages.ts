import type { JsonObject } from '@rindle/core'
import type { Figures } from './alternate.ts'

/** What a bench tells the process of a side. */
export type ToSide =
  | { readonly type: 'setup'; readonly setup: JsonObject }
  | { readonly type: 'round'; readonly input: JsonObject }

/** What it answers, once each. */
export type FromSide =
  | { readonly type: 'ready'; readonly facts: JsonObject }
  | { readonly type: 'done'; readonly figures: Figures }
  | { readonly type: 'failed'; readonly reason: string }
