/** Codes about one call: its arguments, the row that it names, the permission of its caller. */
export const CALL_ERRORS = {
  /**
   * Cause: No row has that id. Over HTTP, an id of another user or another tenant gets the same answer.
   *
   * Cure: Check the id. Over HTTP, check who is signed in, and whether `canView` lets that actor see the asset.
   */
  not_found: { retryable: false, meaning: 'No row with that id.' },
  /**
   * Cause: Another caller changed the same row first. For a resumable upload, another client is writing to it. From
   * `purgeAsset`, the asset is attached, and the message names its owners. From `restore`, another asset has the slot.
   * From `store`, `delete` and `urlForKey`, the key belongs to Rindle.
   *
   * Cure: Read the row again and decide. Jobs retry automatically. Before a purge, detach the asset or pass `detach`; for
   * `restore`, pass `whenTaken`. For a key, a retry does not help: use another key.
   *
   * @see guide/own-files
   */
  conflict: {
    retryable: true,
    meaning: 'Another caller changed the same row first; read it again and decide. For a storage key: it is not yours.',
  },
  /**
   * Cause: Somebody placed a hold on the asset, so nothing of it is deleted.
   *
   * Cure: `rindle show <assetId>` says why, and until when. If the reason is gone, run `rindle unhold <assetId>` and
   * repeat the call.
   *
   * @see guide/trash
   */
  asset_held: { retryable: false, meaning: 'The asset is on hold: nothing of it is deleted until the hold ends.' },
  /**
   * Cause: The row is in a state that does not allow this change. Usually two parts of an application disagree about
   * what has happened: for example, one of them attaches a quarantined file.
   *
   * Cure: The message says which changes the state allows. Read the row, and choose one of them.
   *
   * @see guide/concepts
   */
  invalid_transition: { retryable: false, meaning: 'The state machine does not allow this change of state.' },
  /**
   * Cause: An argument is malformed: an id that is no UUID, an invalid range, an unknown option of a command.
   *
   * Cure: The message names the argument and the form that it must have.
   */
  invalid_input: { retryable: false, meaning: 'An argument of a call is malformed.' },
  /**
   * Cause: The profile of the asset declares no variant with that name.
   *
   * Cure: Use a declared name, or add the variant to the profile and run `rindle regenerate-variants`.
   *
   * @see guide/profiles
   */
  unknown_variant: { retryable: false, meaning: 'The profile declares no variant with that name.' },
  /**
   * Cause: The profile declares no slot with that name.
   *
   * Cure: Use a declared name, or add the slot to `slots` of the profile.
   *
   * @see guide/concepts
   */
  unknown_slot: { retryable: false, meaning: 'The profile declares no slot with that name.' },
  /**
   * Cause: The asset is not verified yet, or is in a state that is never delivered, such as `quarantined`. With
   * `onNotReady: 'error'`, also a variant that is not made. `retryable` of the error is `true` while the asset is being
   * verified, and while the variant is being made: read the asset again later.
   *
   * Cure: Ask `isDeliverable(asset.state)` first, and show a placeholder until it is. For a variant that is not made yet,
   * pass `onNotReady: 'placeholder'`.
   *
   * @see guide/delivery
   */
  not_deliverable: { retryable: false, meaning: 'The asset or variant is in a state in which it is not delivered.' },
  /**
   * Cause: `delivery.authorize` of the profile refused, and the message has its reason. Over HTTP also: nobody is signed
   * in, `authorizeUpload` refused, or the actor may see the asset but not change it.
   *
   * Cure: Sign in, or change the function that refuses.
   *
   * @see guide/security
   */
  forbidden: { retryable: false, meaning: 'The authorizer refused; its reason is kept.' },
  /**
   * Cause: A signed URL was altered, is for another method, or was signed with another key.
   *
   * Cure: Give all processes the same `signingKey`, and no two storages the same key. After a change of the key, issue
   * new URLs.
   *
   * @see guide/delivery
   */
  token_invalid: { retryable: false, meaning: 'A signed token is malformed, forged or made for something else.' },
  /**
   * Cause: A signed URL is past its expiry.
   *
   * Cure: Issue URLs when you render a page, and do not store them.
   *
   * @see guide/delivery
   */
  token_expired: { retryable: false, meaning: 'A signed token is past its expiry.' },
  /**
   * Cause: The work has already ended, so there is nothing to cancel.
   *
   * Cure: Nothing. Read the variant to see how it ended.
   */
  not_processing: { retryable: false, meaning: 'There is no work to cancel.' },
} as const
