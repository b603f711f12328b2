-- CreateTable
CREATE TABLE "media_storages" (
    "name" TEXT NOT NULL,
    "identity" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "media_storages_pkey" PRIMARY KEY ("name")
);

-- Everything below is what a Prisma schema cannot express. `prisma migrate diff` neither sees nor removes it.

ALTER TABLE "media_storages"
    ADD CONSTRAINT "media_storages_name_check" CHECK ("name" <> ''),
    ADD CONSTRAINT "media_storages_identity_check" CHECK ("identity" <> '');
