import { connect } from 'node:net'

const END_OF_HEAD = '\r\n\r\n'

/** What a client reads. */
export interface RepeatOptions {
  readonly port: number
  readonly path: string
  /** How often, one after the other over one connection. */
  readonly times: number
  /** The size of the answer's body. */
  readonly byteSize: number
}

/** Reads a file again and again as browsers do, and counts. A socket without an HTTP library costs little. */
export function readRepeatedly({ port, path, times, byteSize }: RepeatOptions): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const socket = connect({ host: '127.0.0.1', port })
  let done = 0
  let head = ''
  let remaining = 0
  const ask = (): void => {
    head = ''
    remaining = byteSize
    const connection = done === times - 1 ? 'close' : 'keep-alive'
    const headers = `Host: 127.0.0.1\r\nAccept: image/webp,*/*;q=0.8\r\nConnection: ${connection}`
    socket.write(`GET ${path} HTTP/1.1\r\n${headers}\r\n\r\n`)
  }
  socket.on('data', (chunk: Buffer) => {
    if (head.endsWith(END_OF_HEAD)) remaining -= chunk.length
    else {
      const text = head + chunk.toString('latin1')
      const end = text.indexOf(END_OF_HEAD)
      head = end < 0 ? text : text.slice(0, end + END_OF_HEAD.length)
      if (end < 0) return
      if (!head.startsWith('HTTP/1.1 200')) return reject(new Error(`An image was answered with ${head}`))
      remaining -= text.length - head.length
    }
    if (remaining < 0) return reject(new Error('An image has more bytes than it should.'))
    if (remaining > 0) return
    done += 1
    if (done < times) ask()
  })
  socket.on('end', () => {
    if (done === times) resolve()
  })
  socket.on('connect', ask)
  socket.on('error', reject)
  socket.on('close', () => reject(new Error('The server closed a connection before the end of an image.')))
  return promise
}
