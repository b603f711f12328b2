import { openApi } from '@rindle/http/openapi'
import { code, fenced, table } from './markdown.ts'
import { textOf } from './repository.ts'

interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly enum?: readonly string[]
  readonly const?: string
  readonly anyOf?: readonly Schema[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema | boolean
  readonly required?: readonly string[]
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>
}

interface Operation {
  readonly summary: string
  readonly requestBody?: Content
  readonly responses: Readonly<Record<string, Content & { readonly description: string }>>
}

/** The routes of the handler, and the OpenAPI document of which they are read. */
export function httpPages(): ReadonlyMap<string, string> {
  const { version } = JSON.parse(textOf('packages/core/package.json')) as { version: string }
  const document = openApi({ version })
  const paths = document['paths'] as unknown as Readonly<Record<string, Readonly<Record<string, Operation>>>>
  const { schemas } = document['components'] as unknown as { readonly schemas: Readonly<Record<string, Schema>> }
  return new Map([
    ['public/openapi.json', `${JSON.stringify(document, null, 2)}\n`],
    [
      'reference/http.md',
      [
        '---\noutline: [2, 3]\nkeywords: openapi swagger rest api routes endpoints status codes json schema\n---\n',
        '# HTTP\n',
        'The routes of the handler of [`@rindle/http`](./packages/http), below its `basePath`. Errors are',
        '`application/problem+json`, with a `code` of [the table](./errors).\n',
        '[openapi.json](/openapi.json){target="_self"} is the same as an OpenAPI 3.1 document, for generators of',
        'clients. Your server can serve its own:\n',
        fenced(
          'ts',
          "import { openApi } from '@rindle/http/openapi'\n\nconst document = openApi({ basePath: '/rindle' })",
        ),
        '## Routes\n',
        ...Object.entries(paths).flatMap(([path, operations]) =>
          Object.entries(operations)
            .filter(([method]) => method !== 'parameters')
            .map(([method, operation]) => routeText(method, path, operation)),
        ),
        '## Schemas\n',
        ...Object.entries(schemas).map(([name, schema]) => `### ${name}\n\n${schemaText(schema)}`),
      ].join('\n'),
    ],
  ])
}

function routeText(method: string, path: string, { summary, requestBody, responses }: Operation): string {
  const rows = Object.entries(responses).map(([status, response]) => {
    const name = nameIn(response)
    const body = name === '' || name === 'Problem' ? '' : `[${code(name)}](#${name.toLowerCase()})`
    return [status === 'default' ? 'other' : status, body === '' ? response.description : body]
  })
  const body = requestBody === undefined ? '' : nameIn(requestBody)
  return [
    `### ${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}\n`,
    `${summary}.${body === '' ? '' : ` Body: [${code(body)}](#${body.toLowerCase()}).`}\n`,
    table(['status', 'answer'], rows),
  ].join('\n')
}

/** The name of the schema of a body; empty for bytes and for none. */
function nameIn({ content = {} }: Content): string {
  const [first] = Object.values(content)
  return first?.schema.$ref?.split('/').at(-1) ?? ''
}

function schemaText({ description, properties = {}, required = [] }: Schema): string {
  const rows = Object.entries(properties).map(([name, schema]) => [
    code(name),
    typeOf(schema),
    [required.includes(name) ? '' : 'Optional.', schema.description ?? ''].join(' ').trim(),
  ])
  return `${description === undefined ? '' : `${description}\n\n`}${table(['property', 'type', 'description'], rows)}`
}

function typeOf({
  $ref,
  type,
  enum: values,
  const: value,
  anyOf,
  items,
  properties,
  additionalProperties,
}: Schema): string {
  if ($ref !== undefined) {
    const name = $ref.split('/').at(-1) ?? ''
    return `[${code(name)}](#${name.toLowerCase()})`
  }
  if (anyOf !== undefined) return anyOf.map(typeOf).join(' or ')
  if (value !== undefined) return code(value)
  if (values !== undefined) return values.map(code).join(', ')
  if (items !== undefined) return `list of ${typeOf(items)}`
  if (properties !== undefined) {
    return `{ ${Object.entries(properties)
      .map(([name, schema]) => `${code(name)}: ${typeOf(schema)}`)
      .join(', ')} }`
  }
  if (typeof additionalProperties === 'object') return `by name: ${typeOf(additionalProperties)}`
  return typeof type === 'string' || type === undefined ? (type ?? 'any') : type.join(' or ')
}
