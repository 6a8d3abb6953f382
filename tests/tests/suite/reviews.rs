//! What customers say of products: shown once approved, theirs to take along, and gone with them.

use marzipan_tests::{Answer, Client, PASSWORD, Shop, on_both_engines};
use serde_json::{Value, json};

use crate::subscriptions::{act, join};

on_both_engines!(
    a_review_is_shown_once_approved,
    a_customer_reviews_a_product_once,
    an_erased_customers_words_are_gone_and_their_rating_stays,
    reviews_follow_a_merged_customer,
    an_export_holds_the_reviews,
    who_subscribes_is_told,
);

fn review(who: &Client, product: &str, rating: i64, body: &str) -> Answer {
    let review = json!({ "rating": rating, "title": "In short", "body": body });
    who.post(&format!("/v1/products/{product}/reviews")).json(&review).send()
}

fn shown(shop: &Shop<'_>, product: &str) -> Vec<Value> {
    let page = shop.visitor().get(&format!("/v1/products/{product}")).send().expect(200).json();
    page["reviews"].as_array().expect("a list").clone()
}

fn kept(shop: &Shop<'_>, query: &str) -> Vec<Value> {
    let list = shop.admin().get(&format!("/admin/v1/reviews{query}")).send().expect(200).data();
    list.as_array().expect("a list").clone()
}

fn decide(shop: &Shop<'_>, review: &Value, decision: &str) -> Answer {
    shop.admin().post(&format!("{}/{decision}", path(review))).send()
}

fn path(review: &Value) -> String {
    format!("/admin/v1/reviews/{}", review["id"].as_str().expect("an id"))
}

fn a_review_is_shown_once_approved(shop: &Shop<'_>) {
    let wine = shop.add("products", &json!({ "name": "Wine", "price": 100 }));
    let ada = shop.customer_named("Ada", "Quill");
    let bea = shop.customer_named("Bea", "Reed");
    review(&ada, "wine", 5, "Wonderful with stew.").expect(202);
    review(&bea, "wine", 2, "Corked.").expect(202);
    assert_eq!(shown(shop, "wine"), Vec::<Value>::new());

    let pending = kept(shop, "?status=pending");
    assert_eq!(pending.len(), 2);
    let of_ada = pending.iter().find(|one| one["rating"] == 5).expect("Ada's");
    let expected = json!({
        "id": of_ada["id"], "productId": wine["id"], "customerId": ada.id, "author": "Ada Q.", "rating": 5,
        "title": "In short", "body": "Wonderful with stew.", "status": "pending", "verifiedPurchase": false,
        "version": 1, "createdAt": shop.now(), "updatedAt": shop.now(),
    });
    assert_eq!(of_ada, &expected);

    let approved = decide(shop, of_ada, "approve").expect(200);
    assert_eq!(approved.header("etag"), Some("\"v2\""));
    assert_eq!(approved.data()["status"], "approved");
    let on_page = shown(shop, "wine");
    assert_eq!(on_page.len(), 1);
    assert_eq!((&on_page[0]["author"], &on_page[0]["rating"]), (&json!("Ada Q."), &json!(5)));
    assert!(on_page[0].get("customerId").is_none(), "{on_page:?}");
    let of_bea = pending.iter().find(|one| one["rating"] == 2).expect("Bea's");
    decide(shop, of_bea, "reject").expect(200);
    assert_eq!(shown(shop, "wine").len(), 1);
    assert_eq!((kept(shop, "?status=rejected").len(), kept(shop, "?status=pending").len()), (1, 0));

    decide(shop, of_ada, "reject").expect(200);
    assert_eq!(shown(shop, "wine"), Vec::<Value>::new(), "a decision can be taken back");
    shop.admin().delete(&path(of_ada)).send().expect(204);
    shop.admin().get(&path(of_ada)).send().expect_error(404, "not_found");
    decide(shop, of_ada, "approve").expect_error(404, "not_found");
    assert_eq!(kept(shop, "").len(), 1);
    shop.admin().get("/admin/v1/reviews?status=new").send().expect_invalid(&["status"]);

    let log = shop.admin().get("/admin/v1/audit-log?perPage=100").send().expect(200).data();
    let about: Vec<(&Value, &Value)> = log
        .as_array()
        .expect("a list")
        .iter()
        .filter(|entry| entry["targetId"] == of_ada["id"])
        .map(|entry| (&entry["before"]["status"], &entry["after"]["status"]))
        .collect();
    let (pending, approved, rejected) = (json!("pending"), json!("approved"), json!("rejected"));
    assert_eq!(about, [(&rejected, &Value::Null), (&approved, &rejected), (&pending, &approved)]);
}

fn a_customer_reviews_a_product_once(shop: &Shop<'_>) {
    shop.add("products", &json!({ "name": "Wine", "price": 100 }));
    shop.add("products", &json!({ "name": "Hidden", "price": 100, "status": "inactive" }));
    let ada = shop.customer();
    review(&ada, "wine", 5, "Good.").expect(202);
    review(&ada, "wine", 4, "Good.").expect_error(409, "already_reviewed");
    review(&ada, "hidden", 5, "Good.").expect_error(404, "not_found");
    review(&ada, "wine", 6, "Good.").expect_invalid(&["rating"]);
    let first = &kept(shop, "")[0];
    shop.admin().delete(&path(first)).send().expect(204);
    review(&ada, "wine", 4, "Better thought of.").expect(202);
}

