-- Trash: a detached asset waits for its purge and can be restored. Hold: nothing purges the asset.

-- AlterTable
ALTER TABLE "media_assets" ADD COLUMN     "purge_at" TIMESTAMPTZ(6),
ADD COLUMN     "trashed_at" TIMESTAMPTZ(6);

-- CreateTable
CREATE TABLE "media_trashed_attachments" (
    "id" UUID NOT NULL,
    "asset_id" UUID NOT NULL,
    "owner_type" TEXT NOT NULL,
    "owner_id" TEXT NOT NULL,
    "slot" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,
    "trashed_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "media_trashed_attachments_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "media_relocations" (
    "to_key" TEXT NOT NULL,
    "asset_id" UUID NOT NULL,
    "from_key" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'copying',
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "media_relocations_pkey" PRIMARY KEY ("to_key")
);

-- CreateTable
CREATE TABLE "media_holds" (
    "asset_id" UUID NOT NULL,
    "reason" TEXT NOT NULL,
    "until" TIMESTAMPTZ(6),
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "media_holds_pkey" PRIMARY KEY ("asset_id")
);

-- CreateIndex
CREATE INDEX "media_trashed_attachments_asset_id_idx" ON "media_trashed_attachments"("asset_id");

-- CreateIndex
CREATE INDEX "media_trashed_attachments_owner_type_owner_id_idx" ON "media_trashed_attachments"("owner_type", "owner_id");

-- CreateIndex
CREATE INDEX "media_relocations_asset_id_idx" ON "media_relocations"("asset_id");

-- CreateIndex
CREATE INDEX "media_relocations_from_key_idx" ON "media_relocations"("from_key");

-- AddForeignKey
ALTER TABLE "media_trashed_attachments" ADD CONSTRAINT "media_trashed_attachments_asset_id_fkey" FOREIGN KEY ("asset_id") REFERENCES "media_assets"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "media_relocations" ADD CONSTRAINT "media_relocations_asset_id_fkey" FOREIGN KEY ("asset_id") REFERENCES "media_assets"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "media_holds" ADD CONSTRAINT "media_holds_asset_id_fkey" FOREIGN KEY ("asset_id") REFERENCES "media_assets"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "media_assets"
    DROP CONSTRAINT "media_assets_state_check",
    DROP CONSTRAINT "media_assets_deliverable_check";

ALTER TABLE "media_assets"
    ADD CONSTRAINT "media_assets_state_check" CHECK ("state" IN (
        'staged', 'validating', 'analyzing', 'promoting', 'available', 'processing', 'transcoding', 'ready',
        'degraded', 'quarantined', 'trashed', 'deleted')),
    ADD CONSTRAINT "media_assets_deliverable_check" CHECK (
        "state" NOT IN ('available', 'processing', 'transcoding', 'ready', 'degraded', 'trashed') OR (
        "content_type" IS NOT NULL AND "byte_size" IS NOT NULL)),
    ADD CONSTRAINT "media_assets_trashed_check" CHECK (
        "state" <> 'trashed' OR ("trashed_at" IS NOT NULL AND "purge_at" IS NOT NULL));

ALTER TABLE "media_trashed_attachments"
    ADD CONSTRAINT "media_trashed_attachments_owner_type_check" CHECK ("owner_type" <> ''),
    ADD CONSTRAINT "media_trashed_attachments_owner_id_check" CHECK ("owner_id" <> ''),
    ADD CONSTRAINT "media_trashed_attachments_slot_check" CHECK ("slot" <> ''),
    ADD CONSTRAINT "media_trashed_attachments_position_check" CHECK ("position" >= 0);

ALTER TABLE "media_relocations"
    ADD CONSTRAINT "media_relocations_to_key_check" CHECK ("to_key" <> ''),
    ADD CONSTRAINT "media_relocations_from_key_check" CHECK ("from_key" <> '' AND "from_key" <> "to_key"),
    ADD CONSTRAINT "media_relocations_state_check" CHECK ("state" IN ('copying', 'moved', 'cancelled'));

ALTER TABLE "media_holds"
    ADD CONSTRAINT "media_holds_reason_check" CHECK ("reason" <> '');

-- Assets that are to be purged at a time: the trash, and those whose purge a hold has blocked.
CREATE INDEX "media_assets_purge_idx" ON "media_assets"("purge_at", "id") WHERE "purge_at" IS NOT NULL;
