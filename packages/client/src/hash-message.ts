/** What a worker that hashes a file posts: a sign of life after each slice, then the result. */
export type HashMessage =
  | { readonly type: 'slice' }
  | { readonly type: 'done'; readonly sha256: string }
  | { readonly type: 'failed' }
