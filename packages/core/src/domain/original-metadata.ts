/** The metadata that a stored original may keep, from all of it to none; each removes what the one before it removes. */
export const METADATA_POLICIES = ['keep', 'strip_location', 'strip'] as const

/**
 * One of {@link METADATA_POLICIES}. `keep`: the original is stored as it came. `strip_location`: without places.
 * `strip`: with nothing but the picture, film or sound itself, its colour profile and its orientation.
 */
export type MetadataPolicy = (typeof METADATA_POLICIES)[number]

/** A policy that removes something. */
export type MetadataRemoval = Exclude<MetadataPolicy, 'keep'>

/** The removal that is still to be done for an original; `null`: it has lost what the policy wants removed. Pure. */
export function removalStillWanted(removed: MetadataPolicy, wanted: MetadataPolicy): MetadataRemoval | null {
  const isDone = METADATA_POLICIES.indexOf(removed) >= METADATA_POLICIES.indexOf(wanted)
  return isDone || wanted === 'keep' ? null : wanted
}
