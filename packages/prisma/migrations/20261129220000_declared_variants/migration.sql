-- CreateTable
CREATE TABLE "media_declared_variants" (
    "profile" TEXT NOT NULL,
    "variant" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "declared_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "checked_through" UUID,
    "marked" INTEGER NOT NULL DEFAULT 0,
    "checked_at" TIMESTAMPTZ(6),

    CONSTRAINT "media_declared_variants_pkey" PRIMARY KEY ("profile","variant")
);

-- Everything below is what a Prisma schema cannot express. `prisma migrate diff` neither sees nor removes it.

ALTER TABLE "media_declared_variants"
    ADD CONSTRAINT "media_declared_variants_profile_check" CHECK ("profile" <> ''),
    ADD CONSTRAINT "media_declared_variants_variant_check" CHECK ("variant" <> ''),
    ADD CONSTRAINT "media_declared_variants_digest_check" CHECK ("digest" ~ '^[0-9a-f]{64}$'),
    ADD CONSTRAINT "media_declared_variants_marked_check" CHECK ("marked" >= 0);
