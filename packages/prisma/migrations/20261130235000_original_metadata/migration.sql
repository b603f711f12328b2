-- Originals from which metadata is removed: the removal that the stored bytes have gone through, and the SHA-256 of the
-- uploaded bytes.

-- AlterTable
ALTER TABLE "media_assets" ADD COLUMN     "removed_metadata" TEXT NOT NULL DEFAULT 'keep',
ADD COLUMN     "uploaded_sha256" TEXT;

ALTER TABLE "media_assets"
    ADD CONSTRAINT "media_assets_removed_metadata_check" CHECK ("removed_metadata" IN ('keep', 'strip_location', 'strip')),
    ADD CONSTRAINT "media_assets_uploaded_sha256_check" CHECK ("uploaded_sha256" ~ '^[0-9a-f]{64}$');
