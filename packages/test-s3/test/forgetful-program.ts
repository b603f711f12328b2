// Starts a server, prints where it is, and never stops it.
import { startMinio } from '../src/minio.ts'

const { endpoint } = await startMinio()
console.log(endpoint)
setInterval(() => {}, 60_000)