fn an_erased_customers_words_are_gone_and_their_rating_stays(shop: &Shop<'_>) {
    for name in ["Red", "White"] {
        shop.add("products", &json!({ "name": name, "price": 100 }));
    }
    let customer = shop.customer_named("Wilhelmina", "Featherstone");
    review(&customer, "red", 4, "I, Wilhelmina, liked it.").expect(202);
    review(&customer, "white", 1, "Not for Featherstones.").expect(202);
    let of_red = kept(shop, "").into_iter().find(|one| one["rating"] == 4).expect("the red's");
    decide(shop, &of_red, "approve").expect(200);
    assert_eq!(shown(shop, "red")[0]["author"], "Wilhelmina F.");

    customer.delete("/v1/account").json(&json!({ "password": PASSWORD })).send().expect(204);

    let left = kept(shop, "");
    assert_eq!(left.len(), 1, "what was never shown is gone: {left:?}");
    let nothing = (&json!("Former customer"), &json!(4), &Value::Null, &Value::Null);
    let on_page = &shown(shop, "red")[0];
    assert_eq!((&on_page["author"], &on_page["rating"], &on_page["title"], &on_page["body"]), nothing);
    for target in ["/admin/v1/reviews", "/admin/v1/audit-log?perPage=100", "/admin/v1/customers"] {
        let text = shop.admin().get(target).send().expect(200).text();
        assert!(!text.contains("Wilhelmina") && !text.contains("Featherstone"), "{target}: {text}");
    }
}

fn reviews_follow_a_merged_customer(shop: &Shop<'_>) {
    for name in ["Red", "White"] {
        shop.add("products", &json!({ "name": name, "price": 100 }));
    }
    let [stays, goes] = [shop.customer_named("Ada", "Quill"), shop.customer_named("Ada", "Double")];
    review(&stays, "red", 5, "First.").expect(202);
    review(&goes, "red", 1, "Second.").expect(202);
    review(&goes, "white", 3, "Third.").expect(202);
    for one in kept(shop, "") {
        decide(shop, &one, "approve").expect(200);
    }
    assert_eq!(shown(shop, "red").len(), 2);
    let merge = format!("/admin/v1/customers/{}/merge", stays.id);
    shop.admin().post(&merge).json(&json!({ "from": goes.id })).send().expect(200);
    let of_red = shown(shop, "red");
    assert_eq!((of_red.len(), &of_red[0]["body"]), (1, &json!("First.")));
    let of_white = shown(shop, "white");
    assert_eq!((&of_white[0]["body"], &of_white[0]["author"]), (&json!("Third."), &json!("Ada D.")));
    assert!(kept(shop, "").iter().all(|one| one["customerId"] == stays.id.as_str()));
    review(&stays, "white", 5, "Again.").expect_error(409, "already_reviewed");
}

fn an_export_holds_the_reviews(shop: &Shop<'_>) {
    let wine = shop.add("products", &json!({ "name": "Wine", "price": 100 }));
    let [ada, bea] = [shop.customer_named("Ada", "Quill"), shop.customer_named("Bea", "Reed")];
    review(&ada, "wine", 5, "Ada's own words.").expect(202);
    review(&bea, "wine", 4, "Bea's own words.").expect(202);
    let expected = json!([{
        "productId": wine["id"], "author": "Ada Q.", "rating": 5, "title": "In short", "body": "Ada's own words.",
        "status": "pending", "createdAt": shop.now(),
    }]);
    let own = ada.get("/v1/account/export").send().expect(200).data();
    assert_eq!(own["reviews"], expected);
    let by_staff =
        shop.admin().get(&format!("/admin/v1/customers/{}/export", ada.id)).send().expect(200).data();
    assert_eq!(by_staff["reviews"], expected);
}

fn who_subscribes_is_told(shop: &Shop<'_>) {
    let club = json!({ "productType": "subscription", "name": "Club", "price": 100, "subscriptionType": "variable" });
    let club = shop.add("products", &club);
    let [ada, bea, cleo] = [shop.customer(), shop.customer(), shop.customer()];
    let boxes = json!({ "billingFrequency": 1 });
    join(shop, &ada, &club, &boxes, "tok_ok");
    let left = join(shop, &bea, &club, &boxes, "tok_ok");
    act(&bea, &left, "cancel", &json!({ "at": "now" })).expect(200);
    for (customer, subscribes) in [(&ada, true), (&bea, false), (&cleo, false)] {
        let details = customer.get("/v1/account/details").send().expect(200).data();
        assert_eq!(details["isSubscriber"], subscribes);
        let change = customer.patch("/v1/account/details").json(&json!({ "phone": "020 7946 0000" }));
        assert_eq!(change.send().expect(200).data()["isSubscriber"], subscribes);
        let login = customer.try_log_in(PASSWORD, "Phone").expect(200);
        assert_eq!(login.data()["isSubscriber"], subscribes);
        let path = format!("/admin/v1/customers/{}", customer.id);
        assert_eq!(shop.admin().get(&path).send().expect(200).data()["isSubscriber"], subscribes);
        let export = customer.get("/v1/account/export").send().expect(200).data();
        assert_eq!(export["details"]["isSubscriber"], subscribes);
    }
    let list = shop.admin().get("/admin/v1/customers").send().expect(200).data();
    let subscribers =
        list.as_array().expect("a list").iter().filter(|one| one["isSubscriber"] == true).count();
    assert_eq!(subscribers, 1);
}
