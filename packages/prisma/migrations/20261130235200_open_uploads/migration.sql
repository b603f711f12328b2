-- Counts the open uploads of an actor, at most "most", for the statement that begins another one. The lock holds until the
-- end of the transaction, and the count comes after it: a function that is VOLATILE sees what others have committed while
-- it waited, which the statement that calls it does not.
CREATE FUNCTION "count_open_uploads"("of_tenant" TEXT, "of_actor" TEXT, "at" TIMESTAMPTZ, "most" INTEGER) RETURNS INTEGER
LANGUAGE plpgsql VOLATILE AS $count_open_uploads$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(jsonb_build_array('open uploads', of_tenant, of_actor)::text, 0));
    RETURN (SELECT count(*) FROM (
        SELECT 1 FROM rindle.media_upload_sessions AS session
        WHERE session.actor_id = of_actor AND session.tenant IS NOT DISTINCT FROM of_tenant AND session.expires_at > at
            AND session.state IN ('initialized', 'signed', 'resuming', 'uploading', 'uploaded', 'verifying')
        LIMIT most) AS counted);
END
$count_open_uploads$;

-- The same bound for an upload that is complete with the statement that begins it: it is never open, so nothing has to wait.
-- The error ends that statement as a whole.
CREATE FUNCTION "assert_may_begin"("of_tenant" TEXT, "of_actor" TEXT, "at" TIMESTAMPTZ, "most" INTEGER) RETURNS BOOLEAN
LANGUAGE plpgsql STABLE AS $assert_may_begin$
BEGIN
    IF (SELECT count(*) FROM (
        SELECT 1 FROM rindle.media_upload_sessions AS session
        WHERE session.actor_id = of_actor AND session.tenant IS NOT DISTINCT FROM of_tenant AND session.expires_at > at
            AND session.state IN ('initialized', 'signed', 'resuming', 'uploading', 'uploaded', 'verifying')
        LIMIT most) AS counted) >= most
    THEN
        RAISE EXCEPTION 'There are % open uploads of this actor.', most USING ERRCODE = 'RD001';
    END IF;
    RETURN TRUE;
END
$assert_may_begin$;
