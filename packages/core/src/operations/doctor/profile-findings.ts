import { recipeDigest } from '../../domain/digest.ts'
import { acceptedSourceKinds, packageFor, recipeCapability } from '../../domain/recipe-facts.ts'
import type { Finding } from '../../ports/diagnosis.ts'
import type { Processor } from '../../ports/processor.ts'
import type { StorageAdapter, StorageCapability } from '../../ports/storage.ts'
import type { Profile } from '../../profile/profile.ts'

/** The consequence, for operators, of a missing capability of a storage. */
const WITHOUT: Partial<Readonly<Record<StorageCapability, string>>> = {
  head: '`rindle verify-storage`',
  list: '`rindle scan-orphans`',
}

/** Checks one profile against its storage and the processors. Pure. */
export function profileFindings(
  profile: Profile,
  storage: StorageAdapter,
  processors: readonly Processor[],
): readonly Finding[] {
  return [recipesFinding(profile), storageFinding(profile, storage), processorFinding(profile, processors)]
}

function recipesFinding({ variants, accept }: Profile): Finding {
  const id = 'profile.recipes'
  const entries = Object.entries(variants)
  const foreign = entries.filter(([, { recipe, digest }]) => recipeDigest(recipe) !== digest).map(([name]) => name)
  if (foreign.length > 0) {
    return {
      id,
      status: 'error',
      summary: `the digest is not the recipe's: ${foreign.join(', ')}`,
      fix: 'Make the profile with defineProfile() of the installed @rindle/core.',
    }
  }
  const kinds = new Set(accept.types.map(mediaKindOf))
  const impossible = entries.filter(([, { recipe }]) => !acceptedSourceKinds(recipe).some((kind) => kinds.has(kind)))
  if (impossible.length > 0) {
    return {
      id,
      status: 'warn',
      summary: `never made, because no accepted type is a source for them: ${impossible.map(([name]) => name).join(', ')}`,
      fix: 'Accept a type that they can be made from, or remove them.',
    }
  }
  return { id, status: 'ok', summary: entries.length === 0 ? 'no variants' : `${entries.length} valid` }
}

/** The kind that a probe would find for a file of this type. */
function mediaKindOf(type: string): string {
  const kind = type.split('/', 1)[0] ?? ''
  return ['image', 'video', 'audio'].includes(kind) ? kind : 'other'
}

function storageFinding(profile: Profile, storage: StorageAdapter): Finding {
  const id = 'profile.storage'
  const where = `storage "${profile.storage}" (${storage.name})`
  const needed: StorageCapability = profile.delivery.public ? 'public_url' : 'signed_url'
  if (!storage.capabilities.has(needed)) {
    return { id, status: 'error', summary: `${where} has no ${needed}`, fix: 'Choose another storage or delivery.' }
  }
  const lacking = Object.entries(WITHOUT).filter(([capability]) => !storage.capabilities.has(capability as never))
  if (lacking.length === 0) return { id, status: 'ok', summary: `${where} has every needed capability` }
  return {
    id,
    status: 'warn',
    summary: `${where} has no ${lacking.map(([capability]) => capability).join(', ')}`,
    fix: `Do without ${lacking.map(([, verb]) => verb).join(' and ')}, or choose another storage.`,
  }
}

function processorFinding({ variants }: Profile, processors: readonly Processor[]): Finding {
  const id = 'profile.processors'
  const makes = new Set(processors.flatMap(({ capabilities }) => [...capabilities]))
  const needed = new Set(Object.values(variants).map(({ recipe }) => recipeCapability(recipe)))
  const missing = [...needed].filter((capability) => !makes.has(capability))
  if (missing.length === 0) {
    return { id, status: 'ok', summary: needed.size === 0 ? 'none needed' : `make ${[...needed].join(', ')}` }
  }
  const packages = [...new Set(missing.map(packageFor))].join(' and ')
  const summary = `none makes ${missing.join(', ')}`
  return { id, status: 'error', summary, fix: `Add ${packages} to \`processors\`.` }
}
