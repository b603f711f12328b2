-- AlterTable
ALTER TABLE "media_workers" ADD COLUMN     "targets" JSONB NOT NULL DEFAULT '[]';

-- CreateTable
CREATE TABLE "media_events" (
    "id" UUID NOT NULL,
    "sequence" BIGSERIAL NOT NULL,
    "asset_id" UUID NOT NULL,
    "profile" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "occurred_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "media_events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "media_event_targets" (
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "types" TEXT[],
    "profiles" TEXT[],
    "paused_at" TIMESTAMPTZ(6),
    "disabled_at" TIMESTAMPTZ(6),
    "held_until" TIMESTAMPTZ(6),
    "held_reason" TEXT,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "declared_at" TIMESTAMPTZ(6) NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "media_event_targets_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "media_deliveries" (
    "event_id" UUID NOT NULL,
    "target" TEXT NOT NULL,
    "asset_id" UUID NOT NULL,
    "sequence" BIGINT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'pending',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_attempt_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "first_attempt_at" TIMESTAMPTZ(6),
    "claimed_by" TEXT,
    "claimed_until" TIMESTAMPTZ(6),
    "last_status" INTEGER,
    "error_reason" TEXT,
    "error_message" TEXT,
    "settled_at" TIMESTAMPTZ(6),
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "media_deliveries_pkey" PRIMARY KEY ("event_id","target")
);

-- CreateIndex
CREATE INDEX "media_events_asset_id_sequence_idx" ON "media_events"("asset_id", "sequence");

-- CreateIndex
CREATE INDEX "media_events_occurred_at_id_idx" ON "media_events"("occurred_at", "id");

-- AddForeignKey
ALTER TABLE "media_deliveries" ADD CONSTRAINT "media_deliveries_event_id_fkey" FOREIGN KEY ("event_id") REFERENCES "media_events"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Everything below is what a Prisma schema cannot express. `prisma migrate diff` neither sees nor removes it.

ALTER TABLE "media_workers"
    ADD CONSTRAINT "media_workers_targets_check" CHECK (jsonb_typeof("targets") = 'array');

-- The form of a type, not a list: a newer version may add some.
ALTER TABLE "media_events"
    ADD CONSTRAINT "media_events_profile_check" CHECK ("profile" <> ''),
    ADD CONSTRAINT "media_events_type_check" CHECK ("type" ~ '^[a-z]+\.[a-z_]+$'),
    ADD CONSTRAINT "media_events_payload_check" CHECK (jsonb_typeof("payload") = 'object');

ALTER TABLE "media_event_targets"
    ALTER COLUMN "types" SET NOT NULL,
    ALTER COLUMN "profiles" SET NOT NULL,
    ADD CONSTRAINT "media_event_targets_name_check" CHECK ("name" <> ''),
    ADD CONSTRAINT "media_event_targets_kind_check" CHECK ("kind" IN ('handler', 'webhook')),
    ADD CONSTRAINT "media_event_targets_types_check" CHECK (cardinality("types") > 0),
    ADD CONSTRAINT "media_event_targets_held_check" CHECK (("held_until" IS NULL) = ("held_reason" IS NULL)),
    ADD CONSTRAINT "media_event_targets_held_reason_check" CHECK ("held_reason" IN ('unreachable', 'no_code')),
    ADD CONSTRAINT "media_event_targets_failures_check" CHECK ("failures" >= 0);

ALTER TABLE "media_deliveries"
    ADD CONSTRAINT "media_deliveries_target_check" CHECK ("target" <> ''),
    ADD CONSTRAINT "media_deliveries_state_check" CHECK ("state" IN ('pending', 'delivered', 'dead')),
    ADD CONSTRAINT "media_deliveries_attempts_check" CHECK ("attempts" >= 0),
    ADD CONSTRAINT "media_deliveries_claimed_check" CHECK (
        ("claimed_by" IS NULL) = ("claimed_until" IS NULL) AND ("claimed_by" IS NULL OR "state" = 'pending')),
    ADD CONSTRAINT "media_deliveries_last_status_check" CHECK ("last_status" BETWEEN 100 AND 599),
    ADD CONSTRAINT "media_deliveries_settled_at_check" CHECK (("state" = 'pending') = ("settled_at" IS NULL));

-- The next delivery of an asset to a target; what is due for a target, longest first; what was given up.
CREATE INDEX "media_deliveries_next_idx" ON "media_deliveries"("target", "asset_id", "sequence")
    WHERE "state" = 'pending';
CREATE INDEX "media_deliveries_due_idx" ON "media_deliveries"("target", "next_attempt_at", "sequence")
    WHERE "state" = 'pending';
CREATE INDEX "media_deliveries_dead_idx" ON "media_deliveries"("target", "settled_at", "event_id")
    WHERE "state" = 'dead';
