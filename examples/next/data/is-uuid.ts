const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Whether a text that came from outside can be the id of anything here. */
export function isUuid(text: string): boolean {
  return UUID.test(text)
}
