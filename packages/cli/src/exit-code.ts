/**
 * How a command ends: 0 done, also if nothing matched; 1 the work had errors; 2 wrong usage or configuration;
 * 130 interrupted, after the summary so far.
 */
export type ExitCode = 0 | 1 | 2 | 130
