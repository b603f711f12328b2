-- What operators did: one row for each change that a person asked for, whatever its outcome.

-- CreateTable
CREATE TABLE "media_operator_actions" (
    "id" UUID NOT NULL,
    "actor" TEXT NOT NULL,
    "verb" TEXT NOT NULL,
    "scope" JSONB NOT NULL DEFAULT '{}',
    "numbers" JSONB,
    "dry_run" BOOLEAN NOT NULL DEFAULT false,
    "outcome" TEXT NOT NULL,
    "error_reason" TEXT,
    "started_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(6),

    CONSTRAINT "media_operator_actions_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "media_operator_actions_actor_id_idx" ON "media_operator_actions"("actor", "id");

-- CreateIndex
CREATE INDEX "media_operator_actions_verb_id_idx" ON "media_operator_actions"("verb", "id");

ALTER TABLE "media_operator_actions"
    ADD CONSTRAINT "media_operator_actions_actor_check" CHECK ("actor" <> ''),
    ADD CONSTRAINT "media_operator_actions_verb_check" CHECK ("verb" <> ''),
    ADD CONSTRAINT "media_operator_actions_scope_check" CHECK (jsonb_typeof("scope") = 'object'),
    ADD CONSTRAINT "media_operator_actions_numbers_check" CHECK (jsonb_typeof("numbers") = 'object'),
    ADD CONSTRAINT "media_operator_actions_outcome_check" CHECK ("outcome" IN ('running', 'done', 'refused', 'failed')),
    ADD CONSTRAINT "media_operator_actions_error_reason_check" CHECK (
        ("error_reason" IS NOT NULL) = ("outcome" IN ('refused', 'failed'))),
    ADD CONSTRAINT "media_operator_actions_finished_at_check" CHECK (
        ("finished_at" IS NULL) = ("outcome" = 'running'));
