/** Codes about storages, the objects in them, and the machine's own disk and memory. */
export const STORAGE_ERRORS = {
  /**
   * Cause: There is no object under the key. On completion: the client has not sent it yet, or the storage refused it.
   *
   * Cure: On completion, look at the storage's answer to the PUT; then complete again. For an original, run
   * `rindle verify-storage`.
   *
   * @see guide/uploads
   */
  storage_object_missing: { retryable: false, meaning: 'The storage holds no object under that key.' },
  /**
   * Cause: Another writer changed the object in between.
   *
   * Cure: Repeat the call. Jobs start over automatically.
   */
  storage_precondition_failed: { retryable: false, meaning: 'The stored object is not the expected one.' },
  /**
   * Cause: The storage does not answer or is overloaded, or the bucket or directory is gone: a disk is not mounted, or
   * another disk is in its place.
   *
   * Cure: Jobs try again automatically. `rindle doctor` tries each storage. If you moved or emptied a local root on
   * purpose, `rindle init-storage` sets it up again.
   *
   * @see guide/storages
   */
  storage_unavailable: { retryable: true, meaning: 'The storage did not answer, or answered that it is overloaded.' },
  /**
   * Cause: The credentials are wrong, or lack a permission; on a disk, a symbolic link leads out of the root.
   * `details.storeCode` has the store's own code. On AWS, without `s3:ListBucket`, this is also the answer for objects
   * that do not exist.
   *
   * Cure: Correct the credentials or the policy. Promotions and variants wait, and continue automatically.
   *
   * @see reference/packages/storage-s3
   */
  storage_denied: { retryable: false, meaning: 'The storage refused the credentials, or they lack the permission.' },
  /**
   * Cause: A key is malformed. Rindle makes no such key: it comes from an adapter, or from a call of your own.
   *
   * Cure: The message says which rule the key breaks. Use another key.
   *
   * @see guide/own-files
   */
  storage_key_invalid: { retryable: false, meaning: 'A storage key is malformed.' },
  /**
   * Cause: The disk of `workDirectory` is full, or a disk quota is used up.
   *
   * Cure: Free space, move `workDirectory` to a larger disk, or accept smaller files. The work waits, and continues by
   * itself.
   *
   * @see guide/work
   */
  insufficient_disk: { retryable: true, meaning: 'Not enough free space for the work.' },
  /**
   * Cause: The machine has no memory left for the work.
   *
   * Cure: Run fewer jobs at once (`concurrency`), or add memory. The work waits, and continues automatically.
   *
   * @see guide/work
   */
  insufficient_memory: { retryable: true, meaning: 'Not enough free memory for the work.' },
  /**
   * Cause: The object of an original is gone from its storage. Ready variants stay; a variant that needs the original
   * fails.
   *
   * Cure: `rindle verify-storage` lists all such originals. Restore them from a backup, then run `rindle requeue` or
   * `rindle reprobe`: either reads the object and clears `original_damaged_at`.
   *
   * @see guide/operations
   */
  original_missing: { retryable: false, meaning: 'The original is gone from storage.' },
  /**
   * Cause: The stored bytes of an original are not the verified ones: their SHA-256 differs from the recorded one.
   *
   * Cure: Restore the object from a backup, then run `rindle requeue` or `rindle reprobe`. Find out which program or
   * person wrote to the bucket.
   *
   * @see guide/operations
   */
  original_damaged: { retryable: false, meaning: 'The stored original differs from its recorded checksum.' },
} as const
