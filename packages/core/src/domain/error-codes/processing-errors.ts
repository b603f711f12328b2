/** Codes about background work: what a processor, a scanner or a program could not do with a file. */
export const PROCESSING_ERRORS = {
  /**
   * Cause: A processor could not make the variant. The reason follows in the message.
   *
   * Cure: It is retried, unless the file makes it impossible, such as sound from a silent video. After all attempts,
   * correct the cause and run `rindle requeue <assetId>`.
   *
   * @see guide/operations
   */
  processing_failed: { retryable: true, meaning: 'A processor could not make a variant.' },
  /**
   * Cause: The work took longer than `timeoutSeconds`, or an encoder made no progress. Usually too many jobs run at once
   * on one machine.
   *
   * Cure: It is retried. If it repeats, lower `concurrency` or raise `timeoutSeconds`.
   *
   * @see guide/work
   */
  processing_timeout: { retryable: true, meaning: 'A processor exceeded its time limit.' },
  /**
   * Cause: A person or the system killed a decoder or encoder process. The system does so when the machine or its
   * container runs out of memory.
   *
   * Cure: The work waits, and continues automatically. If one file causes it again and again, give the worker more memory, or
   * lower `concurrency`, `maxPixels` or `maxDecodedBytes`.
   *
   * @see guide/work
   */
  process_killed: {
    retryable: true,
    meaning: 'A process that did the work was killed from outside: by a person, or by the system when memory ran out.',
  },
  /**
   * Cause: The worker died in every attempt, or could not record the result: it was killed without a chance to stop, ran
   * out of memory, or lost the database.
   *
   * Cure: A new job continues the work. If one asset causes it again and again, read the end of the worker's log, give
   * the worker more memory or fewer jobs at once, and run `rindle requeue <assetId>`.
   *
   * @see guide/work
   */
  worker_died: { retryable: true, meaning: 'The workers that had this work died, or could not report its result.' },
  /**
   * Cause: One of your scanners threw, gave no verdict, or took longer than its `timeoutMs`. Its name follows the colon.
   * This says nothing about the file.
   *
   * Cure: Start the scanner again. Until then the file waits, unscanned and undelivered.
   *
   * @see guide/security
   */
  scanner_failed: { retryable: true, meaning: 'A scanner could not do its work; that says nothing about the file.' },
  /**
   * Cause: One of your analyzers threw or took too long. Its name follows the colon. This says nothing about the file.
   *
   * Cure: Correct the analyzer. The file waits, and is analysed when it works again.
   */
  analyzer_failed: { retryable: true, meaning: 'An analyzer could not do its work; that says nothing about the file.' },
  /**
   * Cause: The output is not what its recipe promises: its dimensions, duration or tracks are wrong. It was not stored.
   *
   * Cure: If one file causes it again and again, the encoder or Rindle has a defect. Please report it with the file.
   */
  output_mismatch: { retryable: false, meaning: 'An output differs from what its recipe promises.' },
  /**
   * Cause: No installed decoder reads the file, a decoder would make a wrong picture of it, or this FFmpeg lacks a part:
   * the message says which. Examples are HEIC without `@rindle/decoder-heic`, a PDF with a password, and a TIFF with 12
   * bits. The file itself is intact.
   *
   * Cure: Install the decoder, save the file in another format, or accept it in a profile without variants.
   *
   * @see reference/packages/processor-image
   */
  unsupported_codec: { retryable: false, meaning: 'The installed decoders cannot read this form of file.' },
  /**
   * Cause: The file is cut off or damaged. The message says how much is missing, where that can be told.
   *
   * Cure: Nothing repairs it: upload it again. A JPEG or PNG that lacks up to a tenth of its picture at the end is made
   * anyway, unless `imageProcessor` has `truncated: 'reject'`.
   *
   * @see reference/packages/processor-image
   */
  corrupt_media: { retryable: false, meaning: 'The file cannot be decoded: it is truncated or damaged.' },
  /**
   * Cause: The profile removes metadata from originals (`originals.metadata`), and this file has some that cannot be
   * removed without loss, such as a film's track of places. The message names it.
   *
   * Cure: Remove the type from `accept.types`, or upload such files to a profile that keeps metadata.
   *
   * @see guide/security
   */
  metadata_not_removable: {
    retryable: false,
    meaning: 'The profile wants metadata removed, and this file has it in a form that cannot be removed without loss.',
  },
  /**
   * Cause: By its header, the file has more pixels, frames or minutes than the profile allows. Nothing was decoded. For a
   * PDF: the image of the page would be larger than that, or the document has no such page.
   *
   * Cure: Raise the limit of the profile, or refuse the file. For a PDF page, give the recipe a `height`.
   *
   * @see guide/profiles
   */
  limit_exceeded: { retryable: false, meaning: 'The media exceeds a limit of its profile (pixels, duration, frames).' },
  /**
   * Cause: A processor did not find its source file: another program removes files from `workDirectory`.
   *
   * Cure: It is retried. Keep other programs, such as a cleaner of `/tmp`, away from `workDirectory`.
   *
   * @see guide/work
   */
  variant_source_not_found: { retryable: false, meaning: 'A processor did not find its source file.' },
  /**
   * Cause: The work was cancelled, or its asset was replaced or purged in the meantime.
   *
   * Cure: Nothing, if that was intended. Otherwise run `rindle requeue <assetId>`.
   */
  variant_processing_cancelled: { retryable: false, meaning: 'The work was cancelled.' },
  /**
   * Cause: FFmpeg ended with an error. Its own words follow in the message.
   *
   * Cure: It is retried. If every attempt fails, run the file through FFmpeg by hand on the worker's machine.
   *
   * @see start/av
   */
  program_failed: { retryable: true, meaning: 'A program that does the work ended with an error.' },
} as const
