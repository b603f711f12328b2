/** Codes about the installation: its options, its programs, its services. */
export const SETUP_ERRORS = {
  /**
   * Cause: A factory got wrong or unknown options. The same code is used when a profile names a storage that is not
   * configured, when `--database-url` is not the database of the configuration, and when a body parser read a request
   * before the handler.
   *
   * Cure: Read the message: it lists every problem with its path. Correct the options and start again.
   */
  config_invalid: { retryable: false, meaning: 'The options given to a factory are wrong; every problem is listed.' },
  /**
   * Cause: A migration has not been run, a package or a program is not installed, or the database refused the
   * credentials.
   *
   * Cure: Do what the message says. Most often, run `rindle migrate`. `rindle doctor` checks everything else.
   *
   * @see start/production
   */
  setup_incomplete: { retryable: false, meaning: 'Something must be installed or migrated before this can work.' },
  /**
   * Cause: PostgreSQL is down, restarting, unreachable, or out of connections.
   *
   * Cure: Nothing, if it is back soon: workers continue automatically. If it stays, run `rindle doctor`, and compare the
   * connections of all your processes with `max_connections` of the server.
   *
   * @see guide/operations
   */
  database_unavailable: { retryable: true, meaning: 'The database could not be reached, or cannot serve now.' },
  /**
   * Cause: The queue has a connection of its own, and that connection failed.
   *
   * Cure: Check the database first. Behind a pooler in transaction mode, give `pgBossJobs({ connectionString })` a
   * direct URL.
   *
   * @see reference/packages/jobs-pgboss
   */
  jobs_unavailable: { retryable: true, meaning: 'The job queue could not be reached.' },
  /**
   * Cause: The adapter cannot do what was asked. `details` has the capability and the adapter.
   *
   * Cure: Choose another way, such as one PUT instead of parts, or another storage.
   *
   * @see guide/storages
   */
  capability_unsupported: { retryable: false, meaning: 'The adapter in use cannot do this.' },
  /**
   * Cause: A recipe asks for an output that no installed processor makes, or that this build of FFmpeg cannot make.
   *
   * Cure: Add the package that the message names to `processors`, or install an FFmpeg with the part that it names.
   * Variants wait until a worker has it.
   *
   * @see guide/profiles
   */
  processor_capability_missing: { retryable: false, meaning: 'No installed processor makes what a recipe asks for.' },
  /**
   * Cause: No profile with that name is configured in this process. A row may belong to a profile that you removed, or
   * that only a newer version of your application has.
   *
   * Cure: Keep a profile as long as it has assets. During a rolling deployment, do nothing: the work waits for a worker
   * that knows the profile.
   *
   * @see guide/profiles
   */
  unknown_profile: { retryable: false, meaning: 'No profile with that name is configured.' },
  /**
   * Cause: Rows name a storage that is not in `storages` of this process.
   *
   * Cure: Keep the old name when you change the adapter behind it. The work waits for a process that has the storage.
   *
   * @see guide/storages
   */
  unknown_storage: { retryable: false, meaning: 'No storage with that name is configured, though rows name it.' },
  /**
   * Cause: A process of a newer version or configuration asked for this work, and an older worker took it. The message
   * says what that worker lacks.
   *
   * Cure: Nothing during a deployment: the work waits for a newer worker. If it stays, restart the workers, too.
   *
   * @see guide/upgrading
   */
  newer_worker_needed: {
    retryable: true,
    meaning: 'A newer version or configuration asked for this work; it waits for a worker that has it.',
  },
  /**
   * Cause: The machine has no FFmpeg, or one that does not start. A configured path that leads nowhere counts, too.
   *
   * Cure: Install FFmpeg on the worker, or set `RINDLE_FFMPEG_PATH` and `RINDLE_FFPROBE_PATH`. The work waits for a
   * worker that has it.
   *
   * @see start/av
   */
  program_not_found: { retryable: false, meaning: 'A program that the work needs was not found.' },
} as const
