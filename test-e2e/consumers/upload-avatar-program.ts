// A browser's part, played by Node: node upload-avatar-program.ts <address of the server> <file>.
import { readFile } from 'node:fs/promises'
import { createClient } from '@rindle/client'

const [, , address = '', path = ''] = process.argv
const client = createClient({ baseUrl: `${address}/rindle`, headers: { 'x-user': 'ana' }, memory: null })
const file = new File([await readFile(path)], 'me.jpg', { type: 'image/jpeg' })
const { state } = await client.upload(file, { profile: 'avatar', slot: 'avatar' })
process.stdout.write(state)
