-- Processors own their recipes: a row carries the facts that were derived from its recipe before.

-- AlterTable
ALTER TABLE "media_variants" ADD COLUMN     "queue" TEXT,
ADD COLUMN     "work_class" TEXT;

-- Processes of the previous version go on inserting rows during a deployment: they know neither the columns nor the
-- output kind `data`. Their recipes have one of two forms.
CREATE FUNCTION "media_variant_facts"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW."queue" IS NULL THEN
        IF NEW."recipe" ? 'format' THEN
            NEW."queue" := 'process';
            NEW."work_class" := CASE WHEN NEW."recipe" ->> 'format' = 'avif' THEN 'slow' ELSE 'fast' END;
        ELSE
            NEW."queue" := 'media';
            NEW."work_class" :=
                CASE WHEN NEW."recipe" ->> 'kind' IN ('video', 'audio') THEN 'encode' ELSE 'preview' END;
        END IF;
    END IF;
    IF NEW."output_kind" = 'waveform' THEN
        NEW."output_kind" := 'data';
    END IF;
    RETURN NEW;
END
$$;

-- With the schema's name, because PostgreSQL looks for no function among temporary objects, where these migrations run
-- when the doctor compares their result with the schema.
DO $do$
BEGIN
    EXECUTE format(
        'CREATE TRIGGER "media_variants_facts" BEFORE INSERT OR UPDATE ON "media_variants" FOR EACH ROW '
        'WHEN (NEW."queue" IS NULL OR NEW."output_kind" = ''waveform'') EXECUTE FUNCTION %I."media_variant_facts"()',
        current_schema());
END
$do$;

ALTER TABLE "media_variants" DROP CONSTRAINT "media_variants_output_kind_check";

-- Fires the trigger for every row.
UPDATE "media_variants" SET "queue" = NULL;

ALTER TABLE "media_variants"
    ALTER COLUMN "queue" SET NOT NULL,
    ALTER COLUMN "work_class" SET NOT NULL,
    ADD CONSTRAINT "media_variants_output_kind_check"
        CHECK ("output_kind" IN ('image', 'video', 'audio', 'stream', 'data')),
    ADD CONSTRAINT "media_variants_queue_check" CHECK ("queue" IN ('process', 'media')),
    ADD CONSTRAINT "media_variants_work_class_check" CHECK ("work_class" <> '');
