-- Carts, orders and the money that is paid for them.

-- The contents are one document: they are read and written as a whole, and nothing is asked of their parts.
CREATE TABLE carts (
    tenant_id BLOB NOT NULL,
    cart_id BLOB NOT NULL,
    customer_id BLOB,
    status TEXT NOT NULL,
    version INTEGER NOT NULL,
    contents TEXT NOT NULL,
    email TEXT,
    order_id BLOB,
    claimed_at INTEGER,
    told_abandoned_at INTEGER,
    expires_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, cart_id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, customer_id)
) STRICT;
CREATE INDEX carts_by_customer ON carts (tenant_id, customer_id, status);
CREATE INDEX carts_by_expiry ON carts (tenant_id, status, expires_at);
CREATE INDEX carts_by_change ON carts (tenant_id, status, updated_at);
-- A customer has one open cart.
CREATE UNIQUE INDEX carts_open ON carts (tenant_id, customer_id) WHERE status = 'open';

-- `ref_number` is NULL until the numbering has come by: it counts committed orders only, so that no number is missing.
-- `holds` tells whether stock, uses of discounts, gift cards and points are held for it.
CREATE TABLE orders (
    tenant_id BLOB NOT NULL,
    order_id BLOB NOT NULL,
    ref_number INTEGER,
    cart_id BLOB,
    customer_id BLOB,
    email TEXT,
    status TEXT NOT NULL,
    payment_status TEXT NOT NULL,
    holds INTEGER NOT NULL,
    reserved_until INTEGER,
    currency TEXT NOT NULL,
    item_count INTEGER NOT NULL,
    subtotal INTEGER NOT NULL,
    discount_total INTEGER NOT NULL,
    shipping_total INTEGER NOT NULL,
    tax_total INTEGER NOT NULL,
    gift_card_total INTEGER NOT NULL,
    total INTEGER NOT NULL,
    refunded_total INTEGER NOT NULL,
    tax_included INTEGER NOT NULL,
    country TEXT,
    details TEXT NOT NULL,
    subscription_id BLOB,
    version INTEGER NOT NULL,
    paid_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, order_id),
    UNIQUE (tenant_id, cart_id),
    UNIQUE (tenant_id, ref_number),
    FOREIGN KEY (tenant_id, cart_id) REFERENCES carts (tenant_id, cart_id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, customer_id)
) STRICT;
CREATE INDEX orders_by_customer ON orders (tenant_id, customer_id, created_at);
CREATE INDEX orders_by_email ON orders (tenant_id, email);
CREATE INDEX orders_by_age ON orders (tenant_id, created_at);
CREATE INDEX orders_by_payment ON orders (tenant_id, paid_at);

CREATE TABLE order_numbers (
    tenant_id BLOB NOT NULL REFERENCES tenants (tenant_id),
    last_number INTEGER NOT NULL,
    PRIMARY KEY (tenant_id)
) STRICT;

CREATE TABLE order_items (
    tenant_id BLOB NOT NULL,
    item_id BLOB NOT NULL,
    order_id BLOB NOT NULL,
    position INTEGER NOT NULL,
    product_id BLOB NOT NULL,
    name TEXT NOT NULL,
    sku TEXT,
    quantity INTEGER NOT NULL,
    fulfilled INTEGER NOT NULL,
    restocked INTEGER NOT NULL,
    unit_price INTEGER NOT NULL,
    total INTEGER NOT NULL,
    discount INTEGER NOT NULL,
    tax INTEGER NOT NULL,
    tax_basis_points INTEGER NOT NULL,
    subscription_id BLOB,
    details TEXT NOT NULL,
    PRIMARY KEY (tenant_id, item_id),
    FOREIGN KEY (tenant_id, order_id) REFERENCES orders (tenant_id, order_id),
    FOREIGN KEY (tenant_id, product_id) REFERENCES products (tenant_id, product_id)
) STRICT;
CREATE INDEX order_items_by_order ON order_items (tenant_id, order_id, position);
CREATE INDEX order_items_by_product ON order_items (tenant_id, product_id);

-- What is held for an order: so many of a product or of an option's value, money of a gift card, points.
CREATE TABLE order_holds (
    tenant_id BLOB NOT NULL,
    order_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    subject_id BLOB NOT NULL,
    amount INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, order_id, kind, subject_id),
    FOREIGN KEY (tenant_id, order_id) REFERENCES orders (tenant_id, order_id)
) STRICT;
CREATE INDEX order_holds_by_subject ON order_holds (tenant_id, kind, subject_id);

