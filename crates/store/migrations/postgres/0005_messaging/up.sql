-- What people write to the shop, who hears its news, its own mail templates, and registrations that wait for their proof.

-- What each registration asked for. A mailed token brings into force the one it was mailed for, and no other: whoever
-- registers with somebody else's address must not choose their password.
CREATE TABLE registrations (
    tenant_id BYTEA NOT NULL,
    registration_id BYTEA NOT NULL,
    customer_id BYTEA NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    phone TEXT,
    marketing TEXT NOT NULL,
    date_of_birth TEXT,
    password_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, registration_id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, customer_id)
);
CREATE INDEX registrations_by_customer ON registrations (tenant_id, customer_id);
ALTER TABLE mail_tokens ADD COLUMN registration_id BYTEA;

-- Accounts that wait for their proof go on waiting, each with the one registration that it remembers.
INSERT INTO registrations (tenant_id, registration_id, customer_id, first_name, last_name, phone, marketing,
    date_of_birth, password_hash, created_at)
SELECT tenant_id, customer_id, customer_id, first_name, last_name, phone, marketing, date_of_birth, password_hash, created_at
FROM customers WHERE email_verified_at IS NULL AND password_hash IS NOT NULL AND erased_at IS NULL;
UPDATE mail_tokens SET registration_id = customer_id WHERE purpose = 'verify';

-- The words by which staff find a customer, folded by the server; these fold only what SQL can.
ALTER TABLE customers ADD COLUMN search TEXT NOT NULL DEFAULT '';
UPDATE customers SET search = ' ' || lower(first_name) || ' ' || lower(last_name) || ' ' || email WHERE email IS NOT NULL;

CREATE TABLE threads (
    tenant_id BYTEA NOT NULL REFERENCES tenants (tenant_id),
    thread_id BYTEA NOT NULL,
    customer_id BYTEA,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    subject TEXT NOT NULL,
    topic TEXT,
    order_ref TEXT,
    status TEXT NOT NULL,
    assignee_id BYTEA,
    search TEXT NOT NULL,
    unread_by_shop BIGINT NOT NULL,
    unread_by_customer BIGINT NOT NULL,
    messages BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    last_message_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, thread_id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, customer_id)
);
CREATE INDEX threads_by_activity ON threads (tenant_id, last_message_at);
CREATE INDEX threads_by_customer ON threads (tenant_id, customer_id, last_message_at);
CREATE INDEX threads_by_email ON threads (tenant_id, email);

CREATE TABLE messages (
    tenant_id BYTEA NOT NULL,
    message_id BYTEA NOT NULL,
    thread_id BYTEA NOT NULL,
    author TEXT NOT NULL,
    name TEXT NOT NULL,
    body TEXT NOT NULL,
    mail_id BYTEA,
    mail_ref TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, message_id),
    FOREIGN KEY (tenant_id, thread_id) REFERENCES threads (tenant_id, thread_id)
);
CREATE INDEX messages_by_thread ON messages (tenant_id, thread_id, message_id);

CREATE TABLE subscribers (
    tenant_id BYTEA NOT NULL REFERENCES tenants (tenant_id),
    subscriber_id BYTEA NOT NULL,
    email TEXT NOT NULL,
    first_name TEXT,
    topics TEXT NOT NULL,
    status TEXT NOT NULL,
    source TEXT NOT NULL,
    search TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    confirmed_at BIGINT,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, subscriber_id),
    UNIQUE (tenant_id, email)
);

-- What a person asked for who has not yet opened the mail that asks whether they did.
CREATE TABLE opt_ins (
    tenant_id BYTEA NOT NULL REFERENCES tenants (tenant_id),
    token_hash BYTEA NOT NULL,
    email TEXT NOT NULL,
    first_name TEXT,
    topics TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, token_hash)
);
CREATE INDEX opt_ins_by_email ON opt_ins (tenant_id, email);

-- Who wants no marketing mail: a keyed hash of the address, which stays when everything else of the person is erased.
CREATE TABLE suppressions (
    tenant_id BYTEA NOT NULL REFERENCES tenants (tenant_id),
    address_hash BYTEA NOT NULL,
    reason TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, address_hash)
);

-- What a shop writes its mails with instead of what is built in; a part that is NULL is the built-in one.
CREATE TABLE mail_templates (
    tenant_id BYTEA NOT NULL REFERENCES tenants (tenant_id),
    name TEXT NOT NULL,
    subject TEXT,
    html TEXT,
    text TEXT,
    last_error TEXT,
    failed_at BIGINT,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, name)
);
