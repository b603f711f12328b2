/** Text in quotes, as an attribute of a playlist may hold it (RFC 8216, 4.2). Pure. */
export function quoted(text: string): string {
  return `"${shown(text)}"`
}

/** Text without quotes, line ends and control characters, which no quoted string can hold. Pure. */
export function shown(text: string): string {
  return text.replace(/["\p{Cc}\u2028\u2029]/gu, ' ').trim()
}

/** An attribute list: `A=1,B="x"`, without the ones that are `undefined`. Pure. */
export function attributeList(attributes: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value}`)
    .join(',')
}