-- Who has used a discount: a hash of the address, which says nothing of the person once the order is anonymous.
CREATE TABLE discount_uses (
    tenant_id BLOB NOT NULL,
    discount_id BLOB NOT NULL,
    order_id BLOB NOT NULL,
    customer_key BLOB NOT NULL,
    PRIMARY KEY (tenant_id, discount_id, order_id),
    FOREIGN KEY (tenant_id, order_id) REFERENCES orders (tenant_id, order_id)
) STRICT;
CREATE INDEX discount_uses_by_customer ON discount_uses (tenant_id, discount_id, customer_key);

CREATE TABLE payments (
    tenant_id BLOB NOT NULL,
    payment_id BLOB NOT NULL,
    order_id BLOB NOT NULL,
    provider TEXT NOT NULL,
    provider_ref TEXT,
    amount INTEGER NOT NULL,
    refunded INTEGER NOT NULL,
    status TEXT NOT NULL,
    action BLOB,
    decline_code TEXT,
    decline_message TEXT,
    method TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, payment_id),
    FOREIGN KEY (tenant_id, order_id) REFERENCES orders (tenant_id, order_id)
) STRICT;
CREATE INDEX payments_by_order ON payments (tenant_id, order_id, created_at);

CREATE TABLE refunds (
    tenant_id BLOB NOT NULL,
    refund_id BLOB NOT NULL,
    order_id BLOB NOT NULL,
    payment_id BLOB,
    amount INTEGER NOT NULL,
    status TEXT NOT NULL,
    reason TEXT,
    provider_ref TEXT,
    actor TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, refund_id),
    FOREIGN KEY (tenant_id, order_id) REFERENCES orders (tenant_id, order_id)
) STRICT;
CREATE INDEX refunds_by_order ON refunds (tenant_id, order_id, created_at);
CREATE INDEX refunds_by_age ON refunds (tenant_id, created_at);

CREATE TABLE shipments (
    tenant_id BLOB NOT NULL,
    shipment_id BLOB NOT NULL,
    order_id BLOB NOT NULL,
    carrier TEXT,
    tracking_number TEXT,
    url TEXT,
    items TEXT NOT NULL,
    shipped_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, shipment_id),
    FOREIGN KEY (tenant_id, order_id) REFERENCES orders (tenant_id, order_id)
) STRICT;
CREATE INDEX shipments_by_order ON shipments (tenant_id, order_id, shipped_at);

CREATE TABLE order_events (
    tenant_id BLOB NOT NULL,
    event_id BLOB NOT NULL,
    order_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    data TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, event_id),
    FOREIGN KEY (tenant_id, order_id) REFERENCES orders (tenant_id, order_id)
) STRICT;
CREATE INDEX order_events_by_order ON order_events (tenant_id, order_id, created_at);

-- A provider's event acts once: its id is here, written in the transaction that acts on it.
CREATE TABLE provider_events (
    tenant_id BLOB NOT NULL REFERENCES tenants (tenant_id),
    provider TEXT NOT NULL,
    event_key TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, provider, event_key)
) STRICT;
CREATE INDEX provider_events_by_age ON provider_events (tenant_id, created_at);

-- Cards by the provider's names for them; nothing of a card but what is printed on a receipt.
CREATE TABLE payment_methods (
    tenant_id BLOB NOT NULL,
    method_id BLOB NOT NULL,
    customer_id BLOB NOT NULL,
    provider TEXT NOT NULL,
    provider_customer TEXT NOT NULL,
    provider_method TEXT NOT NULL,
    brand TEXT NOT NULL,
    last4 TEXT NOT NULL,
    expiry_month INTEGER NOT NULL,
    expiry_year INTEGER NOT NULL,
    is_default INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, method_id),
    UNIQUE (tenant_id, provider, provider_method),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, customer_id)
) STRICT;
CREATE INDEX payment_methods_by_customer ON payment_methods (tenant_id, customer_id, created_at);

CREATE TABLE set_ups (
    tenant_id BLOB NOT NULL,
    set_up_id BLOB NOT NULL,
    customer_id BLOB NOT NULL,
    provider TEXT NOT NULL,
    provider_ref TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, set_up_id),
    UNIQUE (tenant_id, provider, provider_ref),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, customer_id)
) STRICT;

CREATE TABLE payment_accounts (
    tenant_id BLOB NOT NULL REFERENCES tenants (tenant_id),
    provider TEXT NOT NULL,
    settings BLOB NOT NULL,
    version INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id)
) STRICT;
