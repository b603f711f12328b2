/** Throws while an endpoint does not answer, or says that it is not ready. Any other answer will do, even a refusal. */
export async function assertServing(endpoint: string): Promise<void> {
  const { status } = await fetch(endpoint)
  if (status >= 500) throw new Error(`The answer is ${status}.`)
}
