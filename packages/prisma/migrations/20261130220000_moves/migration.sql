-- Storages that have objects of an asset besides its own, because it moves there or has come from there; and the keys
-- of mirrored storages that their mirrors have yet to follow.

-- CreateTable
CREATE TABLE "media_moves" (
    "asset_id" UUID NOT NULL,
    "storage" TEXT NOT NULL,
    "keys" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[],
    "delete_after" TIMESTAMPTZ(6),
    "is_deleting" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "media_moves_pkey" PRIMARY KEY ("asset_id", "storage")
);

-- CreateTable
CREATE TABLE "media_mirror_changes" (
    "storage" TEXT NOT NULL,
    "storage_key" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "error_reason" TEXT,
    "due_at" TIMESTAMPTZ(6) NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "media_mirror_changes_pkey" PRIMARY KEY ("storage", "storage_key")
);

-- CreateIndex
CREATE INDEX "media_mirror_changes_storage_due_at_idx" ON "media_mirror_changes"("storage", "due_at");

-- AddForeignKey
ALTER TABLE "media_moves" ADD CONSTRAINT "media_moves_asset_id_fkey" FOREIGN KEY ("asset_id") REFERENCES "media_assets"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- The deletion of what is due reads the rows in this order.
CREATE INDEX "media_moves_due_idx" ON "media_moves"("delete_after") WHERE "delete_after" IS NOT NULL;

-- The status looks for moves that were killed.
CREATE INDEX "media_moves_begun_idx" ON "media_moves"("created_at") WHERE "delete_after" IS NULL;

ALTER TABLE "media_moves"
    ADD CONSTRAINT "media_moves_storage_check" CHECK ("storage" <> ''),
    ADD CONSTRAINT "media_moves_is_deleting_check" CHECK (NOT "is_deleting" OR "delete_after" IS NOT NULL);

ALTER TABLE "media_mirror_changes"
    ADD CONSTRAINT "media_mirror_changes_storage_check" CHECK ("storage" <> ''),
    ADD CONSTRAINT "media_mirror_changes_storage_key_check" CHECK ("storage_key" <> ''),
    ADD CONSTRAINT "media_mirror_changes_attempts_check" CHECK ("attempts" >= 0);
