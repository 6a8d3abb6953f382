-- Products and what stands round them, pictures, and the log of changes that caches and the search index follow.

-- Counts every change to what the shop's pages or its search show.
CREATE TABLE shop_versions (
    tenant_id BLOB NOT NULL PRIMARY KEY REFERENCES tenants (tenant_id),
    version INTEGER NOT NULL
) STRICT;

CREATE TABLE changes (
    tenant_id BLOB NOT NULL REFERENCES tenants (tenant_id),
    version INTEGER NOT NULL,
    kind TEXT NOT NULL,
    subject_id BLOB NOT NULL,
    PRIMARY KEY (tenant_id, version, kind, subject_id)
) STRICT;

CREATE TABLE media (
    tenant_id BLOB NOT NULL REFERENCES tenants (tenant_id),
    media_id BLOB NOT NULL,
    filename TEXT NOT NULL,
    extension TEXT NOT NULL,
    mime_type TEXT NOT NULL,
    alt TEXT NOT NULL,
    size INTEGER NOT NULL,
    width INTEGER,
    height INTEGER,
    content_hash BLOB NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, media_id),
    UNIQUE (tenant_id, content_hash)
) STRICT;

CREATE TABLE attributes (
    tenant_id BLOB NOT NULL REFERENCES tenants (tenant_id),
    attribute_id BLOB NOT NULL,
    name TEXT NOT NULL,
    slug TEXT NOT NULL,
    filterable INTEGER NOT NULL,
    position INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, attribute_id),
    UNIQUE (tenant_id, slug)
) STRICT;

CREATE TABLE collections (
    tenant_id BLOB NOT NULL REFERENCES tenants (tenant_id),
    collection_id BLOB NOT NULL,
    name TEXT NOT NULL,
    slug TEXT NOT NULL,
    description TEXT NOT NULL,
    image_id BLOB,
    rule TEXT,
    position INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, collection_id),
    UNIQUE (tenant_id, slug),
    FOREIGN KEY (tenant_id, image_id) REFERENCES media (tenant_id, media_id)
) STRICT;

-- `status` is what the shop set; that something is sold out is worked out from the quantities.
-- `quantity` is NULL where stock is not counted. `details` holds what no query asks for.
CREATE TABLE products (
    tenant_id BLOB NOT NULL REFERENCES tenants (tenant_id),
    product_id BLOB NOT NULL,
    product_type TEXT NOT NULL,
    name TEXT NOT NULL,
    slug TEXT NOT NULL,
    sku TEXT,
    description TEXT NOT NULL,
    status TEXT NOT NULL,
    availability TEXT NOT NULL,
    price INTEGER NOT NULL,
    sale_price INTEGER,
    sale_starts_at INTEGER,
    sale_ends_at INTEGER,
    subscriber_price INTEGER,
    quantity INTEGER CHECK (quantity >= 0),
    tax_class TEXT,
    weight_grams INTEGER,
    details TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, product_id),
    UNIQUE (tenant_id, slug)
) STRICT;
CREATE INDEX products_by_sku ON products (tenant_id, sku);

-- A value of a product's option: what is picked up, weighed and counted.
CREATE TABLE variants (
    tenant_id BLOB NOT NULL,
    variant_id BLOB NOT NULL,
    product_id BLOB NOT NULL,
    option_position INTEGER NOT NULL,
    option_name TEXT NOT NULL,
    option_slug TEXT NOT NULL,
    position INTEGER NOT NULL,
    label TEXT NOT NULL,
    sku TEXT,
    price INTEGER,
    quantity INTEGER CHECK (quantity >= 0),
    weight_grams INTEGER,
    PRIMARY KEY (tenant_id, variant_id),
    UNIQUE (tenant_id, product_id, option_slug, label),
    FOREIGN KEY (tenant_id, product_id) REFERENCES products (tenant_id, product_id)
) STRICT;
CREATE INDEX variants_by_sku ON variants (tenant_id, sku);

CREATE TABLE product_attributes (
    tenant_id BLOB NOT NULL,
    product_id BLOB NOT NULL,
    attribute_id BLOB NOT NULL,
    position INTEGER NOT NULL,
    attribute_values TEXT NOT NULL,
    PRIMARY KEY (tenant_id, product_id, attribute_id),
    FOREIGN KEY (tenant_id, product_id) REFERENCES products (tenant_id, product_id),
    FOREIGN KEY (tenant_id, attribute_id) REFERENCES attributes (tenant_id, attribute_id)
) STRICT;
CREATE INDEX product_attributes_by_attribute ON product_attributes (tenant_id, attribute_id);

-- Hand-set collections only; who is in a collection by rule is worked out.
CREATE TABLE collection_products (
    tenant_id BLOB NOT NULL,
    collection_id BLOB NOT NULL,
    product_id BLOB NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, collection_id, product_id),
    FOREIGN KEY (tenant_id, collection_id) REFERENCES collections (tenant_id, collection_id),
    FOREIGN KEY (tenant_id, product_id) REFERENCES products (tenant_id, product_id)
) STRICT;
CREATE INDEX collection_products_by_product ON collection_products (tenant_id, product_id);

-- Products that name other products: upsell, related, linked_subscription, bundle_item, picknmix.
CREATE TABLE product_links (
    tenant_id BLOB NOT NULL,
    product_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    target_id BLOB NOT NULL,
    position INTEGER NOT NULL,
    quantity INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, product_id, kind, target_id),
    FOREIGN KEY (tenant_id, product_id) REFERENCES products (tenant_id, product_id),
    FOREIGN KEY (tenant_id, target_id) REFERENCES products (tenant_id, product_id)
) STRICT;
CREATE INDEX product_links_by_target ON product_links (tenant_id, target_id, kind);

-- kind: product, front, back.
CREATE TABLE product_images (
    tenant_id BLOB NOT NULL,
    product_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    position INTEGER NOT NULL,
    media_id BLOB NOT NULL,
    PRIMARY KEY (tenant_id, product_id, kind, position),
    FOREIGN KEY (tenant_id, product_id) REFERENCES products (tenant_id, product_id),
    FOREIGN KEY (tenant_id, media_id) REFERENCES media (tenant_id, media_id)
) STRICT;
CREATE INDEX product_images_by_media ON product_images (tenant_id, media_id);

CREATE TABLE reviews (
    tenant_id BLOB NOT NULL,
    review_id BLOB NOT NULL,
    product_id BLOB NOT NULL,
    customer_id BLOB NOT NULL,
    author TEXT NOT NULL,
    rating INTEGER NOT NULL,
    title TEXT,
    body TEXT,
    status TEXT NOT NULL,
    verified_purchase INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, review_id),
    UNIQUE (tenant_id, product_id, customer_id),
    FOREIGN KEY (tenant_id, product_id) REFERENCES products (tenant_id, product_id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, customer_id)
) STRICT;
CREATE INDEX reviews_by_status ON reviews (tenant_id, status, created_at);
CREATE INDEX reviews_by_customer ON reviews (tenant_id, customer_id);

CREATE TABLE subscriptions (
    tenant_id BLOB NOT NULL,
    subscription_id BLOB NOT NULL,
    customer_id BLOB NOT NULL,
    package_id BLOB NOT NULL,
    status TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, subscription_id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, customer_id),
    FOREIGN KEY (tenant_id, package_id) REFERENCES products (tenant_id, product_id)
) STRICT;
CREATE INDEX subscriptions_by_customer ON subscriptions (tenant_id, customer_id);
CREATE INDEX subscriptions_by_package ON subscriptions (tenant_id, package_id, status);
