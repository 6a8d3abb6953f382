"""Signs Schemathesis in: gives each request the token that its operation asks for.

The run signs out, changes passwords and erases accounts on its way, so a token is tried before it is used, and a
new person comes when it is dead.
"""

import itertools
import os
import struct
import threading
import zlib

import requests
import schemathesis

SERVER = os.environ["SHOP_SERVER"]
VISITOR = {"Authorization": f"Bearer {os.environ['SHOP_STOREFRONT_TOKEN']}"}
ADMIN = {"Authorization": f"Bearer {os.environ['SHOP_ADMIN_KEY']}"}
PASSWORD = os.environ["SHOP_PASSWORD"]

numbers = itertools.count()
lock = threading.Lock()
sessions = {}


def call(method, path, headers=None, **json):
    answer = requests.request(method, SERVER + path, headers=headers, json=json or None, timeout=30)
    answer.raise_for_status()
    return answer.json()


def mail_token(email):
    for mail in call("GET", "/admin/v1/outbox?perPage=100", ADMIN)["data"]:
        if mail["to"] == email and "mzm_" in mail["text"]:
            return mail["text"][mail["text"].index("mzm_") :].split()[0].rstrip(".")
    raise LookupError(f"no mail to {email}")


def new_customer():
    email = f"person-{next(numbers)}@post.example"
    call(
        "POST",
        "/v1/account/register",
        VISITOR,
        firstName="Ada",
        lastName="Quill",
        email=email,
        password=PASSWORD,
        dateOfBirth="1980-01-01",
    )
    return call("POST", "/v1/account/verify", VISITOR, token=mail_token(email))["token"]


def new_staff():
    email = f"staff-{next(numbers)}@post.example"
    call("POST", "/admin/v1/staff", ADMIN, email=email, name="Olive", role="owner", password=PASSWORD)
    slug = os.environ["SHOP_SLUG"]
    return call("POST", "/admin/v1/staff/login", tenant=slug, email=email, password=PASSWORD)["token"]


def living(kind, probe, renew):
    with lock:
        token = sessions.get(kind)
        headers = {"Authorization": f"Bearer {token}"}
        if token is None or requests.get(SERVER + probe, headers=headers, timeout=30).status_code != 200:
            token = sessions[kind] = renew()
        return token


def token_for(operation):
    schemes = {name for choice in operation.definition.raw.get("security", []) for name in choice}
    if "accountAuth" in schemes:
        return living("customer", "/v1/account/details", new_customer)
    if "tenantAuth" in schemes:
        return os.environ["SHOP_STOREFRONT_TOKEN"]
    if operation.path.startswith(("/admin/v1/staff/me", "/admin/v1/staff/totp", "/admin/v1/staff/logout")):
        return living("staff", "/admin/v1/staff/me", new_staff)
    return os.environ["SHOP_ADMIN_KEY"] if schemes else None


@schemathesis.auth(refresh_interval=None)
class Token:
    def get(self, case, ctx):
        return token_for(ctx.operation)

    def set(self, case, data, ctx):
        if data is not None:
            case.headers["Authorization"] = f"Bearer {data}"


# What the documents can not say: which ids exist, who has which password, which token was just mailed. Every other
# request that keeps the schema is given such values, so that the answers to success are checked too.


def first(path, headers, key="id"):
    return call("GET", path, headers)["data"][0][key]


def own():
    return {"Authorization": f"Bearer {living('customer', '/v1/account/details', new_customer)}"}


def mailed(path):
    email = call("GET", "/v1/account/details", own())["data"]["email"]
    call("POST", path, VISITOR, email=email)
    return mail_token(email)


def new_address():
    place = {"line1": "7 Harbour Row", "city": "Whitby", "postcode": "YO21 3PU", "country": "GB"}
    return call("POST", "/v1/account/addresses", own(), **place)["data"]["id"]


def new_key(path, **more):
    return call("POST", path, ADMIN, name="Spare", **more)["data"]["id"]


def new_thing(kind, **more):
    return call("POST", f"/admin/v1/{kind}", ADMIN, name=f"Thing {next(numbers)}", **more)["data"]["id"]


