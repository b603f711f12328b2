/** The paths of names in a JSON document that are not snake_case, but for what applications and files say of themselves. */
export function misspeltKeys(value: unknown, path = ''): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => misspeltKeys(item, `${path}[${index}]`))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) => {
    const here = `${path}.${name}`
    if (!/^[a-z][a-z0-9_]*$/.test(name)) return [here]
    return name === 'metadata' || name === 'recipe' ? [] : misspeltKeys(member, here)
  })
}
