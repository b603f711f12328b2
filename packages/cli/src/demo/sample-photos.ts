import type sharp from 'sharp'
import type { OverlayOptions, Sharp } from 'sharp'

/** A generated picture. */
export interface SamplePhoto {
  readonly filename: string
  readonly bytes: Buffer
}

/** Half of the photograph's width: drawn at this size and enlarged, twelve megapixels take a few hundred milliseconds. */
const DRAWN = { width: 2000, height: 1500 } as const
const GRAIN = { size: 512, sigma: 14, blur: 0.6 } as const
const JPEG_QUALITY = 88

/** EXIF: the camera was held upright, so a viewer turns the picture by 90 degrees clockwise. */
const TURNED_RIGHT = 6

/**
 * Makes two pictures of 12 megapixels with the gradients, edges and grain of photographs: a landscape, and a portrait
 * that is stored lying on its side, as telephones do.
 */
export async function makeSamplePhotos(sharpOf: typeof sharp): Promise<readonly SamplePhoto[]> {
  const grain = await makeGrain(sharpOf)
  const lake = await photograph(sharpOf, LAKE, grain)
  const lighthouse = await photograph(sharpOf, lyingOnItsSide(LIGHTHOUSE), grain)
  return [
    { filename: 'lake.jpg', bytes: await lake.toBuffer() },
    { filename: 'lighthouse.jpg', bytes: await lighthouse.withMetadata({ orientation: TURNED_RIGHT }).toBuffer() },
  ]
}

async function makeGrain(sharpOf: typeof sharp): Promise<OverlayOptions> {
  const { size, sigma, blur } = GRAIN
  const noise = { type: 'gaussian', mean: 128, sigma } as const
  const create = { width: size, height: size, channels: 3, background: '#000', noise } as const
  const input = await sharpOf({ create }).blur(blur).png({ compressionLevel: 1 }).toBuffer()
  return { input, tile: true, blend: 'soft-light' }
}

async function photograph(sharpOf: typeof sharp, svg: string, grain: OverlayOptions): Promise<Sharp> {
  const { data, info } = await sharpOf(Buffer.from(svg))
    .composite([grain])
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  const raw = { width: info.width, height: info.height, channels: info.channels }
  return sharpOf(data, { raw })
    .resize(DRAWN.width * 2, DRAWN.height * 2, { kernel: 'cubic' })
    .jpeg({ quality: JPEG_QUALITY })
}

/** The upright drawing of 1500 × 2000, turned by 90 degrees counterclockwise. */
function lyingOnItsSide(upright: string): string {
  return drawing(`<g transform="translate(0 ${DRAWN.height}) rotate(-90)">${upright}</g>`)
}

function drawing(content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${DRAWN.width}" height="${DRAWN.height}">${content}</svg>`
}

const LAKE = drawing(`<defs>
<linearGradient id="sky" x2="0" y2="1"><stop stop-color="#1d3f72"/><stop offset=".55" stop-color="#d98a5b"/><stop offset="1" stop-color="#f6d7a0"/></linearGradient>
<radialGradient id="sun"><stop stop-color="#fff7d6"/><stop offset=".25" stop-color="#ffe29a" stop-opacity=".9"/><stop offset="1" stop-color="#ffb463" stop-opacity="0"/></radialGradient>
<linearGradient id="water" x2="0" y2="1"><stop stop-color="#e0a878"/><stop offset="1" stop-color="#14304a"/></linearGradient>
<linearGradient id="shore" x2="0" y2="1"><stop stop-color="#24402f"/><stop offset="1" stop-color="#0c1a14"/></linearGradient>
</defs><g transform="scale(2)">
<rect width="1000" height="470" fill="url(#sky)"/><circle cx="690" cy="350" r="230" fill="url(#sun)"/>
<path d="M0 430L120 320 210 390 330 250 470 400 560 330 690 430 820 300 1000 420V470H0Z" fill="#5b5a78"/>
<path d="M0 450L160 390 300 440 450 370 620 450 780 400 1000 455V480H0Z" fill="#3b4460"/>
<rect y="465" width="1000" height="285" fill="url(#water)"/>
<path d="M640 470H740L800 750H560Z" fill="#ffdf9e" opacity=".35"/>
<path d="M0 640Q220 560 430 660T1000 640V750H0Z" fill="url(#shore)"/>
<g fill="#0f2018"><path d="M120 640l30-170 30 170z"/><path d="M60 650l24-120 24 120z"/><path d="M210 650l20-110 20 110z"/></g>
</g>`)

const LIGHTHOUSE = `<defs>
<linearGradient id="dusk" x2="0" y2="1"><stop stop-color="#0b1736"/><stop offset=".6" stop-color="#4a4f86"/><stop offset="1" stop-color="#e58f7b"/></linearGradient>
<linearGradient id="sea" x2="0" y2="1"><stop stop-color="#b06a6c"/><stop offset="1" stop-color="#101d36"/></linearGradient>
<linearGradient id="tower"><stop stop-color="#f4ede2"/><stop offset=".6" stop-color="#d8c9b8"/><stop offset="1" stop-color="#7d6f6a"/></linearGradient>
<linearGradient id="beam"><stop stop-color="#fff3c4" stop-opacity=".85"/><stop offset="1" stop-color="#fff3c4" stop-opacity="0"/></linearGradient>
</defs>
<rect width="1500" height="1450" fill="url(#dusk)"/><rect y="1400" width="1500" height="600" fill="url(#sea)"/>
<g fill="#fff"><circle cx="220" cy="180" r="4"/><circle cx="430" cy="330" r="3"/><circle cx="980" cy="150" r="4"/><circle cx="1240" cy="290" r="3"/><circle cx="1100" cy="520" r="3"/></g>
<path d="M640 520L1500 300V700Z" fill="url(#beam)"/>
<path d="M0 1500Q300 1380 620 1480T1150 1560 1500 1540V2000H0Z" fill="#1b2233"/>
<path d="M540 620H700L740 1500H500Z" fill="url(#tower)"/>
<path d="M531 800H709L717 960H523Z" fill="#a53a34"/><path d="M515 1130H725L733 1290H507Z" fill="#a53a34"/>
<rect x="560" y="470" width="120" height="150" rx="8" fill="#ffe9a8"/><path d="M540 470L620 400 700 470Z" fill="#5c2522"/>`
