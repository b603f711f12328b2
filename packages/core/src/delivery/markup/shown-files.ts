import type { AssetWithVariants } from '../../assets/read.ts'
import type { Asset, MediaTrack, Variant } from '../../domain/entities.ts'
import { isRindleError, RindleError } from '../../domain/errors.ts'
import type { StaleMode } from '../../domain/stale-policy.ts'
import { isInFlight, type OutputKind } from '../../domain/states.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import type { Profile } from '../../profile/profile.ts'
import { familyMembers, type OwnFamily } from '../images/family-members.ts'
import { issueFamilyUrl } from '../images/family-url.ts'
import { declaredStream } from '../streams/playable-stream.ts'
import { storyboardUrl, streamUrl } from '../streams/stream-url.ts'
import { forbidden, refusalByAuthorizer } from '../urls/authorize.ts'
import { type IssueOptions, issueUrl, originalFile, trackFile, variantFile } from '../urls/issue-url.ts'
import { assertDeliverable, choose, declaredVariant } from '../urls/url.ts'
import { withVariants } from '../urls/with-variants.ts'
import { filesOnDemand, widestSize } from './family-files.ts'
import { type Placeholder, placeholderOf } from './placeholder.ts'
import type { PictureSize, ShownFile } from './shown-file.ts'

/** Options of every function that makes markup. */
export interface MarkupOptions extends Pick<IssueOptions, 'expiresInSeconds'> {
  /** Passed to the profile's authorizer. */
  readonly actor?: unknown
  /** Whether a stale variant is shown; otherwise it is left out. @default the profile's, else 'serve_stale' */
  readonly staleMode?: StaleMode
  /** The `class` of the element. */
  readonly className?: string
}

/** A text track of an asset on a page. */
export interface ShownTrack extends Pick<MediaTrack, 'kind' | 'lang' | 'label' | 'isDefault'> {
  readonly url: string
}

/** A stream of an asset on a page. */
export interface ShownStream {
  readonly url: string
  /** Whether no more of it is being made: a player reads the list of its sizes once. */
  readonly isComplete: boolean
}

/** A family of one asset on a page. */
export interface ShownFamily {
  /** `null` without the option `images`, if nothing of it can be made, or if the authorizer refuses it. */
  readonly url: string | null
  /** The images to show, of every format that is ready; of a family on demand one for each width. */
  readonly files: readonly ShownFile[]
  /** Whether the server chooses the format: then the files stand for all of them. */
  readonly isNegotiated: boolean
  readonly members: OwnFamily['members']
  /** Of its widest image, made or not. */
  readonly size: PictureSize | null
}

/**
 * The files of one asset for one piece of markup. Leaves out files that the authorizer refuses, and remembers the
 * refusal.
 */
export class ShownFiles {
  readonly #runtime: Runtime
  readonly #asset: AssetWithVariants
  readonly #profile: Profile
  readonly #options: MarkupOptions
  #refusal: string | null = null
  #shown = 0

  private constructor(runtime: Runtime, asset: AssetWithVariants, profile: Profile, options: MarkupOptions) {
    this.#runtime = runtime
    this.#asset = asset
    this.#profile = profile
    this.#options = options
  }

  /** Reads the asset's variants: one query when the asset was read without them, else none. `not_deliverable`. */
  static async of(runtime: Runtime, asset: Asset | AssetWithVariants, options: MarkupOptions): Promise<ShownFiles> {
    const profile = assertDeliverable(runtime, asset)
    const [complete] = await withVariants(runtime, [asset])
    return new ShownFiles(runtime, complete, profile, options)
  }

  /** Those of these variants that have something to show, in the given order. `unknown_variant`, `invalid_input`. */
  async variants(names: readonly string[], kind: OutputKind): Promise<readonly ShownFile[]> {
    for (const name of names) this.#assertKind(name, kind)
    const shown: ShownFile[] = []
    for (const name of names) {
      const file = await this.#variant(name)
      if (file !== null) shown.push(file)
    }
    return shown
  }

