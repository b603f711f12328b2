/** Throws while nobody answers at an endpoint, or says that it is not ready. An answer to nobody in particular will do. */
export async function assertServing(endpoint: string): Promise<void> {
  const { status } = await fetch(endpoint)
  if (status >= 500) throw new Error(`The answer is ${status}.`)
}
