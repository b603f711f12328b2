-- Files that a person chose together keep their order in a slot of many, whichever is there first.

-- AlterTable
ALTER TABLE "media_upload_sessions" ADD COLUMN     "chosen_batch" TEXT,
ADD COLUMN     "chosen_index" INTEGER;

ALTER TABLE "media_upload_sessions"
    ADD CONSTRAINT "media_upload_sessions_chosen_check" CHECK (
        ("chosen_batch" IS NULL) = ("chosen_index" IS NULL) AND "chosen_batch" <> '' AND "chosen_index" >= 0);
