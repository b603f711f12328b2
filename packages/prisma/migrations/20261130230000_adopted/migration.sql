-- Adopted assets: an object that lay in a storage already became the original, by a copy or where it lies.

-- AlterTable
ALTER TABLE "media_assets" ADD COLUMN     "adopted_key" TEXT,
ADD COLUMN     "adopted_storage" TEXT,
ADD COLUMN     "in_place" BOOLEAN NOT NULL DEFAULT false;

-- CreateIndex
CREATE UNIQUE INDEX "media_assets_adopted_storage_adopted_key_key" ON "media_assets"("adopted_storage", "adopted_key");

ALTER TABLE "media_assets"
    ADD CONSTRAINT "media_assets_adopted_check" CHECK (num_nulls("adopted_storage", "adopted_key") IN (0, 2)),
    ADD CONSTRAINT "media_assets_adopted_storage_check" CHECK ("adopted_storage" <> ''),
    ADD CONSTRAINT "media_assets_adopted_key_check" CHECK ("adopted_key" <> ''),
    ADD CONSTRAINT "media_assets_in_place_check" CHECK (NOT "in_place" OR (
        "adopted_key" IS NOT DISTINCT FROM "storage_key" AND "adopted_storage" IS NOT DISTINCT FROM "storage"));

ALTER TABLE "media_upload_sessions"
    DROP CONSTRAINT "media_upload_sessions_upload_strategy_check",
    ADD CONSTRAINT "media_upload_sessions_upload_strategy_check" CHECK ("upload_strategy" IN (
        'presigned_put', 'multipart', 'resumable', 'proxied', 'fetched', 'adopted'));
