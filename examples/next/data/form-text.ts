/** The text of a field, trimmed and cut to the length of its column; empty if there is none. */
export function formText(form: FormData, name: string, maxLength: number): string {
  const value = form.get(name)
  return typeof value === 'string' ? value.trim().slice(0, maxLength) : ''
}
