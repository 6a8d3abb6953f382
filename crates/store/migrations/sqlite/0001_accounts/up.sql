-- Shops, their staff and keys, customers and their sessions, and what keeps background work and mail.
-- Every key begins with the tenant, so that the schema can be spread over shards by its leading column.

CREATE TABLE installation (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE tenants (
    tenant_id BLOB NOT NULL PRIMARY KEY,
    number INTEGER NOT NULL UNIQUE,
    slug TEXT NOT NULL UNIQUE,
    settings TEXT NOT NULL,
    version INTEGER NOT NULL,
    test_mode INTEGER NOT NULL,
    clock_at INTEGER,
    created_at INTEGER NOT NULL
) STRICT;

-- The origins of every shop's settings once more, for browsers' preflights: they carry no token, so no shop.
CREATE TABLE tenant_origins (
    tenant_id BLOB NOT NULL REFERENCES tenants (tenant_id),
    origin TEXT NOT NULL,
    PRIMARY KEY (tenant_id, origin)
) STRICT;
CREATE INDEX tenant_origins_by_origin ON tenant_origins (origin);

CREATE TABLE storefront_tokens (
    tenant_id BLOB NOT NULL REFERENCES tenants (tenant_id),
    token_id BLOB NOT NULL,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER,
    PRIMARY KEY (tenant_id, token_id)
) STRICT;

CREATE TABLE admin_keys (
    tenant_id BLOB NOT NULL REFERENCES tenants (tenant_id),
    key_id BLOB NOT NULL,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    key_hash BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER,
    PRIMARY KEY (tenant_id, key_id)
) STRICT;
-- Not unique by itself: a token is found by its hash before its shop is known, and 256 random bits do not meet.
CREATE INDEX admin_keys_by_hash ON admin_keys (key_hash);

CREATE TABLE staff (
    tenant_id BLOB NOT NULL REFERENCES tenants (tenant_id),
    staff_id BLOB NOT NULL,
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    totp_secret BLOB,
    totp_pending BLOB,
    totp_last_step INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, staff_id),
    UNIQUE (tenant_id, email)
) STRICT;

CREATE TABLE staff_sessions (
    tenant_id BLOB NOT NULL,
    session_id BLOB NOT NULL,
    staff_id BLOB NOT NULL,
    token_hash BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, session_id),
    FOREIGN KEY (tenant_id, staff_id) REFERENCES staff (tenant_id, staff_id)
) STRICT;
CREATE INDEX staff_sessions_by_hash ON staff_sessions (token_hash);
CREATE INDEX staff_sessions_by_staff ON staff_sessions (tenant_id, staff_id);

-- An erased customer keeps the row for the accounting rows that name it, and nothing personal in it.
CREATE TABLE customers (
    tenant_id BLOB NOT NULL REFERENCES tenants (tenant_id),
    customer_id BLOB NOT NULL,
    email TEXT,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    phone TEXT,
    marketing TEXT NOT NULL,
    date_of_birth TEXT,
    password_hash TEXT,
    email_verified_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    erased_at INTEGER,
    PRIMARY KEY (tenant_id, customer_id),
    UNIQUE (tenant_id, email)
) STRICT;
CREATE INDEX customers_by_age ON customers (tenant_id, created_at);

CREATE TABLE sessions (
    tenant_id BLOB NOT NULL,
    session_id BLOB NOT NULL,
    customer_id BLOB NOT NULL,
    token_hash BLOB NOT NULL,
    device TEXT,
    ip_address TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, session_id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, customer_id)
) STRICT;
CREATE INDEX sessions_by_hash ON sessions (token_hash);
CREATE INDEX sessions_by_customer ON sessions (tenant_id, customer_id);

CREATE TABLE addresses (
    tenant_id BLOB NOT NULL,
    address_id BLOB NOT NULL,
    customer_id BLOB NOT NULL,
    first_name TEXT,
    last_name TEXT,
    company TEXT,
    line1 TEXT NOT NULL,
    line2 TEXT,
    city TEXT NOT NULL,
    county TEXT,
    postcode TEXT NOT NULL,
    country TEXT NOT NULL,
    phone TEXT,
    is_default_shipping INTEGER NOT NULL,
    is_default_billing INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, address_id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, customer_id)
) STRICT;
CREATE INDEX addresses_by_customer ON addresses (tenant_id, customer_id);

CREATE TABLE mail_tokens (
    tenant_id BLOB NOT NULL,
    token_hash BLOB NOT NULL,
    customer_id BLOB NOT NULL,
    purpose TEXT NOT NULL,
    email TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, token_hash),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, customer_id)
) STRICT;
CREATE INDEX mail_tokens_by_customer ON mail_tokens (tenant_id, customer_id);

CREATE TABLE throttles (
    tenant_id BLOB NOT NULL REFERENCES tenants (tenant_id),
    bucket BLOB NOT NULL,
    failures INTEGER NOT NULL,
    blocked_until INTEGER,
    last_failure_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, bucket)
) STRICT;

CREATE TABLE idempotency_keys (
    tenant_id BLOB NOT NULL REFERENCES tenants (tenant_id),
    scope BLOB NOT NULL,
    idempotency_key TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    claimed_until INTEGER NOT NULL,
    answer BLOB,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, scope, idempotency_key)
) STRICT;

CREATE TABLE jobs (
    tenant_id BLOB NOT NULL REFERENCES tenants (tenant_id),
    job_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    dedupe TEXT,
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    lease BLOB,
    leased_until INTEGER,
    parked_at INTEGER,
    last_error TEXT,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, job_id),
    UNIQUE (tenant_id, dedupe)
) STRICT;
CREATE INDEX jobs_by_due ON jobs (due_at) WHERE parked_at IS NULL;

CREATE TABLE mails (
    tenant_id BLOB NOT NULL REFERENCES tenants (tenant_id),
    mail_id BLOB NOT NULL,
    customer_id BLOB,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    template TEXT NOT NULL,
    body BLOB NOT NULL,
    status TEXT NOT NULL,
    last_error TEXT,
    created_at INTEGER NOT NULL,
    sent_at INTEGER,
    PRIMARY KEY (tenant_id, mail_id)
) STRICT;
CREATE INDEX mails_by_customer ON mails (tenant_id, customer_id);

CREATE TABLE audit_log (
    tenant_id BLOB NOT NULL REFERENCES tenants (tenant_id),
    audit_id BLOB NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id BLOB,
    actor_name TEXT NOT NULL,
    action TEXT NOT NULL,
    target_kind TEXT NOT NULL,
    target_id TEXT NOT NULL,
    before TEXT,
    after TEXT,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, audit_id)
) STRICT;
CREATE INDEX audit_log_by_target ON audit_log (tenant_id, target_kind, target_id);
