-- What a shop tells other programs: where to, what, and what became of each telling.

CREATE TABLE webhook_endpoints (
    tenant_id BLOB NOT NULL REFERENCES tenants (tenant_id),
    endpoint_id BLOB NOT NULL,
    url TEXT NOT NULL,
    description TEXT,
    events TEXT NOT NULL,
    secret BLOB NOT NULL,
    previous_secret BLOB,
    previous_until INTEGER,
    enabled INTEGER NOT NULL,
    disabled_reason TEXT,
    failing_since INTEGER,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, endpoint_id)
) STRICT;

-- The payload is the body as it is sent, byte for byte: a second attempt sends what the first one did.
CREATE TABLE webhook_events (
    tenant_id BLOB NOT NULL REFERENCES tenants (tenant_id),
    event_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    customer_id BLOB,
    payload TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, event_id)
) STRICT;
CREATE INDEX webhook_events_by_age ON webhook_events (tenant_id, created_at);
CREATE INDEX webhook_events_by_customer ON webhook_events (tenant_id, customer_id);

CREATE TABLE webhook_deliveries (
    tenant_id BLOB NOT NULL,
    delivery_id BLOB NOT NULL,
    endpoint_id BLOB NOT NULL,
    event_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next_at INTEGER,
    last_at INTEGER,
    last_status INTEGER,
    last_error TEXT,
    last_answer TEXT,
    last_duration_ms INTEGER,
    delivered_at INTEGER,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, delivery_id),
    UNIQUE (tenant_id, endpoint_id, event_id),
    FOREIGN KEY (tenant_id, endpoint_id) REFERENCES webhook_endpoints (tenant_id, endpoint_id),
    FOREIGN KEY (tenant_id, event_id) REFERENCES webhook_events (tenant_id, event_id)
) STRICT;
CREATE INDEX webhook_deliveries_by_time ON webhook_deliveries (tenant_id, endpoint_id, status, next_at);
CREATE INDEX webhook_deliveries_by_age ON webhook_deliveries (tenant_id, created_at);
CREATE INDEX webhook_deliveries_by_event ON webhook_deliveries (tenant_id, event_id);
