import { type AssetWithVariants, defineProfile, type Focus, type Rindle, type Variant } from '@rindle/core'
import { image } from '@rindle/processor-image/recipes'
import sharp from 'sharp'
import { type Application, settled } from '../support/application.ts'
import { SLOTS } from '../support/slots.ts'

/** A profile with two crops around the focus, of two classes of work, and two other pictures. */
export const photoOf = (side: number) =>
  defineProfile({
    storage: 'main',
    slots: SLOTS,
    accept: { types: ['image/*'], maxBytes: 1_000_000 },
    variants: {
      square: image.crop(side, side, { format: 'png', position: 'focal' }),
      tall: image.crop(8, 24, { format: 'avif', position: 'focal' }),
      card: image.crop(16, 16, { format: 'png', position: 'attention' }),
      small: image.fit(24, null, { format: 'webp' }),
    },
  })

export const profiles = {
  photo: photoOf(16),
  plain: defineProfile({ storage: 'main', accept: { types: ['image/*'], maxBytes: 1_000_000 } }),
}
export type Photos = typeof profiles

/** The place of the red square of {@link markedPicture}. */
export const RED: Focus = { x: 0.9, y: 0.2 }
/** The place of its blue square. */
export const BLUE: Focus = { x: 0.1, y: 0.8 }

/** A grey picture with a red and a blue square. */
export async function markedPicture(): Promise<Buffer> {
  const square = (background: string) => ({ create: { width: 8, height: 8, channels: 3 as const, background } })
  return sharp({ create: { width: 120, height: 80, channels: 3, background: '#808080' } })
    .composite([
      { input: square('#e61414'), left: 104, top: 12 },
      { input: square('#1414e6'), left: 8, top: 60 },
    ])
    .png()
    .toBuffer()
}

/** Removes what earlier tests have left. */
export async function emptied({ rindle }: Application<Photos>): Promise<void> {
  await rindle.prisma.$executeRaw`truncate rindle.media_assets, rindle.media_declared_variants, pgboss.job cascade`
}

/** A ready photo, made by workers that have stopped. */
export async function readyPhoto(
  application: Application<Photos>,
  focus: Focus | null = null,
): Promise<AssetWithVariants> {
  const { rindle } = application
  const { id } = await rindle.upload('photo', await markedPicture(), { filename: 'a.png' })
  if (focus !== null) await rindle.setFocus({ id }, focus)
  return made(application, { id })
}

/** Has the waiting variants made. */
export async function made(
  application: Application<Photos>,
  { id }: { readonly id: string },
): Promise<AssetWithVariants> {
  const workers = await application.work()
  const asset = await settled(application.rindle, id)
  await workers.stop()
  return asset
}

export async function current(
  { rindle }: Pick<Application<Photos>, 'rindle'>,
  { id }: { readonly id: string },
): Promise<AssetWithVariants> {
  const asset = await rindle.asset(id)
  if (asset === null) throw new Error('The asset is gone.')
  return asset
}

/** The pixels that a page gets. */
export async function pixelsOf(
  rindle: Rindle<Photos>,
  asset: AssetWithVariants,
  name: 'square' | 'card',
): Promise<Buffer> {
  const url = await rindle.variantUrl(rindle.narrow(asset, 'photo'), name)
  const response = await rindle.serveFile(new Request(url ?? ''))
  return sharp(await response.arrayBuffer())
    .removeAlpha()
    .raw()
    .toBuffer()
}

/** Whether a picture shows the square of that colour. */
export function shows(pixels: Buffer, colour: 'red' | 'blue'): boolean {
  const [wanted, other] = colour === 'red' ? [0, 2] : [2, 0]
  for (let at = 0; at < pixels.length; at += 3) {
    if ((pixels[at + wanted] ?? 0) > 190 && (pixels[at + other] ?? 0) < 70) return true
  }
  return false
}

export function variantOf(asset: AssetWithVariants, name: string): Variant {
  const variant = asset.variants.find((each) => each.name === name)
  if (variant === undefined) throw new Error(`There is no ${name}.`)
  return variant
}

/** The focus in each recipe, by variant. */
export function focusesOf({ variants }: AssetWithVariants): Readonly<Record<string, unknown>> {
  return Object.fromEntries(variants.map(({ name, recipe }) => [name, recipe['assetFocus']]))
}

/** The findings of the status about recipes. */
export async function driftOf(rindle: Pick<Rindle, 'runtimeStatus'>): Promise<readonly unknown[]> {
  const { findings } = await rindle.runtimeStatus({ olderThanSeconds: 0 })
  return findings.filter((finding) => finding.class === 'recipe_drift')
}
