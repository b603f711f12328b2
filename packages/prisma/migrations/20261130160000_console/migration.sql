-- Assets are found by the beginning of their names, in capitals or not, in any collation of the database.
CREATE INDEX "media_assets_lower_filename_idx" ON "media_assets" (lower("filename") text_pattern_ops);
