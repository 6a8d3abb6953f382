-- Subscriptions as they run, their renewals, and what the shop puts in their boxes.

-- Those that were begun before there were renewals keep their customers' benefits; they renew once they are reactivated.
ALTER TABLE subscriptions RENAME TO first_subscriptions;
DROP INDEX subscriptions_by_customer;
DROP INDEX subscriptions_by_package;

-- `anchor` is the local date and time from which every renewal is computed, `months` the offset of the next from it, `cycle`
-- its number; `next_at` is when it falls due, NULL where none will. `wake_at` is the next time at which anything is to be done.
CREATE TABLE subscriptions (
    tenant_id BLOB NOT NULL,
    subscription_id BLOB NOT NULL,
    customer_id BLOB NOT NULL,
    package_id BLOB NOT NULL,
    status TEXT NOT NULL,
    order_id BLOB,
    recipient_id BLOB,
    frequency INTEGER NOT NULL,
    anchor TEXT NOT NULL,
    months INTEGER NOT NULL,
    cycle INTEGER NOT NULL,
    next_at INTEGER,
    paused_until INTEGER,
    cancels_at INTEGER,
    ends_at INTEGER,
    prepaid_left INTEGER NOT NULL,
    quantity INTEGER NOT NULL,
    price INTEGER NOT NULL,
    next_price INTEGER,
    next_price_at INTEGER,
    method_id BLOB,
    wake_at INTEGER,
    reminded_cycle INTEGER NOT NULL,
    details TEXT NOT NULL,
    cancel_reason TEXT,
    version INTEGER NOT NULL,
    started_at INTEGER,
    ended_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, subscription_id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, customer_id),
    FOREIGN KEY (tenant_id, package_id) REFERENCES products (tenant_id, product_id)
) STRICT;
CREATE INDEX subscriptions_by_customer ON subscriptions (tenant_id, customer_id, created_at);
CREATE INDEX subscriptions_by_recipient ON subscriptions (tenant_id, recipient_id);
CREATE INDEX subscriptions_by_package ON subscriptions (tenant_id, package_id, status);
CREATE INDEX subscriptions_by_order ON subscriptions (tenant_id, order_id);
CREATE INDEX subscriptions_by_wake ON subscriptions (tenant_id, wake_at, subscription_id);
CREATE INDEX subscriptions_by_status ON subscriptions (tenant_id, status, created_at);
CREATE INDEX subscriptions_by_age ON subscriptions (tenant_id, created_at);

INSERT INTO subscriptions
    (tenant_id, subscription_id, customer_id, package_id, status, frequency, anchor, months, cycle, prepaid_left, quantity,
     price, reminded_cycle, details, version, started_at, created_at, updated_at)
SELECT f.tenant_id, f.subscription_id, f.customer_id, f.package_id, f.status, 1, strftime('%Y-%m-%dT%H:%M:%S', f.created_at / 1000000, 'unixepoch'), 1, 1, 0, 1, p.price, 0, '{}', 1,
       f.created_at, f.created_at, f.created_at
FROM first_subscriptions f
JOIN products p ON p.tenant_id = f.tenant_id AND p.product_id = f.package_id;
DROP TABLE first_subscriptions;

-- A period is charged once: there is one renewal of a cycle, and its id is the idempotency key of its charge.
CREATE TABLE renewals (
    tenant_id BLOB NOT NULL,
    renewal_id BLOB NOT NULL,
    subscription_id BLOB NOT NULL,
    cycle INTEGER NOT NULL,
    status TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    order_id BLOB,
    payment_id BLOB,
    method_id BLOB,
    amount INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    failure TEXT,
    failure_code TEXT,
    failure_message TEXT,
    first_failed_at INTEGER,
    next_try_at INTEGER,
    gives_up_at INTEGER,
    paid_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, renewal_id),
    UNIQUE (tenant_id, subscription_id, cycle),
    FOREIGN KEY (tenant_id, subscription_id) REFERENCES subscriptions (tenant_id, subscription_id),
    FOREIGN KEY (tenant_id, order_id) REFERENCES orders (tenant_id, order_id)
) STRICT;
CREATE INDEX renewals_by_order ON renewals (tenant_id, order_id);
CREATE INDEX renewals_by_due ON renewals (tenant_id, due_at);
CREATE INDEX renewals_by_status ON renewals (tenant_id, status, due_at);

CREATE TABLE subscription_events (
    tenant_id BLOB NOT NULL,
    event_id BLOB NOT NULL,
    subscription_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    data TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, event_id),
    FOREIGN KEY (tenant_id, subscription_id) REFERENCES subscriptions (tenant_id, subscription_id)
) STRICT;
CREATE INDEX subscription_events_by_subscription ON subscription_events (tenant_id, subscription_id, created_at);

-- What the shop chose for the boxes of a package that leave from a day on.
CREATE TABLE releases (
    tenant_id BLOB NOT NULL,
    release_id BLOB NOT NULL,
    package_id BLOB NOT NULL,
    ships_from INTEGER NOT NULL,
    name TEXT,
    items TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, release_id),
    UNIQUE (tenant_id, package_id, ships_from),
    FOREIGN KEY (tenant_id, package_id) REFERENCES products (tenant_id, product_id)
) STRICT;
CREATE INDEX releases_by_date ON releases (tenant_id, ships_from);

-- A new price on its way to the subscriptions that run; `cursor_id` is the last that was told.
CREATE TABLE price_changes (
    tenant_id BLOB NOT NULL,
    change_id BLOB NOT NULL,
    package_id BLOB NOT NULL,
    price INTEGER NOT NULL,
    starts_at INTEGER NOT NULL,
    cursor_id BLOB,
    told INTEGER NOT NULL,
    done_at INTEGER,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, change_id),
    FOREIGN KEY (tenant_id, package_id) REFERENCES products (tenant_id, product_id)
) STRICT;
CREATE INDEX price_changes_by_package ON price_changes (tenant_id, package_id, created_at);

-- Jobs that wait for others of their lane only. Ten thousand that fall due together are found in their order without sorting them.
ALTER TABLE jobs ADD COLUMN lane INTEGER NOT NULL DEFAULT 0;
UPDATE jobs SET lane = 1 WHERE kind IN ('media.renditions', 'media.erase');
UPDATE jobs SET lane = 2 WHERE kind = 'webhooks.deliver';
DROP INDEX jobs_by_due;
CREATE INDEX jobs_by_lane ON jobs (lane, due_at, job_id) WHERE parked_at IS NULL;
CREATE INDEX jobs_by_turn ON jobs (tenant_id, due_at, job_id) WHERE parked_at IS NULL;
