-- Pages and journal posts with every state that was saved of them, menus, and old addresses that lead to new ones.

-- `live_revision` is what is shown, `next_revision` what takes its place at `next_at`; `draft_revision` is the last that was
-- saved. `title`, `title_key` are the draft's, `tag_keys` (`|red|dry|`) and `category_key` those of what is shown.
CREATE TABLE entries (
    tenant_id BLOB NOT NULL REFERENCES tenants (tenant_id),
    entry_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    slug TEXT NOT NULL,
    title TEXT NOT NULL,
    title_key TEXT NOT NULL,
    tag_keys TEXT NOT NULL,
    category_key TEXT NOT NULL,
    draft_revision BLOB NOT NULL,
    live_revision BLOB,
    published_at INTEGER,
    next_revision BLOB,
    next_at INTEGER,
    withdraw_at INTEGER,
    shown_changed_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, entry_id),
    UNIQUE (tenant_id, kind, slug)
) STRICT;
CREATE INDEX entries_by_publication ON entries (tenant_id, kind, published_at);

CREATE TABLE entry_revisions (
    tenant_id BLOB NOT NULL,
    revision_id BLOB NOT NULL,
    entry_id BLOB NOT NULL,
    number INTEGER NOT NULL,
    title TEXT NOT NULL,
    excerpt TEXT,
    image_id BLOB,
    author TEXT,
    tags TEXT NOT NULL,
    category TEXT,
    blocks TEXT NOT NULL,
    plain_text TEXT NOT NULL,
    meta_title TEXT,
    meta_description TEXT,
    meta_image_id BLOB,
    saved_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, revision_id),
    UNIQUE (tenant_id, entry_id, number),
    FOREIGN KEY (tenant_id, entry_id) REFERENCES entries (tenant_id, entry_id)
) STRICT;

CREATE TABLE preview_tokens (
    tenant_id BLOB NOT NULL,
    token_hash BLOB NOT NULL,
    entry_id BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, token_hash),
    FOREIGN KEY (tenant_id, entry_id) REFERENCES entries (tenant_id, entry_id)
) STRICT;
CREATE INDEX preview_tokens_by_entry ON preview_tokens (tenant_id, entry_id);

CREATE TABLE menus (
    tenant_id BLOB NOT NULL REFERENCES tenants (tenant_id),
    menu_id BLOB NOT NULL,
    handle TEXT NOT NULL,
    items TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, menu_id),
    UNIQUE (tenant_id, handle)
) STRICT;

-- `target_path` is where the target leads on the shop's own site, in the spelling of `from_path`.
-- `from_key` is what `from_path` is searched by; `automatic` are those that a change of an address left behind.
CREATE TABLE redirects (
    tenant_id BLOB NOT NULL REFERENCES tenants (tenant_id),
    redirect_id BLOB NOT NULL,
    from_path TEXT NOT NULL,
    from_key TEXT NOT NULL,
    target TEXT NOT NULL,
    target_path TEXT,
    status INTEGER NOT NULL,
    automatic INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, redirect_id),
    UNIQUE (tenant_id, from_path)
) STRICT;
CREATE INDEX redirects_by_target ON redirects (tenant_id, target_path);
