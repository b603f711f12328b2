import { code, prose, table } from './markdown.ts'
import { textOf } from './repository.ts'

interface Column {
  readonly name: string
  readonly type: string
  readonly isNullable: boolean
  readonly doc: string
}

/** The tables of the database, from the schema that creates them. */
export function tablePage(): string {
  const models = [
    ...textOf('packages/prisma/schema.prisma').matchAll(/((?:^\/\/\/.*\n)*)^model (\w+) \{\n([\s\S]*?)^\}/gm),
  ]
  return [
    '# Tables\n',
    "Query Rindle's rows with SQL, or with `rindle.prisma`, the typed client. They are in the PostgreSQL",
    'schema `rindle`. Read them as you like; let only Rindle write them, because a state and the job that follows from it',
    'commit together. The database itself refuses impossible rows by its constraints.\n',
    ...models.map(([, comment = '', model = '', body = '']) => modelText(docOf(comment), model, body)),
  ].join('\n')
}

function modelText(doc: string, model: string, body: string): string {
  const name = /@@map\("(\w+)"\)/.exec(body)?.[1] ?? model
  const columns = columnsOf(body)
  return [
    `## rindle.${name}\n`,
    `${prose(doc)} In the typed client: \`${model[0]?.toLowerCase()}${model.slice(1)}\`.\n`,
    table(
      ['column', 'type', 'meaning'],
      columns.map(({ name: column, type, isNullable, doc: what }) => [
        code(column),
        `${type}${isNullable ? ', or null' : ''}`,
        prose(what),
      ]),
    ),
  ].join('\n')
}

/** The columns of a model: lines with a type that is not another model. A comment above a column belongs to it. */
function columnsOf(body: string): Column[] {
  const found: Column[] = []
  let comment = ''
  for (const line of body.split('\n')) {
    const text = line.trim()
    if (text.startsWith('///')) comment += `${text}\n`
    const column = /^(\w+)\s+(\w+)(\[\])?(\?)?(.*)$/.exec(text)
    if (text.startsWith('///')) continue
    if (column !== null && column[2]?.startsWith('Media') !== true) {
      const [, name = '', type = '', , mark, rest = ''] = column
      const mapped = /@map\("(\w+)"\)/.exec(rest)?.[1] ?? name
      found.push({ name: mapped, type: sqlType(type, rest), isNullable: mark === '?', doc: docOf(comment) })
    }
    comment = ''
  }
  return found
}

const SQL_TYPES: Readonly<Record<string, string>> = {
  String: 'text',
  Int: 'integer',
  BigInt: 'bigint',
  Boolean: 'boolean',
  Json: 'jsonb',
  DateTime: 'timestamptz',
}

function sqlType(type: string, rest: string): string {
  return rest.includes('@db.Uuid') ? 'uuid' : (SQL_TYPES[type] ?? type)
}

function docOf(comment: string): string {
  return comment.replaceAll(/^\/\/\/ ?/gm, '').trim()
}