def new_review():
    call("POST", f"/v1/products/{new_thing('products', price=100)}/reviews", own(), rating=5, title="Good")
    return first("/admin/v1/reviews", ADMIN)


def new_unverified():
    email = f"person-{next(numbers)}@post.example"
    person = {"firstName": "Ada", "lastName": "Quill", "email": email, "password": PASSWORD}
    call("POST", "/v1/account/register", VISITOR, **person)
    return mail_token(email)


def new_discount(**more):
    return new_thing("discounts", type="percent", value=10, **more)


def new_tax_rate():
    """A rate for a class that no other call has named."""
    return new_thing("tax-rates", country="FR", taxClass=f"class-{next(numbers)}", rate=2000)


def new_content(kind, **body):
    return call("POST", f"/admin/v1/{kind}", ADMIN, **body)["data"]


def new_entry(kind):
    entry = new_content(kind, title="Page", slug=f"page-{next(numbers)}", status="published")
    newest[kind] = entry["id"]
    return entry


def revision_of(kind):
    return first(f"/admin/v1/{kind}/{newest[kind]}/revisions", ADMIN)


# A revision belongs to the page or post that the same request names.
newest = {}


def new_thread():
    call("POST", "/v1/messages", own(), message="Where is my box?")
    return call("GET", "/v1/account/messages", own())["data"][0]["id"]


def new_subscriber():
    email = f"reader-{next(numbers)}@post.example"
    return call("POST", "/admin/v1/newsletter/subscribers", ADMIN, email=email)["data"]["id"]


def newsletter_token():
    email = f"reader-{next(numbers)}@post.example"
    call("POST", "/v1/newsletter", VISITOR, email=email)
    return email, mail_token(email)


def unsubscribe_token():
    email, token = newsletter_token()
    call("POST", "/v1/newsletter/confirm", VISITOR, token=token)
    for mail in call("GET", "/admin/v1/outbox?perPage=100", ADMIN)["data"]:
        if mail["to"] == email and mail["template"] == "newsletter_welcome":
            return mail["links"][0].rsplit("/", 1)[1]
    raise LookupError(f"no welcome to {email}")


def webhook_url():
    """An address for an endpoint; old ones make room for it, for a shop has no more than twenty."""
    forget_webhooks(10)
    # Where nobody listens, which is known at once; a name is looked up, and that can take seconds.
    return f"http://127.0.0.1:9/hook-{next(numbers)}"


def forget_webhooks(kept):
    """Removes endpoints but for the youngest so many."""
    endpoints = call("GET", "/admin/v1/webhooks?perPage=100", ADMIN)["data"]
    for old in endpoints[: max(len(endpoints) - kept, 0)]:
        requests.delete(f"{SERVER}/admin/v1/webhooks/{old['id']}", headers=ADMIN, timeout=30)


def present_time():
    """What the clock shows. Moving it waits for every delivery that is due, also to addresses that were made up."""
    forget_webhooks(0)
    return call("GET", "/admin/v1/test-clock", ADMIN)["now"]


def new_webhook():
    return call("POST", "/admin/v1/webhooks", ADMIN, url=webhook_url())["data"]["id"]


def new_webhook_delivery():
    return call("POST", f"/admin/v1/webhooks/{new_webhook()}/ping", ADMIN)["data"]["id"]


def document():
    """A PDF that no other call has sent. Its bytes are all letters, for a schema knows no others."""
    return f"%PDF-1.7\n% {next(numbers)}\ntrailer\n%%EOF\n"


