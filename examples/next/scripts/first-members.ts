import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient } from '../generated/prisma/client.ts'

const NAMES = ['Ada Okafor', 'Bruno Keller', 'Chiara Rossi', 'Dewi Lestari']

/** Adds members to sign in as, if nobody has joined yet. */
export async function addFirstMembers(): Promise<void> {
  const database = new PrismaClient({ adapter: new PrismaPg({ connectionString: process.env.DATABASE_URL ?? '' }) })
  try {
    if ((await database.member.count()) > 0) return
    await database.member.createMany({ data: NAMES.map((name) => ({ name })) })
  } finally {
    await database.$disconnect()
  }
}
