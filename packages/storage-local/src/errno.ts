/** Whether `error` comes from the operating system with one of these codes ("ENOENT"). */
export function hasErrno(error: unknown, ...codes: readonly string[]): error is NodeJS.ErrnoException {
  return isErrno(error) && error.code !== undefined && codes.includes(error.code)
}

/** Whether `error` comes from the operating system, and not from a mistake in a program. */
export function isErrno(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'errno' in error && 'code' in error
}
