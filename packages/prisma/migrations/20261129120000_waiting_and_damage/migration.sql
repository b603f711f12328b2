-- AlterTable
ALTER TABLE "media_assets" ADD COLUMN     "error_message" TEXT,
ADD COLUMN     "original_damaged_at" TIMESTAMPTZ(6),
ADD COLUMN     "waiting_since" TIMESTAMPTZ(6);

-- AlterTable
ALTER TABLE "media_variants" ADD COLUMN     "error_message" TEXT,
ADD COLUMN     "waiting_since" TIMESTAMPTZ(6);

-- AlterTable
ALTER TABLE "media_workers" ADD COLUMN     "refused" JSONB NOT NULL DEFAULT '{}';

-- CreateTable
CREATE TABLE "media_maintenance_runs" (
    "task" TEXT NOT NULL,
    "worker" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "options" JSONB NOT NULL DEFAULT '{}',
    "report" JSONB,
    "error_reason" TEXT,
    "started_at" TIMESTAMPTZ(6) NOT NULL,
    "finished_at" TIMESTAMPTZ(6),

    CONSTRAINT "media_maintenance_runs_pkey" PRIMARY KEY ("task")
);

-- Everything below is what a Prisma schema cannot express. `prisma migrate diff` neither sees nor removes it.

ALTER TABLE "media_workers"
    ADD CONSTRAINT "media_workers_refused_check" CHECK (jsonb_typeof("refused") = 'object');

ALTER TABLE "media_maintenance_runs"
    ADD CONSTRAINT "media_maintenance_runs_task_check" CHECK ("task" <> ''),
    ADD CONSTRAINT "media_maintenance_runs_worker_check" CHECK ("worker" <> ''),
    ADD CONSTRAINT "media_maintenance_runs_state_check" CHECK ("state" IN ('processing', 'succeeded', 'failed')),
    ADD CONSTRAINT "media_maintenance_runs_finished_at_check" CHECK (
        ("state" = 'processing') = ("finished_at" IS NULL));

-- Few rows among millions, oldest first.
CREATE INDEX "media_assets_waiting_idx" ON "media_assets"("waiting_since", "id") WHERE "waiting_since" IS NOT NULL;
CREATE INDEX "media_assets_damaged_idx" ON "media_assets"("original_damaged_at", "id")
    WHERE "original_damaged_at" IS NOT NULL;
CREATE INDEX "media_variants_waiting_idx" ON "media_variants"("waiting_since", "id")
    WHERE "waiting_since" IS NOT NULL;
