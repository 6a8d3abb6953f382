//! The tables as Diesel sees them. Rule: a table with a `tenant_id` is listed as a tenant table, so that it is only reached through one.

// No two tables of shops may stand in one query: a join could forget the tenant of its second table. The shop's own
// row is the exception, since it is found by nothing but the tenant.

diesel::table! {
    installation (name) {
        name -> Text,
        value -> Text,
    }
}

diesel::table! {
    tenants (tenant_id) {
        tenant_id -> Binary,
        number -> BigInt,
        slug -> Text,
        settings -> Text,
        version -> BigInt,
        test_mode -> BigInt,
        clock_at -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    tenant_origins (tenant_id, origin) {
        tenant_id -> Binary,
        origin -> Text,
    }
}

diesel::table! {
    storefront_tokens (tenant_id, token_id) {
        tenant_id -> Binary,
        token_id -> Binary,
        name -> Text,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    admin_keys (tenant_id, key_id) {
        tenant_id -> Binary,
        key_id -> Binary,
        name -> Text,
        scopes -> Text,
        key_hash -> Binary,
        created_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    staff (tenant_id, staff_id) {
        tenant_id -> Binary,
        staff_id -> Binary,
        email -> Text,
        name -> Text,
        role -> Text,
        password_hash -> Text,
        totp_secret -> Nullable<Binary>,
        totp_pending -> Nullable<Binary>,
        totp_last_step -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    staff_sessions (tenant_id, session_id) {
        tenant_id -> Binary,
        session_id -> Binary,
        staff_id -> Binary,
        token_hash -> Binary,
        created_at -> BigInt,
        last_used_at -> BigInt,
    }
}

diesel::table! {
    customers (tenant_id, customer_id) {
        tenant_id -> Binary,
        customer_id -> Binary,
        email -> Nullable<Text>,
        first_name -> Text,
        last_name -> Text,
        phone -> Nullable<Text>,
        marketing -> Text,
        date_of_birth -> Nullable<Text>,
        password_hash -> Nullable<Text>,
        email_verified_at -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
        version -> BigInt,
        erased_at -> Nullable<BigInt>,
        search -> Text,
    }
}

diesel::table! {
    sessions (tenant_id, session_id) {
        tenant_id -> Binary,
        session_id -> Binary,
        customer_id -> Binary,
        token_hash -> Binary,
        device -> Nullable<Text>,
        ip_address -> Text,
        created_at -> BigInt,
        last_used_at -> BigInt,
    }
}

diesel::table! {
    addresses (tenant_id, address_id) {
        tenant_id -> Binary,
        address_id -> Binary,
        customer_id -> Binary,
        first_name -> Nullable<Text>,
        last_name -> Nullable<Text>,
        company -> Nullable<Text>,
        line1 -> Text,
        line2 -> Nullable<Text>,
        city -> Text,
        county -> Nullable<Text>,
        postcode -> Text,
        country -> Text,
        phone -> Nullable<Text>,
        is_default_shipping -> BigInt,
        is_default_billing -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    mail_tokens (tenant_id, token_hash) {
        tenant_id -> Binary,
        token_hash -> Binary,
        customer_id -> Binary,
        purpose -> Text,
        email -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        registration_id -> Nullable<Binary>,
    }
}

diesel::table! {
    throttles (tenant_id, bucket) {
        tenant_id -> Binary,
        bucket -> Binary,
        failures -> BigInt,
        blocked_until -> Nullable<BigInt>,
        last_failure_at -> BigInt,
    }
}

diesel::table! {
    idempotency_keys (tenant_id, scope, idempotency_key) {
        tenant_id -> Binary,
        scope -> Binary,
        idempotency_key -> Text,
        fingerprint -> Binary,
        claimed_until -> BigInt,
        answer -> Nullable<Binary>,
        expires_at -> BigInt,
    }
}

diesel::table! {
    jobs (tenant_id, job_id) {
        tenant_id -> Binary,
        job_id -> Binary,
        kind -> Text,
        payload -> Text,
        dedupe -> Nullable<Text>,
        due_at -> BigInt,
        attempts -> BigInt,
        lease -> Nullable<Binary>,
        leased_until -> Nullable<BigInt>,
        parked_at -> Nullable<BigInt>,
        last_error -> Nullable<Text>,
        created_at -> BigInt,
        lane -> BigInt,
    }
}

diesel::table! {
    mails (tenant_id, mail_id) {
        tenant_id -> Binary,
        mail_id -> Binary,
        customer_id -> Nullable<Binary>,
        recipient -> Text,
        subject -> Text,
        template -> Text,
        body -> Binary,
        status -> Text,
        last_error -> Nullable<Text>,
        created_at -> BigInt,
        sent_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    audit_log (tenant_id, audit_id) {
        tenant_id -> Binary,
        audit_id -> Binary,
        actor_kind -> Text,
        actor_id -> Nullable<Binary>,
        actor_name -> Text,
        action -> Text,
        target_kind -> Text,
        target_id -> Text,
        before -> Nullable<Text>,
        after -> Nullable<Text>,
        created_at -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(jobs, tenants);
diesel::allow_tables_to_appear_in_same_query!(sessions, tenants);
// For one look-up of `installation`, with which every account call begins.
diesel::allow_tables_to_appear_in_same_query!(sessions, customers);
diesel::allow_tables_to_appear_in_same_query!(customers, tenants);
diesel::allow_tables_to_appear_in_same_query!(staff_sessions, tenants);
diesel::allow_tables_to_appear_in_same_query!(admin_keys, tenants);

diesel::table! {
    shop_versions (tenant_id) {
        tenant_id -> Binary,
        version -> BigInt,
    }
}

diesel::table! {
    changes (tenant_id, version, kind, subject_id) {
        tenant_id -> Binary,
        version -> BigInt,
        kind -> Text,
        subject_id -> Binary,
    }
}

diesel::table! {
    media (tenant_id, media_id) {
        tenant_id -> Binary,
        media_id -> Binary,
        filename -> Text,
        extension -> Text,
        mime_type -> Text,
        alt -> Text,
        size -> BigInt,
        width -> Nullable<BigInt>,
        height -> Nullable<BigInt>,
        content_hash -> Binary,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        status -> Text,
        renditions -> Text,
        search_name -> Text,
    }
}

diesel::table! {
    media_uses (tenant_id, kind, owner_id, media_id) {
        tenant_id -> Binary,
        kind -> Text,
        owner_id -> Binary,
        media_id -> Binary,
    }
}

diesel::table! {
    attributes (tenant_id, attribute_id) {
        tenant_id -> Binary,
        attribute_id -> Binary,
        name -> Text,
        slug -> Text,
        filterable -> BigInt,
        position -> BigInt,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    collections (tenant_id, collection_id) {
        tenant_id -> Binary,
        collection_id -> Binary,
        name -> Text,
        slug -> Text,
        description -> Text,
        image_id -> Nullable<Binary>,
        rule -> Nullable<Text>,
        position -> BigInt,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    products (tenant_id, product_id) {
        tenant_id -> Binary,
        product_id -> Binary,
        product_type -> Text,
        name -> Text,
        slug -> Text,
        sku -> Nullable<Text>,
        description -> Text,
        status -> Text,
        availability -> Text,
        price -> BigInt,
        sale_price -> Nullable<BigInt>,
        sale_starts_at -> Nullable<BigInt>,
        sale_ends_at -> Nullable<BigInt>,
        subscriber_price -> Nullable<BigInt>,
        quantity -> Nullable<BigInt>,
        tax_class -> Nullable<Text>,
        weight_grams -> Nullable<BigInt>,
        details -> Text,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    variants (tenant_id, variant_id) {
        tenant_id -> Binary,
        variant_id -> Binary,
        product_id -> Binary,
        option_position -> BigInt,
        option_name -> Text,
        option_slug -> Text,
        position -> BigInt,
        label -> Text,
        sku -> Nullable<Text>,
        price -> Nullable<BigInt>,
        quantity -> Nullable<BigInt>,
        weight_grams -> Nullable<BigInt>,
    }
}

diesel::table! {
    product_attributes (tenant_id, product_id, attribute_id) {
        tenant_id -> Binary,
        product_id -> Binary,
        attribute_id -> Binary,
        position -> BigInt,
        attribute_values -> Text,
    }
}

diesel::table! {
    collection_products (tenant_id, collection_id, product_id) {
        tenant_id -> Binary,
        collection_id -> Binary,
        product_id -> Binary,
        position -> BigInt,
    }
}

diesel::table! {
    product_links (tenant_id, product_id, kind, target_id) {
        tenant_id -> Binary,
        product_id -> Binary,
        kind -> Text,
        target_id -> Binary,
        position -> BigInt,
        quantity -> BigInt,
    }
}

diesel::table! {
    product_images (tenant_id, product_id, kind, position) {
        tenant_id -> Binary,
        product_id -> Binary,
        kind -> Text,
        position -> BigInt,
        media_id -> Binary,
    }
}

diesel::table! {
    reviews (tenant_id, review_id) {
        tenant_id -> Binary,
        review_id -> Binary,
        product_id -> Binary,
        customer_id -> Binary,
        author -> Text,
        rating -> BigInt,
        title -> Nullable<Text>,
        body -> Nullable<Text>,
        status -> Text,
        verified_purchase -> BigInt,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    subscriptions (tenant_id, subscription_id) {
        tenant_id -> Binary,
        subscription_id -> Binary,
        customer_id -> Binary,
        package_id -> Binary,
        status -> Text,
        order_id -> Nullable<Binary>,
        recipient_id -> Nullable<Binary>,
        frequency -> BigInt,
        anchor -> Text,
        months -> BigInt,
        cycle -> BigInt,
        next_at -> Nullable<BigInt>,
        paused_until -> Nullable<BigInt>,
        cancels_at -> Nullable<BigInt>,
        ends_at -> Nullable<BigInt>,
        prepaid_left -> BigInt,
        quantity -> BigInt,
        price -> BigInt,
        next_price -> Nullable<BigInt>,
        next_price_at -> Nullable<BigInt>,
        method_id -> Nullable<Binary>,
        wake_at -> Nullable<BigInt>,
        reminded_cycle -> BigInt,
        details -> Text,
        cancel_reason -> Nullable<Text>,
        version -> BigInt,
        started_at -> Nullable<BigInt>,
        ended_at -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    media_sources (tenant_id, source_hash) {
        tenant_id -> Binary,
        source_hash -> Binary,
        media_id -> Binary,
    }
}

diesel::table! {
    registrations (tenant_id, registration_id) {
        tenant_id -> Binary,
        registration_id -> Binary,
        customer_id -> Binary,
        first_name -> Text,
        last_name -> Text,
        phone -> Nullable<Text>,
        marketing -> Text,
        date_of_birth -> Nullable<Text>,
        password_hash -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    threads (tenant_id, thread_id) {
        tenant_id -> Binary,
        thread_id -> Binary,
        customer_id -> Nullable<Binary>,
        name -> Text,
        email -> Text,
        subject -> Text,
        topic -> Nullable<Text>,
        order_ref -> Nullable<Text>,
        status -> Text,
        assignee_id -> Nullable<Binary>,
        search -> Text,
        unread_by_shop -> BigInt,
        unread_by_customer -> BigInt,
        messages -> BigInt,
        created_at -> BigInt,
        last_message_at -> BigInt,
        updated_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    messages (tenant_id, message_id) {
        tenant_id -> Binary,
        message_id -> Binary,
        thread_id -> Binary,
        author -> Text,
        name -> Text,
        body -> Text,
        mail_id -> Nullable<Binary>,
        mail_ref -> Nullable<Text>,
        created_at -> BigInt,
    }
}

diesel::table! {
    subscribers (tenant_id, subscriber_id) {
        tenant_id -> Binary,
        subscriber_id -> Binary,
        email -> Text,
        first_name -> Nullable<Text>,
        topics -> Text,
        status -> Text,
        source -> Text,
        search -> Text,
        created_at -> BigInt,
        confirmed_at -> Nullable<BigInt>,
        updated_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    opt_ins (tenant_id, token_hash) {
        tenant_id -> Binary,
        token_hash -> Binary,
        email -> Text,
        first_name -> Nullable<Text>,
        topics -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    suppressions (tenant_id, address_hash) {
        tenant_id -> Binary,
        address_hash -> Binary,
        reason -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    mail_templates (tenant_id, name) {
        tenant_id -> Binary,
        name -> Text,
        subject -> Nullable<Text>,
        html -> Nullable<Text>,
        text -> Nullable<Text>,
        last_error -> Nullable<Text>,
        failed_at -> Nullable<BigInt>,
        updated_at -> BigInt,
        version -> BigInt,
    }
}

diesel::table! {
    entries (tenant_id, entry_id) {
        tenant_id -> Binary,
        entry_id -> Binary,
        kind -> Text,
        slug -> Text,
        title -> Text,
        title_key -> Text,
        tag_keys -> Text,
        category_key -> Text,
        draft_revision -> Binary,
        live_revision -> Nullable<Binary>,
        published_at -> Nullable<BigInt>,
        next_revision -> Nullable<Binary>,
        next_at -> Nullable<BigInt>,
        withdraw_at -> Nullable<BigInt>,
        shown_changed_at -> BigInt,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    entry_revisions (tenant_id, revision_id) {
        tenant_id -> Binary,
        revision_id -> Binary,
        entry_id -> Binary,
        number -> BigInt,
        title -> Text,
        excerpt -> Nullable<Text>,
        image_id -> Nullable<Binary>,
        author -> Nullable<Text>,
        tags -> Text,
        category -> Nullable<Text>,
        blocks -> Text,
        plain_text -> Text,
        meta_title -> Nullable<Text>,
        meta_description -> Nullable<Text>,
        meta_image_id -> Nullable<Binary>,
        saved_by -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    preview_tokens (tenant_id, token_hash) {
        tenant_id -> Binary,
        token_hash -> Binary,
        entry_id -> Binary,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    menus (tenant_id, menu_id) {
        tenant_id -> Binary,
        menu_id -> Binary,
        handle -> Text,
        items -> Text,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    redirects (tenant_id, redirect_id) {
        tenant_id -> Binary,
        redirect_id -> Binary,
        from_path -> Text,
        from_key -> Text,
        target -> Text,
        target_path -> Nullable<Text>,
        status -> BigInt,
        automatic -> BigInt,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    discounts (tenant_id, discount_id) {
        tenant_id -> Binary,
        discount_id -> Binary,
        code -> Nullable<Text>,
        name -> Text,
        kind -> Text,
        value -> BigInt,
        minimum_spend -> BigInt,
        products -> Text,
        collections -> Text,
        starts_at -> Nullable<BigInt>,
        ends_at -> Nullable<BigInt>,
        usage_limit -> Nullable<BigInt>,
        per_customer_limit -> Nullable<BigInt>,
        combines_with -> Text,
        applies_to -> Text,
        status -> Text,
        used -> BigInt,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    gift_cards (tenant_id, gift_card_id) {
        tenant_id -> Binary,
        gift_card_id -> Binary,
        code_hash -> Binary,
        code_sealed -> Binary,
        last_four -> Text,
        initial_value -> BigInt,
        balance -> BigInt,
        expires_at -> Nullable<BigInt>,
        recipient_name -> Nullable<Text>,
        recipient_email -> Nullable<Text>,
        message -> Nullable<Text>,
        note -> Nullable<Text>,
        status -> Text,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    gift_card_entries (tenant_id, entry_id) {
        tenant_id -> Binary,
        entry_id -> Binary,
        gift_card_id -> Binary,
        delta -> BigInt,
        reason -> Text,
        note -> Nullable<Text>,
        order_id -> Nullable<Binary>,
        created_at -> BigInt,
    }
}

diesel::table! {
    shipping_methods (tenant_id, shipping_method_id) {
        tenant_id -> Binary,
        shipping_method_id -> Binary,
        name -> Text,
        kind -> Text,
        price -> BigInt,
        bands -> Text,
        free_above -> Nullable<BigInt>,
        countries -> Text,
        postcode_prefixes -> Text,
        tax_class -> Nullable<Text>,
        position -> BigInt,
        status -> Text,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    tax_rates (tenant_id, tax_rate_id) {
        tenant_id -> Binary,
        tax_rate_id -> Binary,
        name -> Text,
        country -> Text,
        tax_class -> Text,
        basis_points -> BigInt,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    reward_programmes (tenant_id) {
        tenant_id -> Binary,
        points_per_unit -> BigInt,
        redeem_points -> BigInt,
        redeem_value -> BigInt,
        minimum_redeem -> BigInt,
        tiers -> Text,
        status -> Text,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    reward_entries (tenant_id, entry_id) {
        tenant_id -> Binary,
        entry_id -> Binary,
        customer_id -> Binary,
        delta -> BigInt,
        reason -> Text,
        order_id -> Nullable<Binary>,
        created_at -> BigInt,
    }
}

diesel::table! {
    carts (tenant_id, cart_id) {
        tenant_id -> Binary,
        cart_id -> Binary,
        customer_id -> Nullable<Binary>,
        status -> Text,
        version -> BigInt,
        contents -> Text,
        email -> Nullable<Text>,
        order_id -> Nullable<Binary>,
        claimed_at -> Nullable<BigInt>,
        told_abandoned_at -> Nullable<BigInt>,
        expires_at -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    orders (tenant_id, order_id) {
        tenant_id -> Binary,
        order_id -> Binary,
        ref_number -> Nullable<BigInt>,
        cart_id -> Nullable<Binary>,
        customer_id -> Nullable<Binary>,
        email -> Nullable<Text>,
        status -> Text,
        payment_status -> Text,
        holds -> BigInt,
        reserved_until -> Nullable<BigInt>,
        currency -> Text,
        item_count -> BigInt,
        subtotal -> BigInt,
        discount_total -> BigInt,
        shipping_total -> BigInt,
        tax_total -> BigInt,
        gift_card_total -> BigInt,
        total -> BigInt,
        refunded_total -> BigInt,
        tax_included -> BigInt,
        country -> Nullable<Text>,
        details -> Text,
        subscription_id -> Nullable<Binary>,
        version -> BigInt,
        paid_at -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    order_numbers (tenant_id) {
        tenant_id -> Binary,
        last_number -> BigInt,
    }
}

diesel::table! {
    order_items (tenant_id, item_id) {
        tenant_id -> Binary,
        item_id -> Binary,
        order_id -> Binary,
        position -> BigInt,
        product_id -> Binary,
        name -> Text,
        sku -> Nullable<Text>,
        quantity -> BigInt,
        fulfilled -> BigInt,
        restocked -> BigInt,
        unit_price -> BigInt,
        total -> BigInt,
        discount -> BigInt,
        tax -> BigInt,
        tax_basis_points -> BigInt,
        subscription_id -> Nullable<Binary>,
        details -> Text,
    }
}

diesel::table! {
    order_holds (tenant_id, order_id, kind, subject_id) {
        tenant_id -> Binary,
        order_id -> Binary,
        kind -> Text,
        subject_id -> Binary,
        amount -> BigInt,
    }
}

diesel::table! {
    discount_uses (tenant_id, discount_id, order_id) {
        tenant_id -> Binary,
        discount_id -> Binary,
        order_id -> Binary,
        customer_key -> Binary,
    }
}

diesel::table! {
    payments (tenant_id, payment_id) {
        tenant_id -> Binary,
        payment_id -> Binary,
        order_id -> Binary,
        provider -> Text,
        provider_ref -> Nullable<Text>,
        amount -> BigInt,
        refunded -> BigInt,
        status -> Text,
        action -> Nullable<Binary>,
        decline_code -> Nullable<Text>,
        decline_message -> Nullable<Text>,
        method -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    refunds (tenant_id, refund_id) {
        tenant_id -> Binary,
        refund_id -> Binary,
        order_id -> Binary,
        payment_id -> Nullable<Binary>,
        amount -> BigInt,
        status -> Text,
        reason -> Nullable<Text>,
        provider_ref -> Nullable<Text>,
        actor -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    shipments (tenant_id, shipment_id) {
        tenant_id -> Binary,
        shipment_id -> Binary,
        order_id -> Binary,
        carrier -> Nullable<Text>,
        tracking_number -> Nullable<Text>,
        url -> Nullable<Text>,
        items -> Text,
        shipped_at -> BigInt,
    }
}

diesel::table! {
    order_events (tenant_id, event_id) {
        tenant_id -> Binary,
        event_id -> Binary,
        order_id -> Binary,
        kind -> Text,
        actor -> Text,
        data -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    provider_events (tenant_id, provider, event_key) {
        tenant_id -> Binary,
        provider -> Text,
        event_key -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    payment_methods (tenant_id, method_id) {
        tenant_id -> Binary,
        method_id -> Binary,
        customer_id -> Binary,
        provider -> Text,
        provider_customer -> Text,
        provider_method -> Text,
        brand -> Text,
        last4 -> Text,
        expiry_month -> BigInt,
        expiry_year -> BigInt,
        is_default -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    set_ups (tenant_id, set_up_id) {
        tenant_id -> Binary,
        set_up_id -> Binary,
        customer_id -> Binary,
        provider -> Text,
        provider_ref -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    payment_accounts (tenant_id) {
        tenant_id -> Binary,
        provider -> Text,
        settings -> Binary,
        version -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    webhook_endpoints (tenant_id, endpoint_id) {
        tenant_id -> Binary,
        endpoint_id -> Binary,
        url -> Text,
        description -> Nullable<Text>,
        events -> Text,
        secret -> Binary,
        previous_secret -> Nullable<Binary>,
        previous_until -> Nullable<BigInt>,
        enabled -> BigInt,
        disabled_reason -> Nullable<Text>,
        failing_since -> Nullable<BigInt>,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    webhook_events (tenant_id, event_id) {
        tenant_id -> Binary,
        event_id -> Binary,
        kind -> Text,
        customer_id -> Nullable<Binary>,
        payload -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    webhook_deliveries (tenant_id, delivery_id) {
        tenant_id -> Binary,
        delivery_id -> Binary,
        endpoint_id -> Binary,
        event_id -> Binary,
        kind -> Text,
        status -> Text,
        attempts -> BigInt,
        next_at -> Nullable<BigInt>,
        last_at -> Nullable<BigInt>,
        last_status -> Nullable<BigInt>,
        last_error -> Nullable<Text>,
        last_answer -> Nullable<Text>,
        last_duration_ms -> Nullable<BigInt>,
        delivered_at -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    renewals (tenant_id, renewal_id) {
        tenant_id -> Binary,
        renewal_id -> Binary,
        subscription_id -> Binary,
        cycle -> BigInt,
        status -> Text,
        due_at -> BigInt,
        order_id -> Nullable<Binary>,
        payment_id -> Nullable<Binary>,
        method_id -> Nullable<Binary>,
        amount -> BigInt,
        attempts -> BigInt,
        failures -> BigInt,
        failure -> Nullable<Text>,
        failure_code -> Nullable<Text>,
        failure_message -> Nullable<Text>,
        first_failed_at -> Nullable<BigInt>,
        next_try_at -> Nullable<BigInt>,
        gives_up_at -> Nullable<BigInt>,
        paid_at -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    subscription_events (tenant_id, event_id) {
        tenant_id -> Binary,
        event_id -> Binary,
        subscription_id -> Binary,
        kind -> Text,
        actor -> Text,
        data -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    releases (tenant_id, release_id) {
        tenant_id -> Binary,
        release_id -> Binary,
        package_id -> Binary,
        ships_from -> BigInt,
        name -> Nullable<Text>,
        items -> Text,
        version -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    price_changes (tenant_id, change_id) {
        tenant_id -> Binary,
        change_id -> Binary,
        package_id -> Binary,
        price -> BigInt,
        starts_at -> BigInt,
        cursor_id -> Nullable<Binary>,
        told -> BigInt,
        done_at -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}
