-- One database may serve many tenants, and limits what each account stores.

-- AlterTable
ALTER TABLE "media_assets"
    ADD COLUMN "tenant" TEXT,
    ADD COLUMN "quota_account" TEXT,
    ADD COLUMN "quota_bytes" BIGINT,
    ADD COLUMN "quota_assets" SMALLINT;

-- AlterTable
ALTER TABLE "media_upload_sessions" ADD COLUMN "tenant" TEXT;

ALTER TABLE "media_assets"
    ADD CONSTRAINT "media_assets_tenant_check" CHECK ("tenant" ~ '^[a-z0-9][a-z0-9_-]{0,63}$'),
    ADD CONSTRAINT "media_assets_quota_check" CHECK (
        num_nulls("quota_account", "quota_bytes", "quota_assets") IN (0, 3)
        AND "quota_account" <> '' AND "quota_bytes" >= 0 AND "quota_assets" IN (0, 1));

ALTER TABLE "media_upload_sessions"
    ADD CONSTRAINT "media_upload_sessions_tenant_check" CHECK ("tenant" ~ '^[a-z0-9][a-z0-9_-]{0,63}$');

-- CreateTable
CREATE TABLE "media_quotas" (
    "account" TEXT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "assets" BIGINT NOT NULL,
    "max_bytes" BIGINT,
    "max_assets" BIGINT,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "media_quotas_pkey" PRIMARY KEY ("account")
);

ALTER TABLE "media_quotas" ADD CONSTRAINT "media_quotas_account_check" CHECK ("account" <> '');

-- The lists of one tenant have the order of all lists. An installation without tenants pays nothing.
CREATE INDEX "media_assets_tenant_idx" ON "media_assets"("tenant", "updated_at", "id") WHERE "tenant" IS NOT NULL;

-- A recount reads the assets of one account.
CREATE INDEX "media_assets_quota_idx" ON "media_assets"("quota_account") WHERE "quota_account" IS NOT NULL;

-- Each upload that begins counts the open ones of its actor.
CREATE INDEX "media_upload_sessions_actor_idx" ON "media_upload_sessions"("actor_id", "expires_at")
    WHERE "actor_id" IS NOT NULL AND "state" IN ('initialized', 'signed', 'resuming', 'uploading', 'uploaded', 'verifying');
