import type { JsonObject } from '@rindle/core'

const BYTES = { schema: { type: 'string', format: 'binary' } }
const PROBLEM = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } }
const FAILURE = { description: 'The token is altered, has expired, or leads to nothing.', content: PROBLEM }

/** The paths whose URLs Rindle issues: clients use these URLs as they are. The token is the permission. */
export const FILE_PATHS: JsonObject = {
  '/files/{token}': {
    parameters: [segment('token')],
    get: file('getFile', 'A file of local storage', [], {
      206: { description: 'One range of it.', content: { '*/*': BYTES } },
    }),
    put: {
      operationId: 'putFile',
      summary: 'Receives the bytes of an upload to local storage',
      tags: ['files'],
      requestBody: { required: true, content: { '*/*': BYTES } },
      responses: { 200: { description: 'The bytes are stored.' }, default: FAILURE },
    },
  },
  '/images/{token}': {
    parameters: [segment('token')],
    get: file('getImage', 'An image of a family, in the next larger declared width', [
      { name: 'w', in: 'query', required: true, schema: { type: 'integer', minimum: 1 } },
      { name: 'format', in: 'query', schema: { type: 'string' } },
    ]),
  },
  '/streams/{token}/{name}': {
    parameters: [segment('token'), segment('name')],
    get: file('getPlaylist', 'A playlist of a stream (HLS), or a storyboard (WebVTT)', []),
  },
}

function segment(name: string): JsonObject {
  return { name, in: 'path', required: true, schema: { type: 'string' } }
}

function file(
  operationId: string,
  summary: string,
  parameters: readonly JsonObject[],
  more: JsonObject = {},
): JsonObject {
  return {
    operationId,
    summary,
    tags: ['files'],
    ...(parameters.length === 0 ? {} : { parameters }),
    responses: { 200: { description: summary, content: { '*/*': BYTES } }, ...more, default: FAILURE },
  }
}
