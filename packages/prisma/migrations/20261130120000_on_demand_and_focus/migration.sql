-- Variants that are made when a page first asks for them, focal points, and placeholders.

-- AlterTable
ALTER TABLE "media_assets" ADD COLUMN     "focus_x" DOUBLE PRECISION,
ADD COLUMN     "focus_y" DOUBLE PRECISION,
ADD COLUMN     "thumb_hash" TEXT;

-- AlterTable
ALTER TABLE "media_variants" ADD COLUMN     "unfocused_digest" TEXT,
ADD COLUMN     "on_demand" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "last_asked_at" TIMESTAMPTZ(6);

ALTER TABLE "media_assets"
    ADD CONSTRAINT "media_assets_focus_check" CHECK (
        ("focus_x" IS NULL) = ("focus_y" IS NULL) AND "focus_x" BETWEEN 0 AND 1 AND "focus_y" BETWEEN 0 AND 1),
    ADD CONSTRAINT "media_assets_thumb_hash_check" CHECK ("thumb_hash" ~ '^[A-Za-z0-9+/]{7,60}={0,2}$');

-- DropIndex
DROP INDEX "media_variants_state_name_recipe_digest_idx";

-- Variants by their declared recipe, whatever the focus of their asset. By the recipe, because processes of the previous
-- version, which know no focus, change it during a deployment and leave the digest beside it.
CREATE INDEX "media_variants_declared_digest_idx" ON "media_variants"("state", "name",
    (CASE WHEN "recipe" ? 'assetFocus' THEN "unfocused_digest" ELSE "recipe_digest" END));

-- Variants on demand by state. The number of those in the making with nothing to serve meanwhile is bounded.
CREATE INDEX "media_variants_on_demand_idx" ON "media_variants"("state", ("storage_key" IS NULL)) WHERE "on_demand";

-- Variants on demand with an object, that of an unfinished purge included, by the time at which somebody last wanted it.
CREATE INDEX "media_variants_last_asked_idx" ON "media_variants"(COALESCE("last_asked_at", "generated_at"), "id")
    WHERE "on_demand" AND "state" IN ('ready', 'stale', 'purged') AND "storage_key" IS NOT NULL;
