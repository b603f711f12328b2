-- Uploads from a URL: a session of the strategy "fetched" knows its source until it ends.

-- AlterTable
ALTER TABLE "media_upload_sessions" ADD COLUMN     "fetch_source" JSONB;

-- What a Prisma schema cannot express. The source may hold secrets: a signed URL, or headers. No ended session keeps one.
ALTER TABLE "media_upload_sessions"
    DROP CONSTRAINT "media_upload_sessions_upload_strategy_check",
    ADD CONSTRAINT "media_upload_sessions_upload_strategy_check" CHECK ("upload_strategy" IN (
        'presigned_put', 'multipart', 'resumable', 'proxied', 'fetched')),
    ADD CONSTRAINT "media_upload_sessions_fetch_source_check" CHECK ("fetch_source" IS NULL OR (
        "upload_strategy" = 'fetched' AND "state" NOT IN ('completed', 'aborted', 'expired', 'failed')));

-- Finds the open ones, which are few, without a scan of all sessions.
CREATE INDEX "media_upload_sessions_fetched_idx" ON "media_upload_sessions" ("updated_at", "id")
    WHERE "fetch_source" IS NOT NULL;
