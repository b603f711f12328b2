import { type Owner, RindleError } from '@rindle/core'
import type { FoundPlace } from './found-file.ts'

/** Where the files of one kind go. */
interface Target {
  readonly profile: string
  readonly slot: string | undefined
  readonly ownerType: string | undefined
}

/** A place of a file in Rindle. */
export interface MappedPlace {
  readonly profile: string
  readonly owner: Owner
  readonly slot: string
  readonly position?: number
}

/** Where files go; `null` where nothing says so. */
export interface Mapping {
  /** The profile of files that nothing shows. */
  readonly profile: string | undefined
  readonly placeOf: (place: FoundPlace) => MappedPlace | null
  /** Every profile that is named. */
  readonly profiles: readonly string[]
}

/**
 * Reads `--map <type>.<slot>=<profile>[/<slot>][@<owner type>]` and `--profile`, which takes whatever no map names. A
 * namespace of the type may be left out. `invalid_input`. Pure.
 */
export function mappingOf(maps: readonly string[], profile: string | undefined): Mapping {
  const targets = new Map(maps.map(parseMap))
  const fallback: Target | undefined =
    profile === undefined ? undefined : { profile, slot: undefined, ownerType: undefined }
  return {
    profile,
    profiles: [
      ...new Set([...targets.values(), ...(fallback === undefined ? [] : [fallback])].map((to) => to.profile)),
    ],
    placeOf: (place) => {
      const target =
        targets.get(nameOf(place)) ?? targets.get(nameOf({ ...place, type: shortName(place.type) })) ?? fallback
      if (target === undefined) return null
      return {
        profile: target.profile,
        owner: { type: target.ownerType ?? place.ownerType, id: place.ownerId },
        slot: target.slot ?? place.slot,
        ...(place.position === undefined ? {} : { position: place.position }),
      }
    },
  }
}

/** `Album.photos`: what `--map` calls it. Pure. */
export function nameOf({ type, slot }: Pick<FoundPlace, 'type' | 'slot'>): string {
  return `${type}.${slot}`
}

function shortName(type: string): string {
  return type.replace(/^.*(?:\\|::)/, '')
}

function parseMap(text: string): [name: string, target: Target] {
  const [, name, profile, slot, ownerType] = /^([^=]+\.[^=]+)=([^/@]+)(?:\/([^@]+))?(?:@(.+))?$/.exec(text) ?? []
  if (name !== undefined && profile !== undefined) return [name, { profile, slot, ownerType }]
  const message = `--map must be <type>.<slot>=<profile>[/<slot>][@<owner type>], as in Album.photos=photo/gallery@album; not "${text}".`
  throw new RindleError('invalid_input', message)
}
