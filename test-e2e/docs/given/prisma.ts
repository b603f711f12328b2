import type { fromPrisma } from '@rindle/jobs-pgboss'

type Transaction = Parameters<typeof fromPrisma>[0] & {
  readonly member: { create(row: { readonly data: { readonly name: string } }): Promise<{ readonly id: number }> }
}

// The reader's own client, as far as the pages use it.
export declare const prisma: { $transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> }
