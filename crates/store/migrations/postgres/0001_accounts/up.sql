-- Shops, their staff and keys, customers and their sessions, and what keeps background work and mail.
-- Every key begins with the tenant, so that the schema can be spread over shards by its leading column.

CREATE TABLE installation (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE tenants (
    tenant_id BYTEA NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL UNIQUE,
    slug TEXT NOT NULL UNIQUE,
    settings TEXT NOT NULL,
    version BIGINT NOT NULL,
    test_mode BIGINT NOT NULL,
    clock_at BIGINT,
    created_at BIGINT NOT NULL
);

-- The origins of every shop's settings once more, for browsers' preflights: they carry no token, so no shop.
CREATE TABLE tenant_origins (
    tenant_id BYTEA NOT NULL REFERENCES tenants (tenant_id),
    origin TEXT NOT NULL,
    PRIMARY KEY (tenant_id, origin)
);
CREATE INDEX tenant_origins_by_origin ON tenant_origins (origin);

CREATE TABLE storefront_tokens (
    tenant_id BYTEA NOT NULL REFERENCES tenants (tenant_id),
    token_id BYTEA NOT NULL,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT,
    PRIMARY KEY (tenant_id, token_id)
);

CREATE TABLE admin_keys (
    tenant_id BYTEA NOT NULL REFERENCES tenants (tenant_id),
    key_id BYTEA NOT NULL,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    key_hash BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT,
    PRIMARY KEY (tenant_id, key_id)
);
-- Not unique by itself: a token is found by its hash before its shop is known, and 256 random bits do not meet.
CREATE INDEX admin_keys_by_hash ON admin_keys (key_hash);

CREATE TABLE staff (
    tenant_id BYTEA NOT NULL REFERENCES tenants (tenant_id),
    staff_id BYTEA NOT NULL,
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    totp_secret BYTEA,
    totp_pending BYTEA,
    totp_last_step BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, staff_id),
    UNIQUE (tenant_id, email)
);

CREATE TABLE staff_sessions (
    tenant_id BYTEA NOT NULL,
    session_id BYTEA NOT NULL,
    staff_id BYTEA NOT NULL,
    token_hash BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, session_id),
    FOREIGN KEY (tenant_id, staff_id) REFERENCES staff (tenant_id, staff_id)
);
CREATE INDEX staff_sessions_by_hash ON staff_sessions (token_hash);
CREATE INDEX staff_sessions_by_staff ON staff_sessions (tenant_id, staff_id);

-- An erased customer keeps the row for the accounting rows that name it, and nothing personal in it.
CREATE TABLE customers (
    tenant_id BYTEA NOT NULL REFERENCES tenants (tenant_id),
    customer_id BYTEA NOT NULL,
    email TEXT,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    phone TEXT,
    marketing TEXT NOT NULL,
    date_of_birth TEXT,
    password_hash TEXT,
    email_verified_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    erased_at BIGINT,
    PRIMARY KEY (tenant_id, customer_id),
    UNIQUE (tenant_id, email)
);
CREATE INDEX customers_by_age ON customers (tenant_id, created_at);

CREATE TABLE sessions (
    tenant_id BYTEA NOT NULL,
    session_id BYTEA NOT NULL,
    customer_id BYTEA NOT NULL,
    token_hash BYTEA NOT NULL,
    device TEXT,
    ip_address TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, session_id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, customer_id)
);
CREATE INDEX sessions_by_hash ON sessions (token_hash);
CREATE INDEX sessions_by_customer ON sessions (tenant_id, customer_id);

CREATE TABLE addresses (
    tenant_id BYTEA NOT NULL,
    address_id BYTEA NOT NULL,
    customer_id BYTEA NOT NULL,
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
    is_default_shipping BIGINT NOT NULL,
    is_default_billing BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, address_id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, customer_id)
);
CREATE INDEX addresses_by_customer ON addresses (tenant_id, customer_id);

CREATE TABLE mail_tokens (
    tenant_id BYTEA NOT NULL,
    token_hash BYTEA NOT NULL,
    customer_id BYTEA NOT NULL,
    purpose TEXT NOT NULL,
    email TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, token_hash),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, customer_id)
);
CREATE INDEX mail_tokens_by_customer ON mail_tokens (tenant_id, customer_id);

CREATE TABLE throttles (
    tenant_id BYTEA NOT NULL REFERENCES tenants (tenant_id),
    bucket BYTEA NOT NULL,
    failures BIGINT NOT NULL,
    blocked_until BIGINT,
    last_failure_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, bucket)
);

CREATE TABLE idempotency_keys (
    tenant_id BYTEA NOT NULL REFERENCES tenants (tenant_id),
    scope BYTEA NOT NULL,
    idempotency_key TEXT NOT NULL,
    fingerprint BYTEA NOT NULL,
    claimed_until BIGINT NOT NULL,
    answer BYTEA,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, scope, idempotency_key)
);

CREATE TABLE jobs (
    tenant_id BYTEA NOT NULL REFERENCES tenants (tenant_id),
    job_id BYTEA NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    dedupe TEXT,
    due_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    lease BYTEA,
    leased_until BIGINT,
    parked_at BIGINT,
    last_error TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, job_id),
    UNIQUE (tenant_id, dedupe)
);
CREATE INDEX jobs_by_due ON jobs (due_at) WHERE parked_at IS NULL;

CREATE TABLE mails (
    tenant_id BYTEA NOT NULL REFERENCES tenants (tenant_id),
    mail_id BYTEA NOT NULL,
    customer_id BYTEA,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    template TEXT NOT NULL,
    body BYTEA NOT NULL,
    status TEXT NOT NULL,
    last_error TEXT,
    created_at BIGINT NOT NULL,
    sent_at BIGINT,
    PRIMARY KEY (tenant_id, mail_id)
);
CREATE INDEX mails_by_customer ON mails (tenant_id, customer_id);

CREATE TABLE audit_log (
    tenant_id BYTEA NOT NULL REFERENCES tenants (tenant_id),
    audit_id BYTEA NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id BYTEA,
    actor_name TEXT NOT NULL,
    action TEXT NOT NULL,
    target_kind TEXT NOT NULL,
    target_id TEXT NOT NULL,
    before TEXT,
    after TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, audit_id)
);
CREATE INDEX audit_log_by_target ON audit_log (tenant_id, target_kind, target_id);
