import { RindleError } from '@rindle/core'

const PLACEHOLDER = /\{([a-z_]+)\}/g

/** A path of a template, `{id}/{file_name}`, and a row. `invalid_input` for a column that the row does not have. Pure. */
export function fillTemplate(template: string, row: Readonly<Record<string, string | null>>): string {
  return template.replaceAll(PLACEHOLDER, (_match, column: string) => {
    const value = row[column]
    if (value !== null && value !== undefined) return value
    const known = Object.keys(row).join(', ')
    throw new RindleError(
      'invalid_input',
      `--template names {${column}}, which the row does not have. Columns: ${known}.`,
    )
  })
}

/** The parts of a path that the template of a folder may name. */
const PARTS = ['owner_type', 'owner_id', 'slot', 'filename', 'any'] as const

/** Reads the parts of a path. `null`: it does not match. */
export type MatchPath = (path: string) => Readonly<Partial<Record<(typeof PARTS)[number], string>>> | null

/**
 * The reader of paths of the form `members/{owner_id}/{slot}/{filename}`. A placeholder matches within one segment;
 * `{any}` matches anything, and may be there more than once. `invalid_input`. Pure.
 */
export function pathMatcher(template: string): MatchPath {
  const names = [...template.matchAll(PLACEHOLDER)].map(([, name = '']) => name)
  const unknown = names.find((name) => !(PARTS as readonly string[]).includes(name))
  if (unknown !== undefined) {
    const known = PARTS.map((part) => `{${part}}`).join(', ')
    throw new RindleError('invalid_input', `--template names {${unknown}}. A folder has ${known}.`)
  }
  const twice = names.find((name, index) => name !== 'any' && names.indexOf(name) !== index)
  if (twice !== undefined) throw new RindleError('invalid_input', `--template names {${twice}} twice.`)
  const source = template
    .split(/(\{[a-z_]+\})/)
    .map((part) => {
      if (part === '{any}') return '.*'
      return part.startsWith('{') ? `(?<${part.slice(1, -1)}>[^/]+)` : part.replaceAll(/[$()*+./?[\\\]^{|}-]/g, '\\$&')
    })
    .join('')
  const pattern = new RegExp(`^${source}$`)
  return (path) => {
    const groups = pattern.exec(path)
    return groups === null ? null : { ...groups.groups }
  }
}
