-- CreateIndex
CREATE INDEX "media_assets_updated_at_id_idx" ON "media_assets"("updated_at", "id");

-- CreateIndex
CREATE INDEX "media_assets_profile_updated_at_id_idx" ON "media_assets"("profile", "updated_at", "id");

-- CreateIndex
CREATE INDEX "media_variants_updated_at_id_idx" ON "media_variants"("updated_at", "id");

-- Everything below is what a Prisma schema cannot express. `prisma migrate diff` neither sees nor removes it.

-- Few rows among millions, for lists of what changed last: those in a state that most leave soon, or should,
CREATE INDEX "media_assets_unsettled_idx" ON "media_assets"("updated_at", "id")
    WHERE "state" IN ('staged', 'processing', 'transcoding', 'degraded');
-- and those that say why they wait, were refused, or failed.
CREATE INDEX "media_assets_error_idx" ON "media_assets"("updated_at", "id") WHERE "error_reason" IS NOT NULL;
CREATE INDEX "media_variants_error_idx" ON "media_variants"("updated_at", "id") WHERE "error_reason" IS NOT NULL;
