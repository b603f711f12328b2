-- CreateSchema
-- Not "IF NOT EXISTS": that demands the right to create schemas even where an administrator has made this one.
DO $$
BEGIN
    IF to_regnamespace('rindle') IS NULL THEN
        CREATE SCHEMA "rindle";
    END IF;
END
$$;

-- CreateTable
CREATE TABLE "media_assets" (
    "id" UUID NOT NULL,
    "profile" TEXT NOT NULL,
    "storage" TEXT NOT NULL,
    "storage_key" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "kind" TEXT,
    "filename" TEXT NOT NULL,
    "content_type" TEXT,
    "declared_content_type" TEXT,
    "byte_size" BIGINT,
    "checksum_sha256" TEXT,
    "etag" TEXT,
    "width" INTEGER,
    "height" INTEGER,
    "duration_ms" BIGINT,
    "has_video_track" BOOLEAN,
    "has_audio_track" BOOLEAN,
    "metadata" JSONB NOT NULL DEFAULT '{}',
    "error_reason" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "media_assets_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "media_variants" (
    "id" UUID NOT NULL,
    "asset_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "output_kind" TEXT NOT NULL,
    "recipe" JSONB NOT NULL,
    "recipe_digest" TEXT NOT NULL,
    "storage_key" TEXT,
    "content_type" TEXT,
    "byte_size" BIGINT,
    "width" INTEGER,
    "height" INTEGER,
    "duration_ms" BIGINT,
    "progress" INTEGER NOT NULL DEFAULT 0,
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "job_id" TEXT,
    "metadata" JSONB NOT NULL DEFAULT '{}',
    "error_reason" TEXT,
    "generated_at" TIMESTAMPTZ(6),
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "media_variants_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "media_upload_sessions" (
    "id" UUID NOT NULL,
    "asset_id" UUID NOT NULL,
    "state" TEXT NOT NULL,
    "upload_strategy" TEXT NOT NULL,
    "resumable_protocol" TEXT,
    "actor_id" TEXT,
    "attach_owner_type" TEXT,
    "attach_owner_id" TEXT,
    "attach_slot" TEXT,
    "upload_key" TEXT NOT NULL,
    "upload_length" BIGINT,
    "declared_checksum" TEXT,
    "multipart_upload_id" TEXT,
    "multipart_parts" JSONB,
    "session_uri" TEXT,
    "session_uri_expires_at" TIMESTAMPTZ(6),
    "last_known_offset" BIGINT,
    "resumable_state" JSONB,
    "resumable_metadata" TEXT,
    "lock_token" TEXT,
    "lock_expires_at" TIMESTAMPTZ(6),
    "lock_wanted" BOOLEAN NOT NULL DEFAULT false,
    "expires_at" TIMESTAMPTZ(6) NOT NULL,
    "verified_at" TIMESTAMPTZ(6),
    "failure_reason" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "media_upload_sessions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "media_attachments" (
    "id" UUID NOT NULL,
    "asset_id" UUID NOT NULL,
    "owner_type" TEXT NOT NULL,
    "owner_id" TEXT NOT NULL,
    "slot" TEXT NOT NULL,
    "position" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "media_attachments_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "media_processing_runs" (
    "id" UUID NOT NULL,
    "asset_id" UUID NOT NULL,
    "variant_name" TEXT,
    "worker" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "started_at" TIMESTAMPTZ(6),
    "finished_at" TIMESTAMPTZ(6),
    "error_reason" TEXT,
    "details" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "media_processing_runs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "media_workers" (
    "id" UUID NOT NULL,
    "host" TEXT NOT NULL,
    "process_id" INTEGER NOT NULL,
    "queues" JSONB NOT NULL,
    "started_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "beat_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "media_workers_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "media_assets_storage_key_key" ON "media_assets"("storage_key");

-- CreateIndex
CREATE INDEX "media_assets_profile_state_idx" ON "media_assets"("profile", "state");

-- CreateIndex
CREATE UNIQUE INDEX "media_variants_storage_key_key" ON "media_variants"("storage_key");

-- CreateIndex
CREATE INDEX "media_variants_state_name_recipe_digest_idx" ON "media_variants"("state", "name", "recipe_digest");

-- CreateIndex
CREATE UNIQUE INDEX "media_variants_asset_id_name_key" ON "media_variants"("asset_id", "name");

-- CreateIndex
CREATE UNIQUE INDEX "media_upload_sessions_upload_key_key" ON "media_upload_sessions"("upload_key");

-- CreateIndex
CREATE INDEX "media_upload_sessions_asset_id_idx" ON "media_upload_sessions"("asset_id");

-- CreateIndex
CREATE INDEX "media_upload_sessions_state_idx" ON "media_upload_sessions"("state");

-- CreateIndex
CREATE INDEX "media_upload_sessions_attach_owner_type_attach_owner_id_idx" ON "media_upload_sessions"("attach_owner_type", "attach_owner_id");

-- CreateIndex
CREATE INDEX "media_attachments_asset_id_idx" ON "media_attachments"("asset_id");

-- CreateIndex
CREATE INDEX "media_processing_runs_asset_id_created_at_idx" ON "media_processing_runs"("asset_id", "created_at");

-- CreateIndex
CREATE INDEX "media_processing_runs_finished_at_idx" ON "media_processing_runs"("finished_at");

-- AddForeignKey
ALTER TABLE "media_variants" ADD CONSTRAINT "media_variants_asset_id_fkey" FOREIGN KEY ("asset_id") REFERENCES "media_assets"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "media_upload_sessions" ADD CONSTRAINT "media_upload_sessions_asset_id_fkey" FOREIGN KEY ("asset_id") REFERENCES "media_assets"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "media_attachments" ADD CONSTRAINT "media_attachments_asset_id_fkey" FOREIGN KEY ("asset_id") REFERENCES "media_assets"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Everything below is what a Prisma schema cannot express. `prisma migrate diff` neither sees nor removes it.

-- Deferrable, so that one statement may swap two positions: PostgreSQL then checks at the end of the
-- statement, not row by row. Such a constraint cannot be the target of ON CONFLICT.
ALTER TABLE "media_attachments" ADD CONSTRAINT "media_attachments_owner_type_owner_id_slot_position_key"
    UNIQUE ("owner_type", "owner_id", "slot", "position") DEFERRABLE INITIALLY IMMEDIATE;

-- The states, kinds and strategies there are.
ALTER TABLE "media_assets"
    ADD CONSTRAINT "media_assets_state_check" CHECK ("state" IN (
        'staged', 'validating', 'analyzing', 'promoting', 'available', 'processing', 'transcoding', 'ready',
        'degraded', 'quarantined', 'deleted')),
    ADD CONSTRAINT "media_assets_kind_check" CHECK ("kind" IN ('image', 'video', 'audio', 'other'));

ALTER TABLE "media_variants"
    ADD CONSTRAINT "media_variants_state_check" CHECK ("state" IN (
        'planned', 'queued', 'processing', 'ready', 'failed', 'cancelled', 'stale', 'missing', 'purged')),
    ADD CONSTRAINT "media_variants_output_kind_check" CHECK ("output_kind" IN ('image', 'video', 'audio', 'waveform'));

ALTER TABLE "media_upload_sessions"
    ADD CONSTRAINT "media_upload_sessions_state_check" CHECK ("state" IN (
        'initialized', 'signed', 'resuming', 'uploading', 'uploaded', 'verifying', 'completed', 'aborted',
        'expired', 'failed')),
    ADD CONSTRAINT "media_upload_sessions_upload_strategy_check" CHECK ("upload_strategy" IN (
        'presigned_put', 'multipart', 'resumable', 'proxied'));

ALTER TABLE "media_processing_runs"
    ADD CONSTRAINT "media_processing_runs_state_check" CHECK ("state" IN (
        'queued', 'processing', 'succeeded', 'failed', 'cancelled'));

-- What a kind rules out, and what a state requires.
ALTER TABLE "media_assets"
    ADD CONSTRAINT "media_assets_image_check" CHECK ("kind" <> 'image' OR (
        "duration_ms" IS NULL AND "has_video_track" IS NOT TRUE AND "has_audio_track" IS NOT TRUE)),
    ADD CONSTRAINT "media_assets_audio_check" CHECK ("kind" <> 'audio' OR (
        "width" IS NULL AND "height" IS NULL AND "has_video_track" IS NOT TRUE)),
    ADD CONSTRAINT "media_assets_deliverable_check" CHECK (
        "state" NOT IN ('available', 'processing', 'transcoding', 'ready', 'degraded') OR (
        "content_type" IS NOT NULL AND "byte_size" IS NOT NULL));

ALTER TABLE "media_variants"
    ADD CONSTRAINT "media_variants_ready_check" CHECK ("state" <> 'ready' OR (
        "storage_key" IS NOT NULL AND "content_type" IS NOT NULL AND "byte_size" IS NOT NULL
        AND "generated_at" IS NOT NULL));

ALTER TABLE "media_upload_sessions"
    ADD CONSTRAINT "media_upload_sessions_completed_check" CHECK ("state" <> 'completed' OR "verified_at" IS NOT NULL),
    ADD CONSTRAINT "media_upload_sessions_resumable_check" CHECK ("upload_strategy" = 'resumable' OR (
        "resumable_protocol" IS NULL AND "session_uri" IS NULL)),
    ADD CONSTRAINT "media_upload_sessions_session_uri_expires_at_check" CHECK (
        "session_uri_expires_at" IS NULL OR "session_uri" IS NOT NULL),
    ADD CONSTRAINT "media_upload_sessions_attach_check" CHECK (
        num_nulls("attach_owner_type", "attach_owner_id", "attach_slot") IN (0, 3));

-- A run that has ended and has no end time would never be pruned.
ALTER TABLE "media_processing_runs"
    ADD CONSTRAINT "media_processing_runs_finished_at_check" CHECK (
        ("state" IN ('succeeded', 'failed', 'cancelled')) = ("finished_at" IS NOT NULL));

-- Numbers.
ALTER TABLE "media_assets"
    ADD CONSTRAINT "media_assets_byte_size_check" CHECK ("byte_size" >= 0),
    ADD CONSTRAINT "media_assets_width_check" CHECK ("width" > 0),
    ADD CONSTRAINT "media_assets_height_check" CHECK ("height" > 0),
    ADD CONSTRAINT "media_assets_duration_ms_check" CHECK ("duration_ms" >= 0);

ALTER TABLE "media_variants"
    ADD CONSTRAINT "media_variants_byte_size_check" CHECK ("byte_size" >= 0),
    ADD CONSTRAINT "media_variants_width_check" CHECK ("width" > 0),
    ADD CONSTRAINT "media_variants_height_check" CHECK ("height" > 0),
    ADD CONSTRAINT "media_variants_duration_ms_check" CHECK ("duration_ms" >= 0),
    ADD CONSTRAINT "media_variants_progress_check" CHECK ("progress" BETWEEN 0 AND 100),
    ADD CONSTRAINT "media_variants_attempt_check" CHECK ("attempt" >= 0);

ALTER TABLE "media_upload_sessions"
    ADD CONSTRAINT "media_upload_sessions_upload_length_check" CHECK ("upload_length" >= 0),
    ADD CONSTRAINT "media_upload_sessions_last_known_offset_check" CHECK (
        "last_known_offset" >= 0 AND ("upload_length" IS NULL OR "last_known_offset" <= "upload_length"));

ALTER TABLE "media_attachments"
    ADD CONSTRAINT "media_attachments_position_check" CHECK ("position" >= 0);

ALTER TABLE "media_processing_runs"
    ADD CONSTRAINT "media_processing_runs_attempt_check" CHECK ("attempt" >= 0);

ALTER TABLE "media_workers"
    ADD CONSTRAINT "media_workers_process_id_check" CHECK ("process_id" > 0),
    ADD CONSTRAINT "media_workers_queues_check" CHECK (jsonb_typeof("queues") = 'object');

-- Hashes: SHA-256 in lower-case hex.
ALTER TABLE "media_assets"
    ADD CONSTRAINT "media_assets_checksum_sha256_check" CHECK ("checksum_sha256" ~ '^[0-9a-f]{64}$');

ALTER TABLE "media_variants"
    ADD CONSTRAINT "media_variants_recipe_digest_check" CHECK ("recipe_digest" ~ '^[0-9a-f]{64}$');

ALTER TABLE "media_upload_sessions"
    ADD CONSTRAINT "media_upload_sessions_declared_checksum_check" CHECK ("declared_checksum" ~ '^[0-9a-f]{64}$');

-- Names and keys are never empty.
ALTER TABLE "media_assets"
    ADD CONSTRAINT "media_assets_profile_check" CHECK ("profile" <> ''),
    ADD CONSTRAINT "media_assets_storage_check" CHECK ("storage" <> ''),
    ADD CONSTRAINT "media_assets_storage_key_check" CHECK ("storage_key" <> ''),
    ADD CONSTRAINT "media_assets_filename_check" CHECK ("filename" <> ''),
    ADD CONSTRAINT "media_assets_content_type_check" CHECK ("content_type" <> '');

ALTER TABLE "media_variants"
    ADD CONSTRAINT "media_variants_name_check" CHECK ("name" <> ''),
    ADD CONSTRAINT "media_variants_storage_key_check" CHECK ("storage_key" <> ''),
    ADD CONSTRAINT "media_variants_content_type_check" CHECK ("content_type" <> '');

ALTER TABLE "media_upload_sessions"
    ADD CONSTRAINT "media_upload_sessions_upload_key_check" CHECK ("upload_key" <> ''),
    ADD CONSTRAINT "media_upload_sessions_resumable_protocol_check" CHECK ("resumable_protocol" <> ''),
    ADD CONSTRAINT "media_upload_sessions_multipart_upload_id_check" CHECK ("multipart_upload_id" <> ''),
    ADD CONSTRAINT "media_upload_sessions_session_uri_check" CHECK ("session_uri" <> ''),
    ADD CONSTRAINT "media_upload_sessions_attach_owner_type_check" CHECK ("attach_owner_type" <> ''),
    ADD CONSTRAINT "media_upload_sessions_attach_owner_id_check" CHECK ("attach_owner_id" <> ''),
    ADD CONSTRAINT "media_upload_sessions_attach_slot_check" CHECK ("attach_slot" <> '');

ALTER TABLE "media_attachments"
    ADD CONSTRAINT "media_attachments_owner_type_check" CHECK ("owner_type" <> ''),
    ADD CONSTRAINT "media_attachments_owner_id_check" CHECK ("owner_id" <> ''),
    ADD CONSTRAINT "media_attachments_slot_check" CHECK ("slot" <> '');

ALTER TABLE "media_processing_runs"
    ADD CONSTRAINT "media_processing_runs_worker_check" CHECK ("worker" <> ''),
    ADD CONSTRAINT "media_processing_runs_variant_name_check" CHECK ("variant_name" <> '');

ALTER TABLE "media_workers"
    ADD CONSTRAINT "media_workers_host_check" CHECK ("host" <> '');

-- The maintenance scans: few rows among millions, oldest first, in keyset pages. A query uses one of these
-- only when it names the states as literals; `state = any($1)` does not.
CREATE INDEX "media_assets_unfinished_idx" ON "media_assets"("updated_at", "id")
    WHERE "state" IN ('validating', 'analyzing', 'promoting');
CREATE INDEX "media_assets_rejected_idx" ON "media_assets"("updated_at", "id")
    WHERE "state" IN ('quarantined', 'deleted');
CREATE INDEX "media_assets_unprobed_idx" ON "media_assets"("updated_at", "id")
    WHERE "state" IN ('available', 'processing', 'transcoding', 'ready', 'degraded') AND ("kind" IS NULL
        OR ("kind" = 'image' AND "width" IS NULL) OR ("kind" = 'video' AND ("width" IS NULL OR "duration_ms" IS NULL))
        OR ("kind" = 'audio' AND "duration_ms" IS NULL));
CREATE INDEX "media_variants_unfinished_idx" ON "media_variants"("updated_at", "id")
    WHERE "state" IN ('queued', 'processing');
CREATE INDEX "media_variants_unsuccessful_idx" ON "media_variants"("updated_at", "id")
    WHERE "state" IN ('failed', 'cancelled');
CREATE INDEX "media_variants_drifted_idx" ON "media_variants"("updated_at", "id")
    WHERE "state" IN ('stale', 'missing');
CREATE INDEX "media_upload_sessions_open_idx" ON "media_upload_sessions"("expires_at", "id")
    WHERE "state" IN ('initialized', 'signed', 'resuming', 'uploading', 'uploaded', 'verifying');
CREATE INDEX "media_upload_sessions_unsuccessful_idx" ON "media_upload_sessions"("updated_at", "id")
    WHERE "state" IN ('expired', 'failed');
CREATE INDEX "media_processing_runs_open_idx" ON "media_processing_runs"("started_at", "id")
    WHERE "state" IN ('queued', 'processing');
