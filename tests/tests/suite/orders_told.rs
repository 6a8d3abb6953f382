//! What a shop's programs and its owner hear of orders: webhooks and reports.

use marzipan_tests::receiver::Receiver;
use marzipan_tests::{Shop, on_both_engines};
use serde_json::{Value, json};

use crate::carts::{cart, put, wine};
use crate::checkout::{pay, ready};

on_both_engines!(
    an_orders_way_is_told,
    an_abandoned_cart_is_told_once,
    sales_are_reported_by_days_and_months,
    a_shop_without_subscriptions_has_their_reports,
);

fn listen(shop: &Shop<'_>, to: &Receiver, events: &[&str]) {
    shop.add("webhooks", &json!({ "url": to.url("/in"), "events": events }));
}

/// The kinds and the data of what was told, in their order.
fn told(receiver: &Receiver, count: usize) -> Vec<(String, Value)> {
    let hooks = receiver.wait_for("/in", count);
    let read = |body: &str| {
        let event: Value = serde_json::from_str(body).expect("JSON");
        (event["type"].as_str().expect("a type").to_owned(), event["data"].clone())
    };
    hooks.iter().map(|hook| read(&hook.body)).collect()
}

fn kinds(told: &[(String, Value)]) -> Vec<&str> {
    told.iter().map(|(kind, _)| kind.as_str()).collect()
}

fn an_orders_way_is_told(shop: &Shop<'_>) {
    let receiver = Receiver::start();
    listen(shop, &receiver, &["*"]);
    let admin = shop.admin();
    let last = wine(shop, "Last bottle", 1000, Some(1));
    let visitor = shop.visitor();
    let cart = ready(shop, &visitor, &last, 1);
    pay(&visitor, &cart, "tok_declined").expect_error(402, "payment_declined");
    let order = pay(&visitor, &cart, "tok_ok").expect(201).data()["order"].clone();
    let path = |action: &str| format!("/admin/v1/orders/{}/{action}", order["id"].as_str().expect("an id"));
    admin.post(&path("fulfil")).json(&json!({})).send().expect(200);
    admin.post(&path("deliver")).send().expect(200);
    admin.post(&path("refund")).json(&json!({ "amount": 200 })).send().expect(200);

    let said = told(&receiver, 8);
    let expected = [
        "product.out_of_stock",
        "order.payment_failed",
        "product.out_of_stock",
        "order.created",
        "order.paid",
        "order.fulfilled",
        "order.delivered",
        "order.refunded",
    ];
    assert_eq!(kinds(&said), expected);
    assert_eq!(said[0].1["id"], last["id"]);
    let paid = &said[4].1;
    assert_eq!(
        (&paid["id"], &paid["ref"], &paid["paymentStatus"], &paid["itemCount"], &paid["total"]),
        (&order["id"], &order["ref"], &json!("paid"), &json!(1), &json!(1495))
    );
    assert_eq!(said[7].1["refundedTotal"], 200);
}

fn an_abandoned_cart_is_told_once(shop: &Shop<'_>) {
    let receiver = Receiver::start();
    listen(shop, &receiver, &["cart.abandoned", "ping"]);
    let visitor = shop.visitor();
    let malbec = wine(shop, "Malbec", 1000, Some(10));
    let left = ready(shop, &visitor, &malbec, 2);
    // Nobody can be written to who has said no address, nor of an empty cart, nor who has paid.
    let nameless = cart(&visitor);
    put(&visitor, &nameless, &malbec, 1).expect(201);
    let empty = cart(&visitor);
    let who = json!({ "email": "empty@example.com" });
    visitor.put(&format!("/v1/carts/{empty}/customer")).json(&who).send().expect(200);
    let paid = ready(shop, &visitor, &malbec, 1);
    pay(&visitor, &paid, "tok_ok").expect(201);
    for hour in
        ["2026-01-05T12:00:00Z", "2026-01-05T14:30:00Z", "2026-01-06T09:00:00Z", "2026-01-07T09:00:00Z"]
    {
        shop.set_clock(hour);
    }
    let said = told(&receiver, 1);
    assert_eq!(kinds(&said), ["cart.abandoned"], "once, and of one cart");
    assert_eq!(
        said[0].1,
        json!({ "id": left, "customerId": null, "email": format!("guest-{}@example.com", &left[..8]),
            "itemCount": 2, "updatedAt": "2026-01-05T09:00:00.000000Z" })
    );
}

