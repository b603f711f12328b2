import sharp from 'sharp'

/** A new landscape, of a hue from 0 to 360: JPEG bytes. */
export async function scenery(hue: number, width = 1500, height = 1000): Promise<Buffer> {
  const tone = (lightness: number, shift = 0): string => `hsl(${(hue + shift) % 360}, 45%, ${lightness}%)`
  const hill = (top: number, bend: number): string =>
    `M0 ${height * top} Q${width * 0.3} ${height * (top - bend)} ${width * 0.55} ${height * top} T${width} ${height * (top - bend / 2)} V${height} H0 Z`
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <defs><linearGradient id="sky" x2="0" y2="1"><stop stop-color="${tone(68, 20)}"/><stop offset="1" stop-color="${tone(90)}"/></linearGradient></defs>
    <rect width="100%" height="100%" fill="url(#sky)"/>
    <circle cx="${width * (0.2 + (hue % 90) / 150)}" cy="${height * 0.3}" r="${height * 0.09}" fill="${tone(96, 40)}"/>
    <path d="${hill(0.62, 0.2)}" fill="${tone(58)}"/>
    <path d="${hill(0.75, 0.14)}" fill="${tone(42, 10)}"/>
    <path d="${hill(0.88, 0.1)}" fill="${tone(27, 20)}"/>
  </svg>`
  return sharp(Buffer.from(svg)).jpeg({ quality: 90 }).toBuffer()
}

/** A picture that is red on its left side and blue on its right one: JPEG bytes. */
export async function twoHalves(width: number, height: number): Promise<Buffer> {
  const right = { create: { width: width / 2, height, channels: 3 as const, background: '#0000ff' } }
  return sharp({ create: { width, height, channels: 3, background: '#ff0000' } })
    .composite([{ input: right, left: width / 2, top: 0 }])
    .jpeg({ quality: 90 })
    .toBuffer()
}
