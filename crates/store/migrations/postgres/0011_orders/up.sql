-- Carts, orders and the money that is paid for them.

-- The contents are one document: they are read and written as a whole, and nothing is asked of their parts.
CREATE TABLE carts (
    tenant_id BYTEA NOT NULL,
    cart_id BYTEA NOT NULL,
    customer_id BYTEA,
    status TEXT NOT NULL,
    version BIGINT NOT NULL,
    contents TEXT NOT NULL,
    email TEXT,
    order_id BYTEA,
    claimed_at BIGINT,
    told_abandoned_at BIGINT,
    expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, cart_id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, customer_id)
);
CREATE INDEX carts_by_customer ON carts (tenant_id, customer_id, status);
CREATE INDEX carts_by_expiry ON carts (tenant_id, status, expires_at);
CREATE INDEX carts_by_change ON carts (tenant_id, status, updated_at);
-- A customer has one open cart.
CREATE UNIQUE INDEX carts_open ON carts (tenant_id, customer_id) WHERE status = 'open';

-- `ref_number` is NULL until the numbering has come by: it counts committed orders only, so that no number is missing.
-- `holds` tells whether stock, uses of discounts, gift cards and points are held for it.
CREATE TABLE orders (
    tenant_id BYTEA NOT NULL,
    order_id BYTEA NOT NULL,
    ref_number BIGINT,
    cart_id BYTEA,
    customer_id BYTEA,
    email TEXT,
    status TEXT NOT NULL,
    payment_status TEXT NOT NULL,
    holds BIGINT NOT NULL,
    reserved_until BIGINT,
    currency TEXT NOT NULL,
    item_count BIGINT NOT NULL,
    subtotal BIGINT NOT NULL,
    discount_total BIGINT NOT NULL,
    shipping_total BIGINT NOT NULL,
    tax_total BIGINT NOT NULL,
    gift_card_total BIGINT NOT NULL,
    total BIGINT NOT NULL,
    refunded_total BIGINT NOT NULL,
    tax_included BIGINT NOT NULL,
    country TEXT,
    details TEXT NOT NULL,
    subscription_id BYTEA,
    version BIGINT NOT NULL,
    paid_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, order_id),
    UNIQUE (tenant_id, cart_id),
    UNIQUE (tenant_id, ref_number),
    FOREIGN KEY (tenant_id, cart_id) REFERENCES carts (tenant_id, cart_id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, customer_id)
);
CREATE INDEX orders_by_customer ON orders (tenant_id, customer_id, created_at);
CREATE INDEX orders_by_email ON orders (tenant_id, email);
CREATE INDEX orders_by_age ON orders (tenant_id, created_at);
CREATE INDEX orders_by_payment ON orders (tenant_id, paid_at);

CREATE TABLE order_numbers (
    tenant_id BYTEA NOT NULL REFERENCES tenants (tenant_id),
    last_number BIGINT NOT NULL,
    PRIMARY KEY (tenant_id)
);

CREATE TABLE order_items (
    tenant_id BYTEA NOT NULL,
    item_id BYTEA NOT NULL,
    order_id BYTEA NOT NULL,
    position BIGINT NOT NULL,
    product_id BYTEA NOT NULL,
    name TEXT NOT NULL,
    sku TEXT,
    quantity BIGINT NOT NULL,
    fulfilled BIGINT NOT NULL,
    restocked BIGINT NOT NULL,
    unit_price BIGINT NOT NULL,
    total BIGINT NOT NULL,
    discount BIGINT NOT NULL,
    tax BIGINT NOT NULL,
    tax_basis_points BIGINT NOT NULL,
    subscription_id BYTEA,
    details TEXT NOT NULL,
    PRIMARY KEY (tenant_id, item_id),
    FOREIGN KEY (tenant_id, order_id) REFERENCES orders (tenant_id, order_id),
    FOREIGN KEY (tenant_id, product_id) REFERENCES products (tenant_id, product_id)
);
CREATE INDEX order_items_by_order ON order_items (tenant_id, order_id, position);
CREATE INDEX order_items_by_product ON order_items (tenant_id, product_id);

-- What is held for an order: so many of a product or of an option's value, money of a gift card, points.
CREATE TABLE order_holds (
    tenant_id BYTEA NOT NULL,
    order_id BYTEA NOT NULL,
    kind TEXT NOT NULL,
    subject_id BYTEA NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, order_id, kind, subject_id),
    FOREIGN KEY (tenant_id, order_id) REFERENCES orders (tenant_id, order_id)
);
CREATE INDEX order_holds_by_subject ON order_holds (tenant_id, kind, subject_id);

