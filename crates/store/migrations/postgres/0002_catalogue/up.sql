-- Products and what stands round them, pictures, and the log of changes that caches and the search index follow.

-- Counts every change to what the shop's pages or its search show.
CREATE TABLE shop_versions (
    tenant_id BYTEA NOT NULL PRIMARY KEY REFERENCES tenants (tenant_id),
    version BIGINT NOT NULL
);

CREATE TABLE changes (
    tenant_id BYTEA NOT NULL REFERENCES tenants (tenant_id),
    version BIGINT NOT NULL,
    kind TEXT NOT NULL,
    subject_id BYTEA NOT NULL,
    PRIMARY KEY (tenant_id, version, kind, subject_id)
);

CREATE TABLE media (
    tenant_id BYTEA NOT NULL REFERENCES tenants (tenant_id),
    media_id BYTEA NOT NULL,
    filename TEXT NOT NULL,
    extension TEXT NOT NULL,
    mime_type TEXT NOT NULL,
    alt TEXT NOT NULL,
    size BIGINT NOT NULL,
    width BIGINT,
    height BIGINT,
    content_hash BYTEA NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, media_id),
    UNIQUE (tenant_id, content_hash)
);

CREATE TABLE attributes (
    tenant_id BYTEA NOT NULL REFERENCES tenants (tenant_id),
    attribute_id BYTEA NOT NULL,
    name TEXT NOT NULL,
    slug TEXT NOT NULL,
    filterable BIGINT NOT NULL,
    position BIGINT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, attribute_id),
    UNIQUE (tenant_id, slug)
);

CREATE TABLE collections (
    tenant_id BYTEA NOT NULL REFERENCES tenants (tenant_id),
    collection_id BYTEA NOT NULL,
    name TEXT NOT NULL,
    slug TEXT NOT NULL,
    description TEXT NOT NULL,
    image_id BYTEA,
    rule TEXT,
    position BIGINT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, collection_id),
    UNIQUE (tenant_id, slug),
    FOREIGN KEY (tenant_id, image_id) REFERENCES media (tenant_id, media_id)
);

-- `status` is what the shop set; that something is sold out is worked out from the quantities.
-- `quantity` is NULL where stock is not counted. `details` holds what no query asks for.
CREATE TABLE products (
    tenant_id BYTEA NOT NULL REFERENCES tenants (tenant_id),
    product_id BYTEA NOT NULL,
    product_type TEXT NOT NULL,
    name TEXT NOT NULL,
    slug TEXT NOT NULL,
    sku TEXT,
    description TEXT NOT NULL,
    status TEXT NOT NULL,
    availability TEXT NOT NULL,
    price BIGINT NOT NULL,
    sale_price BIGINT,
    sale_starts_at BIGINT,
    sale_ends_at BIGINT,
    subscriber_price BIGINT,
    quantity BIGINT CHECK (quantity >= 0),
    tax_class TEXT,
    weight_grams BIGINT,
    details TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, product_id),
    UNIQUE (tenant_id, slug)
);
CREATE INDEX products_by_sku ON products (tenant_id, sku);

-- A value of a product's option: what is picked up, weighed and counted.
CREATE TABLE variants (
    tenant_id BYTEA NOT NULL,
    variant_id BYTEA NOT NULL,
    product_id BYTEA NOT NULL,
    option_position BIGINT NOT NULL,
    option_name TEXT NOT NULL,
    option_slug TEXT NOT NULL,
    position BIGINT NOT NULL,
    label TEXT NOT NULL,
    sku TEXT,
    price BIGINT,
    quantity BIGINT CHECK (quantity >= 0),
    weight_grams BIGINT,
    PRIMARY KEY (tenant_id, variant_id),
    UNIQUE (tenant_id, product_id, option_slug, label),
    FOREIGN KEY (tenant_id, product_id) REFERENCES products (tenant_id, product_id)
);
CREATE INDEX variants_by_sku ON variants (tenant_id, sku);

