-- What a shop tells other programs: where to, what, and what became of each telling.

CREATE TABLE webhook_endpoints (
    tenant_id BYTEA NOT NULL REFERENCES tenants (tenant_id),
    endpoint_id BYTEA NOT NULL,
    url TEXT NOT NULL,
    description TEXT,
    events TEXT NOT NULL,
    secret BYTEA NOT NULL,
    previous_secret BYTEA,
    previous_until BIGINT,
    enabled BIGINT NOT NULL,
    disabled_reason TEXT,
    failing_since BIGINT,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, endpoint_id)
);

-- The payload is the body as it is sent, byte for byte: a second attempt sends what the first one did.
CREATE TABLE webhook_events (
    tenant_id BYTEA NOT NULL REFERENCES tenants (tenant_id),
    event_id BYTEA NOT NULL,
    kind TEXT NOT NULL,
    customer_id BYTEA,
    payload TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, event_id)
);
CREATE INDEX webhook_events_by_age ON webhook_events (tenant_id, created_at);
CREATE INDEX webhook_events_by_customer ON webhook_events (tenant_id, customer_id);

CREATE TABLE webhook_deliveries (
    tenant_id BYTEA NOT NULL,
    delivery_id BYTEA NOT NULL,
    endpoint_id BYTEA NOT NULL,
    event_id BYTEA NOT NULL,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    next_at BIGINT,
    last_at BIGINT,
    last_status BIGINT,
    last_error TEXT,
    last_answer TEXT,
    last_duration_ms BIGINT,
    delivered_at BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, delivery_id),
    UNIQUE (tenant_id, endpoint_id, event_id),
    FOREIGN KEY (tenant_id, endpoint_id) REFERENCES webhook_endpoints (tenant_id, endpoint_id),
    FOREIGN KEY (tenant_id, event_id) REFERENCES webhook_events (tenant_id, event_id)
);
CREATE INDEX webhook_deliveries_by_time ON webhook_deliveries (tenant_id, endpoint_id, status, next_at);
CREATE INDEX webhook_deliveries_by_age ON webhook_deliveries (tenant_id, created_at);
CREATE INDEX webhook_deliveries_by_event ON webhook_deliveries (tenant_id, event_id);
