-- Text tracks of assets: captions, subtitles and chapters.

-- AlterTable
ALTER TABLE "media_assets" ADD COLUMN     "subtitles_wanted_at" TIMESTAMPTZ(6);

-- CreateTable
CREATE TABLE "media_tracks" (
    "id" UUID NOT NULL,
    "asset_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "lang" TEXT NOT NULL,
    "label" TEXT NOT NULL,
    "is_default" BOOLEAN NOT NULL DEFAULT false,
    "source_index" INTEGER,
    "storage_key" TEXT NOT NULL,
    "byte_size" BIGINT NOT NULL,
    "cue_count" INTEGER NOT NULL,
    "damaged_at" TIMESTAMPTZ(6),
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "media_tracks_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "media_tracks_storage_key_key" ON "media_tracks"("storage_key");

-- CreateIndex
CREATE UNIQUE INDEX "media_tracks_asset_id_source_index_key" ON "media_tracks"("asset_id", "source_index");

-- AddForeignKey
ALTER TABLE "media_tracks" ADD CONSTRAINT "media_tracks_asset_id_fkey" FOREIGN KEY ("asset_id") REFERENCES "media_assets"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "media_tracks"
    ADD CONSTRAINT "media_tracks_kind_check" CHECK ("kind" IN ('captions', 'subtitles', 'chapters')),
    ADD CONSTRAINT "media_tracks_lang_check" CHECK ("lang" ~ '^[A-Za-z0-9-]{2,100}$'),
    ADD CONSTRAINT "media_tracks_label_check" CHECK ("label" <> ''),
    ADD CONSTRAINT "media_tracks_source_index_check" CHECK ("source_index" >= 0),
    ADD CONSTRAINT "media_tracks_storage_key_check" CHECK ("storage_key" <> ''),
    ADD CONSTRAINT "media_tracks_byte_size_check" CHECK ("byte_size" > 0),
    ADD CONSTRAINT "media_tracks_cue_count_check" CHECK ("cue_count" >= 0);

-- A browser shows one track of captions or subtitles by itself, and one of chapters.
CREATE UNIQUE INDEX "media_tracks_default_idx" ON "media_tracks"("asset_id", ("kind" = 'chapters')) WHERE "is_default";

-- Assets whose subtitles a worker is still to extract.
CREATE INDEX "media_assets_subtitles_wanted_idx" ON "media_assets"("updated_at", "id")
    WHERE "subtitles_wanted_at" IS NOT NULL;
