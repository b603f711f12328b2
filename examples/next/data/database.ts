import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient } from '../generated/prisma/client.ts'

// Next loads a module once for each of its layers; this keeps one client, with its connections, for all of them.
const kept = globalThis as { communityDatabase?: PrismaClient }
kept.communityDatabase ??= new PrismaClient({
  adapter: new PrismaPg({ connectionString: process.env.DATABASE_URL ?? '' }),
})

/** Members, posts and lessons: the tables of this application, in schema `public`. */
export const database: PrismaClient = kept.communityDatabase
