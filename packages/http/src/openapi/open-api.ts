import type { JsonObject } from '@rindle/core'
import { z } from 'zod'
import { ANSWERS } from './answer-schemas.ts'
import { FILE_PATHS } from './file-paths.ts'
import { OPERATIONS, type RouteOperation } from './operations.ts'

/** Options of {@link openApi}. */
export interface OpenApiOptions {
  /** The path at which the handler is mounted, with or without the origin. @default '/rindle' */
  readonly basePath?: string
  /** The title of the document. @default 'Rindle' */
  readonly title?: string
  /** The version of your API. @default '1.0.0' */
  readonly version?: string
}

const ABOUT =
  'The routes of the handler of @rindle/http. The application decides who the actor of a request is, usually by the ' +
  'cookie of its session. With the option `tus`, resumable uploads are served under `/tus` by the tus protocol 1.0.'

/** The segments of paths that stand for something. */
const PARAMETERS: Readonly<Record<string, JsonObject>> = {
  id: { type: 'string', format: 'uuid' },
  trackId: { type: 'string', format: 'uuid' },
  number: { type: 'integer', minimum: 1, maximum: 10_000 },
}

/**
 * The OpenAPI document (3.1) of a handler, made from the same schemas by which it checks requests. Serve it as JSON, or
 * give it to a generator of clients. Pure.
 */
export function openApi(options: OpenApiOptions = {}): JsonObject {
  const { basePath = '/rindle', title = 'Rindle', version = '1.0.0' } = options
  return {
    openapi: '3.1.0',
    info: { title, version, description: ABOUT, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: basePath === '' ? '/' : basePath }],
    paths: { ...routePaths(), ...FILE_PATHS },
    components: { schemas: { ...answerSchemas(), ...bodySchemas() } },
  }
}

function routePaths(): JsonObject {
  const paths: Record<string, Record<string, JsonObject>> = {}
  for (const [route, operation] of Object.entries(OPERATIONS)) {
    const [method = '', pattern = ''] = route.split(' ')
    const path = pattern.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [method.toLowerCase()]: operationOf(pattern, operation) }
  }
  return paths
}

/** A status, and what is sent with it. */
type Answer = readonly [status: string, answer: JsonObject]

function operationOf(pattern: string, { id, summary, body, answers, failures }: RouteOperation): JsonObject {
  const parameters = [...pattern.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: PARAMETERS[name] ?? { type: 'string' },
  }))
  const given = Object.entries(answers).map(([status, answer]): Answer => [status, answerOf(answer)])
  const failed = Object.entries(failures).map(([status, text]): Answer => [status, problemOf(text)])
  return {
    operationId: id,
    summary,
    tags: [pattern.split('/')[1] ?? ''],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: reference(body.name) } } } }),
    responses: { ...Object.fromEntries([...given, ...failed]), default: problemOf('Any other failure.') },
  }
}

function answerOf(answer: RouteOperation['answers'][number]): JsonObject {
  if (answer === null) return { description: 'Done, without a body.' }
  if (answer === 'events') {
    return {
      description: 'Events of the type `asset`; the data of each is an Asset.',
      content: { 'text/event-stream': { schema: { type: 'string' } } },
    }
  }
  return { description: answer, content: { 'application/json': { schema: reference(answer) } } }
}

function problemOf(description: string): JsonObject {
  return { description, content: { 'application/problem+json': { schema: reference('Problem') } } }
}

function reference(name: string): JsonObject {
  return { $ref: `#/components/schemas/${name}` }
}

function answerSchemas(): JsonObject {
  return schemasOf(Object.entries(ANSWERS), 'output')
}

function bodySchemas(): JsonObject {
  const bodies = Object.values(OPERATIONS).flatMap(({ body }) => body ?? [])
  return schemasOf(
    bodies.map(({ name, schema }) => [name, schema]),
    'input',
  )
}

/** JSON schemas that refer to each other by their names. */
function schemasOf(named: readonly (readonly [string, z.ZodType])[], io: 'input' | 'output'): JsonObject {
  const registry = z.registry<{ id: string }>()
  for (const [id, schema] of named) registry.add(schema, { id })
  const { schemas } = z.toJSONSchema(registry, { io, uri: (id) => `#/components/schemas/${id}` })
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema: _dialect, $id: _id, ...schema }]) => [name, schema as JsonObject]),
  )
}
