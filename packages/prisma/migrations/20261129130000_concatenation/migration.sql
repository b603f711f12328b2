-- AlterTable
ALTER TABLE "media_upload_sessions" ADD COLUMN     "resumable_concat" TEXT;

-- What a Prisma schema cannot express.
ALTER TABLE "media_upload_sessions"
    ADD CONSTRAINT "media_upload_sessions_resumable_concat_check" CHECK ("resumable_concat" IS NULL OR (
        "upload_strategy" = 'resumable' AND ("resumable_concat" = 'partial' OR "resumable_concat" LIKE 'final;%')));
