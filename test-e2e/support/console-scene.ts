import type { Profiles, Rindle } from '@rindle/core'
import { grain } from './pictures.ts'

/** File names that break out of pages which do not escape them, and names that hide what they are. */
export const HOSTILE_NAMES = [
  `<script>alert('xss')</script>.jpg`,
  `"><img src=x onerror=alert(1)>.jpg`,
  `' onmouseover='alert(1)' x='.jpg`,
  '&lt;b&gt;&amp;.jpg',
  '</title><svg onload=alert(1)>.jpg',
  'javascript:alert(1).jpg',
  '${7*7}{{7*7}}<%= 7*7 %>.jpg',
  'annex\u202efdp.jpg',
  'tab\u200bzero\u2066width.jpg',
  '\u0645\u0644\u0641 \u05e9\u05dc\u05d5\u05dd.jpg',
  `${'unbroken'.repeat(28)}.jpg`,
  '--><!--.jpg',
]

/**
 * Makes a picture with each hostile name. Uploads clean names, so these are written into the rows: a console must not
 * rely on what other code has cleaned.
 */
export async function uploadHostile<Ps extends { photo: unknown } & Profiles>(
  rindle: Rindle<Ps>,
): Promise<readonly string[]> {
  const bytes = await grain(64, 48)
  return Promise.all(
    HOSTILE_NAMES.map(async (filename, index) => {
      const { id } = await rindle.upload('photo', bytes, { filename: `${index}.jpg` })
      await rindle.prisma.mediaAsset.update({ where: { id }, data: { filename } })
      return id
    }),
  )
}

/** Every page of the console, for an asset. */
export function pagePaths(assetId: string): readonly string[] {
  return [
    '',
    '/assets',
    '/assets?view=table',
    `/assets/${assetId}`,
    '/uploads',
    '/uploads?state=completed',
    '/quotas',
    '/work',
    '/maintenance',
    '/storages',
    '/events',
    '/doctor',
    '/log',
  ]
}