def picture():
    """A PNG of one pixel row, wider each time, so that no two are the same file."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    width = next(numbers) + 1
    head = struct.pack(">IIBBBBB", width, 1, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes(1 + width))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def new_media():
    answer = requests.post(
        SERVER + "/admin/v1/media", headers=ADMIN, files={"file": ("label.png", picture())}, timeout=30
    )
    answer.raise_for_status()
    return answer.json()["data"]["id"]


def new_cart(headers=VISITOR, **product):
    wine = new_thing("products", price=2499, **product)
    return call("POST", "/v1/carts", headers, items=[{"productId": wine}])["data"]["id"]


def leave_cart(who):
    current = call("GET", "/v1/carts/current", who)["data"]["id"]
    requests.delete(f"{SERVER}/v1/carts/{current}", headers=who, timeout=30).raise_for_status()


def new_order():
    event = {"startsAt": "2030-05-01T18:00:00Z", "place": "The cellar", "capacity": 100}
    who = own()
    leave_cart(who)
    cart = new_cart(who, productType="event", event=event)
    return call("POST", f"/v1/carts/{cart}/checkout", who, payment={"token": "tok_ok"})["data"]["order"]["id"]


def new_card():
    kept = call("POST", "/v1/account/payment-methods", own(), token="tok_ok")
    return kept["data"]["paymentMethod"]["id"]


def new_club():
    """A package in which the shop chooses."""
    return new_thing("products", price=4500, productType="subscription", subscriptionType="variable")


def new_subscription():
    who, club = own(), new_club()
    leave_cart(who)
    boxes = {"productId": club, "subscription": {"billingFrequency": 1}}
    cart = f"/v1/carts/{call('POST', '/v1/carts', who, items=[boxes])['data']['id']}"
    home = {"firstName": "Ada", "line1": "7 Harbour Row", "city": "Whitby", "postcode": "YO21 3PU", "country": "GB"}
    call("PUT", f"{cart}/addresses", who, shipping={**home, "lastName": "Quill"})
    call("PUT", f"{cart}/shipping-method", who, shippingMethodId=new_thing("shipping-methods", price=595))
    call("POST", f"{cart}/checkout", who, payment={"token": "tok_ok"})
    for joined in call("GET", "/v1/account/subscriptions", who)["data"]:
        if joined["productId"] == club:
            return joined["id"]
    raise LookupError("nobody joined")


def new_renewal():
    path = f"/v1/subscriptions/{new_subscription()}"
    call("POST", f"{path}/renew", own())
    return first(f"{path}/renewals", own())


def release():
    """What to put in the boxes of a package of its own, for a package has one release of each day."""
    return {
        "packageId": new_club(),
        "name": f"Box {next(numbers)}",
        "shipsFrom": "2030-01-01",
        "items": [{"productId": new_thing("products", price=100), "quantity": 2}],
    }


IDS = {
    "cartId": new_cart,
    "orderId": new_order,
    "paymentMethodId": new_card,
    "subscriptionId": new_subscription,
    "renewalId": new_renewal,
    "pageId": lambda: new_entry("pages")["id"],
    "postId": lambda: new_entry("posts")["id"],
    "menuId": lambda: new_content("menus", handle=f"menu-{next(numbers)}")["id"],
    "redirectId": lambda: new_content("redirects", **{"from": f"/old-{next(numbers)}", "to": "/new"})["id"],
    "handle": lambda: new_content("menus", handle=f"menu-{next(numbers)}")["handle"],
    "addressId": new_address,
    "sessionId": lambda: first("/v1/account/sessions", own()),
    "customerId": lambda: call("GET", "/v1/account/details", own())["data"]["id"],
    "threadId": new_thread,
    "subscriberId": new_subscriber,
    "name": lambda: "password_changed",
    "endpointId": new_webhook,
    "deliveryId": new_webhook_delivery,
    "mailId": lambda: first("/admin/v1/outbox", ADMIN),
    "mediaId": new_media,
    "staffId": lambda: first("/admin/v1/staff", ADMIN),
    "productId": lambda: new_thing("products", price=2499, quantity=1000),
    "collectionId": lambda: new_thing("collections"),
    "attributeId": lambda: new_thing("attributes"),
    "reviewId": new_review,
    "discountId": new_discount,
    "giftCardId": lambda: new_content("gift-cards", initialValue=5000)["id"],
    "shippingMethodId": lambda: new_thing("shipping-methods", price=595),
    "taxRateId": new_tax_rate,
    "releaseId": lambda: new_content("releases", **release())["id"],
    "tokenId": lambda: new_key("/admin/v1/tokens"),
    "keyId": lambda: new_key("/admin/v1/admin-keys", scopes=["customers:read"]),
}
BLOCKS = [
    {"type": "heading", "text": "Hello"},
    {"type": "richText", "markdown": "Some *words*."},
    {"type": "quote", "text": "Lovely."},
    {"type": "video", "url": "https://video.example/1"},
    {"type": "products", "products": ["estate-malbec"]},
    {"type": "form", "form": "contact"},
    {"type": "html", "html": "<p>Hello</p>"},
]
ITEMS = [{"label": "Home", "type": "url", "url": "/", "children": [{"label": "Mail", "type": "url", "url": "tel:1"}]}]
BODIES = {
    "POST /v1/carts/{cartId}/items": lambda: {"productId": new_thing("products", price=2499)},
    "PUT /v1/carts/{cartId}/customer": lambda: {"email": "ada@post.example", "firstName": "Ada"},
    "POST /v1/account/payment-methods": lambda: {"token": "tok_ok"},
    "POST /v1/account/login": lambda: {
        "email": call("GET", "/v1/account/details", own())["data"]["email"],
        "password": PASSWORD,
    },
    "POST /v1/account/verify": lambda: {"token": new_unverified()},
    "POST /v1/account/password/reset": lambda: {"token": mailed("/v1/account/password"), "password": PASSWORD},
    "PUT /v1/account/password": lambda: {"currentPassword": PASSWORD, "password": PASSWORD},
    "DELETE /v1/account": lambda: {"password": PASSWORD},
    "POST /admin/v1/staff/login": lambda: {
        "tenant": os.environ["SHOP_SLUG"],
        "email": "owner@post.example",
        "password": PASSWORD,
    },
    "PUT /admin/v1/staff/me/password": lambda: {"currentPassword": PASSWORD, "password": PASSWORD},
    "POST /admin/v1/staff": lambda: {
        "email": f"staff-{next(numbers)}@post.example",
        "name": "Olive",
        "role": "content",
        "password": PASSWORD,
    },
    "POST /admin/v1/pages": lambda: {"title": f"Page {next(numbers)}", "blocks": BLOCKS, "status": "published"},
    "PATCH /admin/v1/pages/{pageId}": lambda: {"blocks": BLOCKS, "excerpt": "Short."},
    "POST /admin/v1/posts": lambda: {"title": f"Post {next(numbers)}", "tags": ["Red"], "status": "published"},
    "PATCH /admin/v1/posts/{postId}": lambda: {"tags": ["Red", "Dry"], "category": "Journal"},
    "POST /admin/v1/menus": lambda: {"handle": f"menu-{next(numbers)}", "items": ITEMS},
    "PATCH /admin/v1/menus/{menuId}": lambda: {"items": ITEMS},
    "POST /admin/v1/redirects": lambda: {"from": f"/old-{next(numbers)}", "to": "/new"},
    "PATCH /admin/v1/redirects/{redirectId}": lambda: {"to": "https://elsewhere.example/"},
    "POST /admin/v1/products": lambda: {"name": f"Wine {next(numbers)}", "price": {"value": 2499, "currency": "GBP"}},
    "PATCH /admin/v1/products/{productId}": lambda: {"price": 1999, "quantity": 5},
    "POST /admin/v1/products/{productId}/stock": lambda: {"delta": 6, "reason": "A delivery"},
    "POST /admin/v1/collections": lambda: {"name": f"Choice {next(numbers)}"},
    "PUT /admin/v1/collections/{collectionId}/products": lambda: {"products": [new_thing("products", price=100)]},
    "POST /admin/v1/attributes": lambda: {"name": f"Property {next(numbers)}"},
    "POST /admin/v1/discounts": lambda: {
        "code": f"CODE-{next(numbers)}",
        "name": "Spring offer",
        "type": "amount",
        "value": {"value": 500, "currency": "GBP"},
        "productIds": [new_thing("products", price=100)],
        "collectionIds": [new_thing("collections")],
        "combinesWith": ["shipping"],
        "usageLimit": 10,
    },
    "PATCH /admin/v1/discounts/{discountId}": lambda: {"type": "free_shipping", "endsAt": "2100-01-01T00:00:00Z"},
    "POST /admin/v1/gift-cards": lambda: {"initialValue": 5000, "recipientName": "Ada Quill", "message": "Enjoy!"},
    "PATCH /admin/v1/gift-cards/{giftCardId}": lambda: {"status": "disabled", "note": "Lost"},
    "POST /admin/v1/gift-cards/{giftCardId}/adjust": lambda: {"delta": -500, "reason": "Paid out at the till"},
    "POST /admin/v1/shipping-methods": lambda: {
        "name": "Courier",
        "kind": "weight",
        "bands": [{"from": 0, "price": 595}, {"from": 10000, "price": 995}],
        "countries": ["GB"],
        "postcodePrefixes": ["BT"],
    },
    "PATCH /admin/v1/shipping-methods/{shippingMethodId}": lambda: {"price": 695, "freeAbove": 10000},
    "POST /admin/v1/tax-rates": lambda: {
        "name": "Tax",
        "country": "FR",
        "taxClass": f"class-{next(numbers)}",
        "rate": 2000,
    },
    "PATCH /admin/v1/tax-rates/{taxRateId}": lambda: {"rate": 1750},
    "PUT /admin/v1/rewards": lambda: {
        "pointsPerUnit": 1,
        "redeemPoints": 100,
        "redeemValue": 500,
        "tiers": [{"name": "Friend", "fromPoints": 0}, {"name": "Cellar", "fromPoints": 1000, "perks": ["Tastings"]}],
    },
    "PATCH /v1/subscriptions/{subscriptionId}": lambda: {"billingInterval": 1},
    "PATCH /admin/v1/subscriptions/{subscriptionId}": lambda: {"billingInterval": 1},
    "POST /v1/subscriptions/{subscriptionId}/cancel": lambda: {"at": "now", "reason": "Too much wine"},
    "POST /admin/v1/releases": release,
    "PUT /admin/v1/releases/{releaseId}": release,
    "POST /admin/v1/subscription-price-changes": lambda: {"packageId": new_club(), "price": 4900},
    "POST /admin/v1/webhooks": lambda: {"url": webhook_url(), "events": ["order.paid"]},
    "PATCH /admin/v1/webhooks/{endpointId}": lambda: {"description": "Books", "events": ["*"]},
    "POST /admin/v1/webhooks/{endpointId}/replay": lambda: {"since": "2024-10-07T12:00:00Z"},
    "POST /admin/v1/tokens": lambda: {"name": "Spare"},
    "POST /admin/v1/admin-keys": lambda: {"name": "Spare", "scopes": ["customers:read"]},
    "POST /v1/newsletter/confirm": lambda: {"token": newsletter_token()[1]},
    "POST /v1/newsletter/unsubscribe": lambda: {"token": unsubscribe_token()},
    "POST /admin/v1/newsletter/subscribers": lambda: {"email": f"reader-{next(numbers)}@post.example"},
    "PATCH /admin/v1/newsletter/subscribers/{subscriberId}": lambda: {"status": "unsubscribed"},
    "PATCH /admin/v1/messages/{threadId}": lambda: {"status": "closed", "assigneeId": None},
    "PATCH /admin/v1/mail-templates/{name}": lambda: {"subject": "{{ shop_name }}: hello {{ first_name }}"},
    "POST /admin/v1/mail-templates/{name}/preview": lambda: {"text": "Hello {{ first_name }}"},
    "POST /admin/v1/media": lambda: {"file": document(), "alt": "A label", "filename": "label.pdf"},
    "PATCH /admin/v1/settings": lambda: {"name": "Harbour Wines"},
    "POST /admin/v1/test-clock": lambda: {"now": present_time()},
}


@schemathesis.hook
def before_call(ctx, case, kwargs):
    meta = case.meta
    if meta is None or not meta.generation.mode.is_positive or next(numbers) % 2:
        return
    try:
        for name in list(case.path_parameters or {}):
            if name in IDS:
                case.path_parameters[name] = IDS[name]()
        kind = next((kind for kind in ("pages", "posts") if f"/{kind}/" in case.operation.path), None)
        if kind and "slug" in (case.path_parameters or {}):
            case.path_parameters["slug"] = new_entry(kind)["slug"]
        if kind and "revisionId" in (case.path_parameters or {}):
            case.path_parameters["revisionId"] = revision_of(kind)
        body = BODIES.get(f"{case.method.upper()} {case.operation.path}")
        if body is not None:
            case.body = body()
    except (LookupError, requests.RequestException):
        # The run has just taken away what was to be used; the request goes as it was made up.
        pass
