import type { JsonObject } from '@rindle/core'
import type { Figures } from './alternate.ts'

/** Messages from a bench to the process of a side. */
export type ToSide =
  | { readonly type: 'setup'; readonly setup: JsonObject }
  | { readonly type: 'round'; readonly input: JsonObject }

/** Its answers, one for each. */
export type FromSide =
  | { readonly type: 'ready'; readonly facts: JsonObject }
  | { readonly type: 'done'; readonly figures: Figures }
  | { readonly type: 'failed'; readonly reason: string }
