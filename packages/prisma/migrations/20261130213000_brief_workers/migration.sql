-- Drains end by themselves: between two of them nobody lives, and nothing is wrong.

-- AlterTable
ALTER TABLE "media_workers" ADD COLUMN     "is_brief" BOOLEAN NOT NULL DEFAULT false;
