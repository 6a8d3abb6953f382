-- Importing again fetches no picture twice, and keeps those whose address has died since.
CREATE TABLE media_sources (
    tenant_id BLOB NOT NULL,
    source_hash BLOB NOT NULL,
    media_id BLOB NOT NULL,
    PRIMARY KEY (tenant_id, source_hash),
    FOREIGN KEY (tenant_id, media_id) REFERENCES media (tenant_id, media_id)
) STRICT;
CREATE INDEX media_sources_by_media ON media_sources (tenant_id, media_id);

-- The end of a collection is found without a look at all of it.
CREATE INDEX collection_products_by_position ON collection_products (tenant_id, collection_id, position);