CREATE TABLE product_attributes (
    tenant_id BYTEA NOT NULL,
    product_id BYTEA NOT NULL,
    attribute_id BYTEA NOT NULL,
    position BIGINT NOT NULL,
    attribute_values TEXT NOT NULL,
    PRIMARY KEY (tenant_id, product_id, attribute_id),
    FOREIGN KEY (tenant_id, product_id) REFERENCES products (tenant_id, product_id),
    FOREIGN KEY (tenant_id, attribute_id) REFERENCES attributes (tenant_id, attribute_id)
);
CREATE INDEX product_attributes_by_attribute ON product_attributes (tenant_id, attribute_id);

-- Hand-set collections only; who is in a collection by rule is worked out.
CREATE TABLE collection_products (
    tenant_id BYTEA NOT NULL,
    collection_id BYTEA NOT NULL,
    product_id BYTEA NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, collection_id, product_id),
    FOREIGN KEY (tenant_id, collection_id) REFERENCES collections (tenant_id, collection_id),
    FOREIGN KEY (tenant_id, product_id) REFERENCES products (tenant_id, product_id)
);
CREATE INDEX collection_products_by_product ON collection_products (tenant_id, product_id);

-- Products that name other products: upsell, related, linked_subscription, bundle_item, picknmix.
CREATE TABLE product_links (
    tenant_id BYTEA NOT NULL,
    product_id BYTEA NOT NULL,
    kind TEXT NOT NULL,
    target_id BYTEA NOT NULL,
    position BIGINT NOT NULL,
    quantity BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, product_id, kind, target_id),
    FOREIGN KEY (tenant_id, product_id) REFERENCES products (tenant_id, product_id),
    FOREIGN KEY (tenant_id, target_id) REFERENCES products (tenant_id, product_id)
);
CREATE INDEX product_links_by_target ON product_links (tenant_id, target_id, kind);

-- kind: product, front, back.
CREATE TABLE product_images (
    tenant_id BYTEA NOT NULL,
    product_id BYTEA NOT NULL,
    kind TEXT NOT NULL,
    position BIGINT NOT NULL,
    media_id BYTEA NOT NULL,
    PRIMARY KEY (tenant_id, product_id, kind, position),
    FOREIGN KEY (tenant_id, product_id) REFERENCES products (tenant_id, product_id),
    FOREIGN KEY (tenant_id, media_id) REFERENCES media (tenant_id, media_id)
);
CREATE INDEX product_images_by_media ON product_images (tenant_id, media_id);

CREATE TABLE reviews (
    tenant_id BYTEA NOT NULL,
    review_id BYTEA NOT NULL,
    product_id BYTEA NOT NULL,
    customer_id BYTEA NOT NULL,
    author TEXT NOT NULL,
    rating BIGINT NOT NULL,
    title TEXT,
    body TEXT,
    status TEXT NOT NULL,
    verified_purchase BIGINT NOT NULL,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, review_id),
    UNIQUE (tenant_id, product_id, customer_id),
    FOREIGN KEY (tenant_id, product_id) REFERENCES products (tenant_id, product_id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, customer_id)
);
CREATE INDEX reviews_by_status ON reviews (tenant_id, status, created_at);
CREATE INDEX reviews_by_customer ON reviews (tenant_id, customer_id);

CREATE TABLE subscriptions (
    tenant_id BYTEA NOT NULL,
    subscription_id BYTEA NOT NULL,
    customer_id BYTEA NOT NULL,
    package_id BYTEA NOT NULL,
    status TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, subscription_id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, customer_id),
    FOREIGN KEY (tenant_id, package_id) REFERENCES products (tenant_id, product_id)
);
CREATE INDEX subscriptions_by_customer ON subscriptions (tenant_id, customer_id);
CREATE INDEX subscriptions_by_package ON subscriptions (tenant_id, package_id, status);
