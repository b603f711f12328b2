/** A number with its noun: `1 job`, `3 jobs`. Pure. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`
}