fn sales_are_reported_by_days_and_months(shop: &Shop<'_>) {
    let admin = shop.admin();
    let malbec = wine(shop, "Malbec", 1000, Some(20));
    let buy = |quantity: i64| {
        let visitor = shop.visitor();
        let cart = ready(shop, &visitor, &malbec, quantity);
        pay(&visitor, &cart, "tok_ok").expect(201).data()["order"]["id"].as_str().expect("an id").to_owned()
    };
    let first = buy(3);
    buy(1);
    // Begun and never paid: no sale.
    let visitor = shop.visitor();
    pay(&visitor, &ready(shop, &visitor, &malbec, 5), "tok_declined").expect_error(402, "payment_declined");
    shop.set_clock("2026-02-03T09:00:00Z");
    buy(2);
    admin
        .post(&format!("/admin/v1/orders/{first}/refund"))
        .json(&json!({ "amount": 500 }))
        .send()
        .expect(200);

    let report = |query: &str| admin.get(&format!("/admin/v1/reports/sales{query}")).send();
    let months = report("?from=2026-01-01&until=2026-02-28&interval=month").expect(200).data();
    let row = |orders: i64, items: i64, total: i64, tax: i64, refunds: i64| {
        json!({ "orders": orders, "items": items, "subtotal": items * 1000, "discounts": 0,
            "shipping": orders * 495, "tax": tax, "total": total, "giftCards": 0, "refunds": refunds,
            "net": total - refunds })
    };
    let named = |period: &str, mut row: Value| {
        row["period"] = json!(period);
        row
    };
    // £30.00 and £10.00 with £4.95 each hold £5.83 and £2.50 of VAT; £24.95 holds £4.16.
    assert_eq!(
        months["rows"],
        json!([named("2026-01", row(2, 4, 4990, 833, 0)), named("2026-02", row(1, 2, 2495, 416, 500))])
    );
    assert_eq!(months["totals"], row(3, 6, 7485, 1249, 500));
    let days = report("").expect(200).data();
    assert_eq!(
        (&days["from"], &days["until"], days["rows"].as_array().map(Vec::len)),
        (&json!("2026-02-01"), &json!("2026-02-03"), Some(3))
    );
    let table = report(".csv?from=2026-02-02&until=2026-02-03").expect(200);
    assert_eq!(table.header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(
        table.text(),
        "period,orders,items,subtotal,discounts,shipping,tax,total,giftCards,refunds,net\r\n\
         2026-02-02,0,0,0.00,0.00,0.00,0.00,0.00,0.00,0.00,0.00\r\n\
         2026-02-03,1,2,20.00,0.00,4.95,4.16,24.95,0.00,5.00,19.95\r\n"
    );
    report("?from=2026-02-02&until=2026-02-01").expect_invalid(&["until"]);
    report("?from=yesterday&interval=week").expect_invalid(&["from", "interval"]);
    Shop::open(shop.server()).admin().get("/admin/v1/reports/sales").send().expect(200);
}

fn a_shop_without_subscriptions_has_their_reports(shop: &Shop<'_>) {
    shop.set_clock("2026-02-03T09:00:00Z");
    let admin = shop.admin();
    let report = |name: &str| admin.get(&format!("/admin/v1/reports/{name}")).send();
    let days = report("renewals").expect(200).data();
    assert_eq!((&days["from"], &days["until"]), (&json!("2026-02-03"), &json!("2026-03-05")));
    assert_eq!(days["rows"].as_array().map(Vec::len), Some(31));
    assert_eq!(days["totals"]["expected"], json!({ "count": 0, "amount": 0 }));
    let needs = report("forecast?from=2026-02-03&until=2026-02-28").expect(200).data();
    assert_eq!(
        (&needs["boxes"], &needs["products"], &needs["withoutRelease"]),
        (&json!(0), &json!([]), &json!([]))
    );
    let revenue = report("recurring-revenue").expect(200).data();
    assert_eq!((&revenue["active"], &revenue["monthly"]), (&json!(0), &json!(0)));
    assert_eq!(revenue["months"].as_array().map(Vec::len), Some(12));
    let churn = report("churn").expect(200).data();
    assert_eq!(
        (&churn["rows"][0]["month"], &churn["totals"]["churnRate"]),
        (&json!("2025-03"), &Value::Null)
    );
    let cohorts = report("cohorts?from=2026-01-01&until=2026-02-28").expect(200).data();
    let months: Vec<Value> = ["2026-01", "2026-02"]
        .map(|month| {
            json!({ "month": month, "joined": 0, "after1": null, "after2": null, "after3": null, "after6": null,
                "after12": null })
        })
        .to_vec();
    assert_eq!(cohorts["rows"], json!(months));
    for (name, line) in [
        ("renewals", "2026-02-01,0,0.00,0,0.00,0,0.00,0,0,0.00,0,0.00\r\n"),
        ("forecast", "productId,name,sku,needed,inStock,short\r\n"),
        ("recurring-revenue", "2026-02,0,0,0,0,0,0,0.00\r\n"),
        ("churn", "2026-02,0,0,0,0,0,0,0,0,\r\n"),
        ("cohorts", "2026-02,0,,,,,\r\n"),
    ] {
        let table = report(&format!("{name}.csv?from=2026-02-01&until=2026-02-01")).expect(200);
        assert_eq!(table.header("content-type"), Some("text/csv; charset=utf-8"), "{name}");
        assert!(table.text().ends_with(line), "{name}: {}", table.text());
        report(&format!("{name}?from=2026-02-02&until=2026-02-01")).expect_invalid(&["until"]);
        shop.visitor().get(&format!("/admin/v1/reports/{name}")).send().expect_unauthenticated();
    }
}
