/** An ICC profile of grey samples whose light is their value to the power of `exponent`. */
export function greyProfile(exponent: number): Buffer {
  const gamma = Buffer.alloc(2)
  gamma.writeUInt16BE(Math.round(exponent * 256))
  const tags = new Map<string, Buffer>([
    ['desc', tag('desc', unsigned(5), Buffer.from('grey\0', 'latin1'), Buffer.alloc(78))],
    ['wtpt', tag('XYZ ', WHITE)],
    ['kTRC', tag('curv', unsigned(1), gamma)],
    ['cprt', tag('text', Buffer.from('none\0', 'latin1'))],
  ])
  const table: Buffer[] = [unsigned(tags.size)]
  let at = HEADER_BYTES + 4 + tags.size * 12
  for (const [name, content] of tags) {
    table.push(Buffer.from(name, 'latin1'), unsigned(at), unsigned(content.byteLength))
    at += content.byteLength
  }
  return Buffer.concat([header(at), ...table, ...tags.values()])
}

const HEADER_BYTES = 128
const WHITE = Buffer.concat([0.9642, 1, 0.8249].map((value) => unsigned(Math.round(value * 65_536))))

function header(byteSize: number): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES)
  bytes.writeUInt32BE(byteSize, 0)
  bytes.writeUInt32BE(0x02100000, 8)
  bytes.write('mntrGRAYXYZ ', 12, 'latin1')
  bytes.write('acsp', 36, 'latin1')
  WHITE.copy(bytes, 68)
  return bytes
}

function tag(type: string, ...content: readonly Buffer[]): Buffer {
  const bytes = Buffer.concat([Buffer.from(type, 'latin1'), Buffer.alloc(4), ...content])
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.byteLength % 4)) % 4)])
}

function unsigned(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
