-- What stands between a price and what is paid: discounts, gift cards, shipping methods, tax rates and rewards.

-- `code` is in capitals, and NULL for a discount that counts by itself. `value` is whole percent or minor units. The
-- lists are JSON. A usage limit is kept by the row itself, whoever counts a use.
CREATE TABLE discounts (
    tenant_id BLOB NOT NULL REFERENCES tenants (tenant_id),
    discount_id BLOB NOT NULL,
    code TEXT,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    value INTEGER NOT NULL,
    minimum_spend INTEGER NOT NULL,
    products TEXT NOT NULL,
    collections TEXT NOT NULL,
    starts_at INTEGER,
    ends_at INTEGER,
    usage_limit INTEGER,
    per_customer_limit INTEGER,
    combines_with TEXT NOT NULL,
    applies_to TEXT NOT NULL,
    status TEXT NOT NULL,
    used INTEGER NOT NULL CHECK (used >= 0),
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, discount_id),
    UNIQUE (tenant_id, code),
    CHECK (usage_limit IS NULL OR used <= usage_limit)
) STRICT;

-- A code is as good as money: it is found by its hash, and shown to staff from its sealed copy.
CREATE TABLE gift_cards (
    tenant_id BLOB NOT NULL REFERENCES tenants (tenant_id),
    gift_card_id BLOB NOT NULL,
    code_hash BLOB NOT NULL,
    code_sealed BLOB NOT NULL,
    last_four TEXT NOT NULL,
    initial_value INTEGER NOT NULL,
    balance INTEGER NOT NULL CHECK (balance >= 0),
    expires_at INTEGER,
    recipient_name TEXT,
    recipient_email TEXT,
    message TEXT,
    note TEXT,
    status TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, gift_card_id),
    UNIQUE (tenant_id, code_hash)
) STRICT;
CREATE INDEX gift_cards_by_end ON gift_cards (tenant_id, last_four);

-- The sum of a card's deltas is its balance.
CREATE TABLE gift_card_entries (
    tenant_id BLOB NOT NULL,
    entry_id BLOB NOT NULL,
    gift_card_id BLOB NOT NULL,
    delta INTEGER NOT NULL,
    reason TEXT NOT NULL,
    note TEXT,
    order_id BLOB,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, entry_id),
    FOREIGN KEY (tenant_id, gift_card_id) REFERENCES gift_cards (tenant_id, gift_card_id)
) STRICT;
CREATE INDEX gift_card_entries_by_card ON gift_card_entries (tenant_id, gift_card_id, created_at);

-- `price` is the flat one; a method by weight or total has its steps in `bands`.
CREATE TABLE shipping_methods (
    tenant_id BLOB NOT NULL REFERENCES tenants (tenant_id),
    shipping_method_id BLOB NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    price INTEGER NOT NULL,
    bands TEXT NOT NULL,
    free_above INTEGER,
    countries TEXT NOT NULL,
    postcode_prefixes TEXT NOT NULL,
    tax_class TEXT,
    position INTEGER NOT NULL,
    status TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, shipping_method_id)
) STRICT;

-- The usual class is the empty text: a unique key takes no two NULLs for the same.
CREATE TABLE tax_rates (
    tenant_id BLOB NOT NULL REFERENCES tenants (tenant_id),
    tax_rate_id BLOB NOT NULL,
    name TEXT NOT NULL,
    country TEXT NOT NULL,
    tax_class TEXT NOT NULL,
    basis_points INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, tax_rate_id),
    UNIQUE (tenant_id, country, tax_class)
) STRICT;

CREATE TABLE reward_programmes (
    tenant_id BLOB NOT NULL PRIMARY KEY REFERENCES tenants (tenant_id),
    points_per_unit INTEGER NOT NULL,
    redeem_points INTEGER NOT NULL,
    redeem_value INTEGER NOT NULL,
    minimum_redeem INTEGER NOT NULL,
    tiers TEXT NOT NULL,
    status TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

-- The sum of a customer's deltas is what they have to spend.
CREATE TABLE reward_entries (
    tenant_id BLOB NOT NULL,
    entry_id BLOB NOT NULL,
    customer_id BLOB NOT NULL,
    delta INTEGER NOT NULL,
    reason TEXT NOT NULL,
    order_id BLOB,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, entry_id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, customer_id)
) STRICT;
CREATE INDEX reward_entries_by_customer ON reward_entries (tenant_id, customer_id, created_at);
