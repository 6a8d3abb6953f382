-- What is made of pictures, how they are found by name, and where they are used.

-- `status`: processing, ready, failed. `renditions` is a list of what was made. `search_name` is the name as it is
-- searched for, in small letters, which only the program makes alike on every engine.
ALTER TABLE media ADD COLUMN status TEXT NOT NULL DEFAULT 'ready';
ALTER TABLE media ADD COLUMN renditions TEXT NOT NULL DEFAULT '[]';
ALTER TABLE media ADD COLUMN search_name TEXT NOT NULL DEFAULT '';

-- Uses that no column of another table tells: pictures within the blocks of a page, for one.
CREATE TABLE media_uses (
    tenant_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    owner_id BLOB NOT NULL,
    media_id BLOB NOT NULL,
    PRIMARY KEY (tenant_id, kind, owner_id, media_id),
    FOREIGN KEY (tenant_id, media_id) REFERENCES media (tenant_id, media_id)
) STRICT;
CREATE INDEX media_uses_by_media ON media_uses (tenant_id, media_id);
CREATE INDEX collections_by_image ON collections (tenant_id, image_id);