  /** A family: the authorizer is asked once, with its name as that of the variant. `unknown_variant`. */
  async family(name: string): Promise<ShownFamily> {
    const [asset, profile] = [this.#asset, this.#profile]
    const family = familyMembers(profile, asset, name)
    const { members } = family
    const isNegotiated = family.make === 'on_demand'
    const shown = { isNegotiated, members, size: widestSize(family, asset) }
    if (members.length === 0 || !(await this.#isGranted({ variant: name }))) return { ...shown, url: null, files: [] }
    const { images } = this.#runtime
    const named = { asset, profile, name, family }
    const url = images === null ? null : issueFamilyUrl(this.#runtime, images, named, this.#options)
    if (isNegotiated && url !== null) {
      this.#shown += 1
      return { ...shown, url, files: filesOnDemand(url, family, asset) }
    }
    const made = await Promise.all(members.map((member) => this.#granted(member.name)))
    return { ...shown, url, files: made.filter((file) => file !== null) }
  }

  /** A stream; `null` while it cannot be played, and if the authorizer refuses it. `unknown_variant`. */
  async stream(name: string): Promise<ShownStream | null> {
    const { members } = declaredStream(this.#profile, this.#asset.profile, name)
    const url = await this.#unlessForbidden(streamUrl(this.#runtime, this.#asset, name, this.#options))
    if (url === null) return null
    this.#shown += 1
    const names = new Set(members.map((member) => member.name))
    const variants = this.#asset.variants.filter((variant) => names.has(variant.name))
    return { url, isComplete: !variants.some(({ state }) => state === 'planned' || isInFlight(state)) }
  }

  /** The URL of a storyboard; `null` while it is not ready, and if the authorizer refuses it. `unknown_variant`. */
  async storyboard(strip: string): Promise<string | null> {
    return this.#unlessForbidden(storyboardUrl(this.#runtime, this.#asset, strip, this.#options))
  }

  /** The text tracks of the asset, without those that the authorizer refuses. */
  async tracks(): Promise<readonly ShownTrack[]> {
    const granted: MediaTrack[] = []
    for (const track of this.#asset.tracks) if (await this.#isGranted({ track: track.id })) granted.push(track)
    const shown = granted.map(async (track): Promise<ShownTrack> => {
      const { kind, lang, label, isDefault } = track
      const file = trackFile(this.#asset, track)
      const url = await issueUrl(this.#runtime, this.#asset, this.#profile, file, this.#options)
      return { kind, lang, label, isDefault, url }
    })
    return Promise.all(shown)
  }

  /** The placeholder of the asset, as its profile wants it. */
  placeholder(): Placeholder | null {
    return placeholderOf(this.#asset, this.#profile)
  }

  /** The original, if it is of that kind and a browser shows its type; otherwise `null`. */
  async original(kind: OutputKind, browserTypes: ReadonlySet<string>): Promise<ShownFile | null> {
    const { contentType, width, height } = this.#asset
    if (this.#asset.kind !== kind || contentType === null || !browserTypes.has(contentType)) return null
    if (!(await this.#isGranted({}))) return null
    const url = await issueUrl(this.#runtime, this.#asset, this.#profile, originalFile(this.#asset), this.#options)
    this.#shown += 1
    return { url, contentType, width, height }
  }

  /** Throws `forbidden` when the authorizer has refused and nothing is left to show. */
  assertShown(): void {
    if (this.#shown === 0 && this.#refusal !== null) throw forbidden(`asset ${this.#asset.id}`, this.#refusal)
  }

  async #unlessForbidden(issued: Promise<string | null>): Promise<string | null> {
    try {
      return await issued
    } catch (error) {
      if (!isRindleError(error) || error.code !== 'forbidden') throw error
      this.#refusal ??= typeof error.details['reason'] === 'string' ? error.details['reason'] : 'not allowed'
      return null
    }
  }

  async #variant(name: string): Promise<ShownFile | null> {
    if (this.#servable(name) === null || !(await this.#isGranted({ variant: name }))) return null
    return this.#granted(name)
  }

  #servable(name: string): Variant | null {
    const variant = this.#asset.variants.find((candidate) => candidate.name === name)
    if (variant === undefined || choose(this.#profile, variant, this.#options).serve !== 'variant') return null
    return variant
  }

  /** A variant that the authorizer has granted, if it has something to show. */
  async #granted(name: string): Promise<ShownFile | null> {
    const variant = this.#servable(name)
    if (variant === null) return null
    const file = variantFile(this.#asset, variant)
    const url = await issueUrl(this.#runtime, this.#asset, this.#profile, file, this.#options)
    this.#shown += 1
    return { url, contentType: file.contentType, width: variant.width, height: variant.height }
  }

  async #isGranted(wanted: { readonly variant?: string; readonly track?: string }): Promise<boolean> {
    const { actor } = this.#options
    const refusal = await refusalByAuthorizer(this.#profile, { asset: this.#asset, ...wanted, actor })
    if (refusal !== null) this.#refusal ??= refusal
    return refusal === null
  }

  #assertKind(name: string, kind: OutputKind): void {
    const { makes: made } = declaredVariant(this.#profile, this.#asset.profile, name)
    if (made === kind) return
    throw new RindleError(
      'invalid_input',
      `Variant "${name}" of profile "${this.#asset.profile}" is not of the kind ${kind}: ${made}.`,
    )
  }
}
