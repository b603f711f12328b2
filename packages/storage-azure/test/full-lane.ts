/** The reason to leave out what takes long, or `undefined` where it runs. */
export const fullLane: string | undefined = ['short', 'long'].includes(process.env['RINDLE_RUNS'] ?? '')
  ? undefined
  : 'RINDLE_RUNS=short runs it, as .ci/run does.'
