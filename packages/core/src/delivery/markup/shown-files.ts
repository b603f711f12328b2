import type { AssetWithVariants } from '../../assets/read.ts'
import type { Asset } from '../../domain/entities.ts'
import { RindleError } from '../../domain/errors.ts'
import type { StaleMode } from '../../domain/stale-policy.ts'
import type { OutputKind } from '../../domain/states.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import type { Profile } from '../../profile/profile.ts'
import { forbidden, refusalByAuthorizer } from '../urls/authorize.ts'
import { type IssueOptions, issueUrl, originalFile, variantFile } from '../urls/issue-url.ts'
import { assertDeliverable, choose, declaredVariant } from '../urls/url.ts'
import { withVariants } from '../urls/with-variants.ts'

/** Options of every function that makes markup. */
export interface MarkupOptions extends Pick<IssueOptions, 'expiresInSeconds'> {
  /** Passed to the profile's authorizer. */
  readonly actor?: unknown
  /** Whether a stale variant is shown; otherwise it is left out. @default the profile's, else 'serve_stale' */
  readonly staleMode?: StaleMode
  /** The `class` of the element. */
  readonly className?: string
}

/** A file that a page can show, with its URL. */
export interface ShownFile {
  readonly url: string
  readonly contentType: string
  /** Pixels. */
  readonly width: number | null
  /** Pixels. */
  readonly height: number | null
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

  /** The original, if it is of that kind and a browser shows its type; otherwise `null`. */
  async original(kind: OutputKind, browserTypes: ReadonlySet<string>): Promise<ShownFile | null> {
    const { contentType, width, height } = this.#asset
    if (this.#asset.kind !== kind || contentType === null || !browserTypes.has(contentType)) return null
    if (!(await this.#isGranted(undefined))) return null
    const url = await issueUrl(this.#runtime, this.#asset, this.#profile, originalFile(this.#asset), this.#options)
    this.#shown += 1
    return { url, contentType, width, height }
  }

  /** Throws `forbidden` when the authorizer has refused and nothing is left to show. */
  assertShown(): void {
    if (this.#shown === 0 && this.#refusal !== null) throw forbidden(`asset ${this.#asset.id}`, this.#refusal)
  }

  async #variant(name: string): Promise<ShownFile | null> {
    const variant = this.#asset.variants.find((candidate) => candidate.name === name)
    if (variant === undefined || choose(this.#profile, variant, this.#options).serve !== 'variant') return null
    if (!(await this.#isGranted(name))) return null
    const file = variantFile(this.#asset, variant)
    const url = await issueUrl(this.#runtime, this.#asset, this.#profile, file, this.#options)
    this.#shown += 1
    return { url, contentType: file.contentType, width: variant.width, height: variant.height }
  }

  async #isGranted(variant: string | undefined): Promise<boolean> {
    const { actor } = this.#options
    const wanted = variant === undefined ? {} : { variant }
    const refusal = await refusalByAuthorizer(this.#profile, { asset: this.#asset, ...wanted, actor })
    if (refusal !== null) this.#refusal ??= refusal
    return refusal === null
  }

  #assertKind(name: string, kind: OutputKind): void {
    const { makes: made } = declaredVariant(this.#profile, this.#asset.profile, name)
    if (made === kind) return
    throw new RindleError(
      'invalid_input',
      `Variant "${name}" of profile "${this.#asset.profile}" is no ${kind}: ${made}.`,
    )
  }
}