-- Who has used a discount: a hash of the address, which says nothing of the person once the order is anonymous.
CREATE TABLE discount_uses (
    tenant_id BYTEA NOT NULL,
    discount_id BYTEA NOT NULL,
    order_id BYTEA NOT NULL,
    customer_key BYTEA NOT NULL,
    PRIMARY KEY (tenant_id, discount_id, order_id),
    FOREIGN KEY (tenant_id, order_id) REFERENCES orders (tenant_id, order_id)
);
CREATE INDEX discount_uses_by_customer ON discount_uses (tenant_id, discount_id, customer_key);

CREATE TABLE payments (
    tenant_id BYTEA NOT NULL,
    payment_id BYTEA NOT NULL,
    order_id BYTEA NOT NULL,
    provider TEXT NOT NULL,
    provider_ref TEXT,
    amount BIGINT NOT NULL,
    refunded BIGINT NOT NULL,
    status TEXT NOT NULL,
    action BYTEA,
    decline_code TEXT,
    decline_message TEXT,
    method TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, payment_id),
    FOREIGN KEY (tenant_id, order_id) REFERENCES orders (tenant_id, order_id)
);
CREATE INDEX payments_by_order ON payments (tenant_id, order_id, created_at);

CREATE TABLE refunds (
    tenant_id BYTEA NOT NULL,
    refund_id BYTEA NOT NULL,
    order_id BYTEA NOT NULL,
    payment_id BYTEA,
    amount BIGINT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT,
    provider_ref TEXT,
    actor TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, refund_id),
    FOREIGN KEY (tenant_id, order_id) REFERENCES orders (tenant_id, order_id)
);
CREATE INDEX refunds_by_order ON refunds (tenant_id, order_id, created_at);
CREATE INDEX refunds_by_age ON refunds (tenant_id, created_at);

CREATE TABLE shipments (
    tenant_id BYTEA NOT NULL,
    shipment_id BYTEA NOT NULL,
    order_id BYTEA NOT NULL,
    carrier TEXT,
    tracking_number TEXT,
    url TEXT,
    items TEXT NOT NULL,
    shipped_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, shipment_id),
    FOREIGN KEY (tenant_id, order_id) REFERENCES orders (tenant_id, order_id)
);
CREATE INDEX shipments_by_order ON shipments (tenant_id, order_id, shipped_at);

CREATE TABLE order_events (
    tenant_id BYTEA NOT NULL,
    event_id BYTEA NOT NULL,
    order_id BYTEA NOT NULL,
    kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    data TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, event_id),
    FOREIGN KEY (tenant_id, order_id) REFERENCES orders (tenant_id, order_id)
);
CREATE INDEX order_events_by_order ON order_events (tenant_id, order_id, created_at);

-- A provider's event acts once: its id is here, written in the transaction that acts on it.
CREATE TABLE provider_events (
    tenant_id BYTEA NOT NULL REFERENCES tenants (tenant_id),
    provider TEXT NOT NULL,
    event_key TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, provider, event_key)
);
CREATE INDEX provider_events_by_age ON provider_events (tenant_id, created_at);

-- Cards by the provider's names for them; nothing of a card but what is printed on a receipt.
CREATE TABLE payment_methods (
    tenant_id BYTEA NOT NULL,
    method_id BYTEA NOT NULL,
    customer_id BYTEA NOT NULL,
    provider TEXT NOT NULL,
    provider_customer TEXT NOT NULL,
    provider_method TEXT NOT NULL,
    brand TEXT NOT NULL,
    last4 TEXT NOT NULL,
    expiry_month BIGINT NOT NULL,
    expiry_year BIGINT NOT NULL,
    is_default BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, method_id),
    UNIQUE (tenant_id, provider, provider_method),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, customer_id)
);
CREATE INDEX payment_methods_by_customer ON payment_methods (tenant_id, customer_id, created_at);

CREATE TABLE set_ups (
    tenant_id BYTEA NOT NULL,
    set_up_id BYTEA NOT NULL,
    customer_id BYTEA NOT NULL,
    provider TEXT NOT NULL,
    provider_ref TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, set_up_id),
    UNIQUE (tenant_id, provider, provider_ref),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, customer_id)
);

CREATE TABLE payment_accounts (
    tenant_id BYTEA NOT NULL REFERENCES tenants (tenant_id),
    provider TEXT NOT NULL,
    settings BYTEA NOT NULL,
    version BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id)
);
