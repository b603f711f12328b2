import type { Owner } from '../domain/entities.ts'

/**
 * The slot of an upload: an upload through the application is attached together with its row, one that a client sends
 * as soon as it is available.
 */
export type AttachTo<S extends string> =
  | { readonly owner: Owner; readonly slot: S }
  | { readonly owner?: never; readonly slot?: never }
