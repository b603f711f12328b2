-- AlterTable
ALTER TABLE "media_workers" ADD COLUMN     "stopped_at" TIMESTAMPTZ(6);

-- Everything below is what a Prisma schema cannot express. `prisma migrate diff` neither sees nor removes it.

-- Uploads in flight, and what is left of those that were given up: few rows among millions, oldest first.
CREATE INDEX "media_assets_staged_idx" ON "media_assets"("updated_at", "id") WHERE "state" = 'staged';
