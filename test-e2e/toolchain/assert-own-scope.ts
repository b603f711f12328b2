/** A registry, and the account that publishes to it. */
export interface RegistryAccess {
  /** Its URL, as `npm config get registry` prints it. */
  readonly registry: string
  /** The account's token. */
  readonly token: string
}

/**
 * Refuses to publish under a scope that is not the account's, or under a name that somebody else holds. A scope is the
 * account's if it has the same name, or is an organisation of which the account is a member.
 *
 * @throws Error that names the scope or the package, its holder, and the setting to change.
 */
export async function assertOwnScope(
  scope: string,
  names: readonly string[],
  { registry, token }: RegistryAccess,
): Promise<void> {
  const ask = (route: string): Promise<Response> =>
    fetch(`${registry.replace(/\/+$/, '')}/${route}`, { headers: { authorization: `Bearer ${token}` } })
  const account = await accountOf(await ask('-/whoami'))
  if (scope !== `@${account}`) await assertMember(scope, account, await ask(`-/org/${scope.slice(1)}/user`))
  for (const name of names) await assertFreeOrOwn(name, scope, account, await ask(name.replace('/', '%2f')))
}

async function accountOf(answer: Response): Promise<string> {
  if (answer.ok) return ((await answer.json()) as { readonly username: string }).username
  throw new Error(`The registry does not accept the token (HTTP ${answer.status}). Set NPM_TOKEN to a valid one.`)
}

async function assertMember(scope: string, account: string, answer: Response): Promise<void> {
  assertAnswered(answer, `who owns ${scope}`)
  const members = answer.ok ? ((await answer.json()) as Readonly<Record<string, string>>) : {}
  if (Object.hasOwn(members, account)) return
  throw new Error(
    `The scope ${scope} does not belong to "${account}": nothing was published. ` +
      'Set RINDLE_SCOPE to a scope of this account, or publish as a member of its organisation.',
  )
}

async function assertFreeOrOwn(name: string, scope: string, account: string, answer: Response): Promise<void> {
  assertAnswered(answer, `who owns ${name}`)
  if (answer.status === 404) return
  const { maintainers = [] } = (await answer.json()) as { readonly maintainers?: readonly { readonly name: string }[] }
  // A member may publish whatever the organisation holds.
  if (name.startsWith(`${scope}/`) || maintainers.some((maintainer) => maintainer.name === account)) return
  const holders = maintainers.map((maintainer) => maintainer.name).join(', ')
  throw new Error(
    `The package ${name} belongs to ${holders || 'somebody else'}: nothing was published. ` +
      'Set RINDLE_SCOPE to a scope of your own, which renames it, too.',
  )
}

/** Neither "no" nor "yes" is an outage: without an answer nothing may be published. */
function assertAnswered({ ok, status }: Response, question: string): void {
  if (ok || [401, 403, 404].includes(status)) return
  throw new Error(`The registry does not say ${question} (HTTP ${status}): nothing was published. Try again later.`)
}
