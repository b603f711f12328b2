import { kindOf } from '../../domain/content-types.ts'
import { recipeDigest } from '../../domain/digest.ts'
import { isAccepted } from '../../domain/is-accepted.ts'
import type { Recipe } from '../../domain/recipe.ts'
import { makes } from '../../jobs/refused-queues.ts'
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
  const subtitles = profile.extractSubtitles ? [subtitlesFinding(profile, processors)] : []
  return [
    recipesFinding(profile),
    storageFinding(profile, storage),
    processorFinding(profile, processors),
    ...subtitles,
    ...(profile.originals.metadata === 'keep' ? [] : [removalFinding(profile, processors)]),
  ]
}

function recipesFinding({ variants, accept }: Profile): Finding {
  const id = 'profile.recipes'
  const entries = Object.entries(variants)
  const foreign = entries.filter(([, { form, digest }]) => recipeDigest(form) !== digest).map(([name]) => name)
  if (foreign.length > 0) {
    return {
      id,
      status: 'error',
      summary: `the digest does not match the recipe: ${foreign.join(', ')}`,
      fix: 'Make the profile with defineProfile() of the installed @rindle/core.',
    }
  }
  const impossible = entries.filter(([, recipe]) => !hasSource(recipe, accept.types))
  if (impossible.length > 0) {
    return {
      id,
      status: 'warn',
      summary: `never made, because no accepted type can be their source: ${impossible.map(([name]) => name).join(', ')}`,
      fix: 'Accept a type that they can be made from, or remove them.',
    }
  }
  return { id, status: 'ok', summary: entries.length === 0 ? 'no variants' : `${entries.length} valid` }
}

/** Whether a profile that accepts these types, or wildcards of types, may get a source for the recipe. */
function hasSource({ facts }: Recipe, types: readonly string[]): boolean {
  return facts.sources.some((source) =>
    types.some((type) => kindOf(type.replace('/*', '/any')) === source || isAccepted(source, [type])),
  )
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
    fix: `Do not use ${lacking.map(([, verb]) => verb).join(' and ')}, or choose another storage.`,
  }
}

function processorFinding({ variants }: Profile, processors: readonly Processor[]): Finding {
  const id = 'profile.processors'
  const recipes = Object.values(variants)
  const missing = recipes.filter((recipe) => !processors.some((processor) => makes(processor, recipe)))
  const capabilities = (of: readonly Recipe[]): string =>
    [...new Set(of.map(({ facts }) => facts.capability))].join(', ')
  if (missing.length === 0) {
    return { id, status: 'ok', summary: recipes.length === 0 ? 'none needed' : `make ${capabilities(recipes)}` }
  }
  const packages = [...new Set(missing.map(({ madeBy }) => madeBy))].join(' and ')
  const summary = `none makes ${capabilities(missing)}`
  // A web process needs none, but the configuration that it shares with its workers does.
  return { id, status: 'error', summary, fix: `Add ${packages} to \`processors\`.` }
}

/** Films wait with their subtitles until some worker extracts them. */
function subtitlesFinding({ accept }: Profile, processors: readonly Processor[]): Finding {
  const id = 'profile.subtitles'
  const extractors = processors.filter(
    (processor) =>
      processor.extractSubtitles !== undefined && [...processor.probes].some((type) => isAccepted(type, accept.types)),
  )
  if (extractors.length > 0) {
    return { id, status: 'ok', summary: `extracted by ${extractors.map(({ name }) => name).join(', ')}` }
  }
  return {
    id,
    status: 'error',
    summary: 'no processor extracts subtitles from the types that it accepts',
    fix: 'Add @rindle/processor-av to `processors`, or remove `extractSubtitles`.',
  }
}

/** Files of a type that no processor rewrites are refused, and without any remover every upload waits. */
function removalFinding({ accept, originals }: Profile, processors: readonly Processor[]): Finding {
  const id = 'profile.originals'
  const types = new Set(processors.flatMap(({ metadataRemover }) => [...(metadataRemover?.contentTypes ?? [])]))
  if (![...types].some((type) => isAccepted(type, accept.types))) {
    return {
      id,
      status: 'error',
      summary: `no processor removes metadata (${originals.metadata}) from the types that it accepts`,
      fix: 'Add @rindle/processor-image for pictures, or @rindle/processor-av for films and sound, to `processors`.',
    }
  }
  const refused = accept.types.filter((type) => !type.endsWith('/*') && !types.has(type))
  if (refused.length === 0) return { id, status: 'ok', summary: `metadata is removed (${originals.metadata})` }
  return {
    id,
    status: 'warn',
    summary: `accepted, but refused later, because no processor removes their metadata: ${refused.join(', ')}`,
    fix: 'Remove these types from `accept.types`, or keep the metadata.',
  }
}
