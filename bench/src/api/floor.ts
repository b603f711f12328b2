import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import pg from 'pg'
import { v7 } from 'uuid'
import { serveHttp } from '../serve-http.ts'
import { ACTOR_HEADER, type FloorApiSetup, RECORDED_ACTOR, type RecordedAnswer } from './setup.ts'

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

// The statements of Rindle through bare pg, prepared, and the same JSON. It checks nothing and signs nothing.
serveHttp(async (setup) => {
  const { databaseUrl, show, begin } = setup as FloorApiSetup
  const pool = new pg.Pool({ connectionString: databaseUrl })
  const answers = { show: JSON.parse(show.body) as object, begin: JSON.parse(begin.body) as object }
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const actor = String(incoming.headers[ACTOR_HEADER])
    if (incoming.method === 'GET') {
      await run(pool, show, (value) => value.replaceAll(RECORDED_ACTOR, actor))
      return send(outgoing, 200, answers.show)
    }
    const asked = await json(incoming)
    await run(pool, begin, replacingIds(actor))
    send(outgoing, 201, { ...answers.begin, asked: typeof asked })
  }
  return {
    listener: (incoming, outgoing) => {
      answer(incoming, outgoing).catch((error: unknown) => {
        console.error(error)
        outgoing.destroy()
      })
    },
    facts: {},
    stop: () => pool.end(),
  }
})

async function run(pool: pg.Pool, { statements }: RecordedAnswer, replaced: (text: string) => string): Promise<void> {
  const client = await pool.connect()
  try {
    for (const { text, values } of statements) {
      if (values.length === 0) await client.query(text)
      else {
        const given = values.map((value) => (typeof value === 'string' ? replaced(value) : value))
        await client.query({ name: nameOf(text), text, values: given })
      }
    }
  } finally {
    client.release()
  }
}

/** Makes a new upload of the recorded one: equal ids become equal new ones. */
function replacingIds(actor: string): (text: string) => string {
  const ids = new Map([[RECORDED_ACTOR, actor]])
  return (text) =>
    text.replaceAll(UUID, (id) => {
      const known = ids.get(id) ?? v7()
      ids.set(id, known)
      return known
    })
}

const names = new Map<string, string>()

function nameOf(text: string): string {
  const name = names.get(text) ?? createHash('sha256').update(text).digest('hex').slice(0, 32)
  names.set(text, name)
  return name
}

function send(outgoing: ServerResponse, status: number, answer: object): void {
  const body = Buffer.from(JSON.stringify(answer))
  outgoing.writeHead(status, { 'content-type': 'application/json', 'content-length': body.byteLength }).end(body)
}
