"""Signs Schemathesis in: gives each request the token that its operation asks for.

The run signs out, changes passwords and erases accounts on its way, so a token is tried before it is used, and a
new person comes when it is dead.
"""

import itertools
import os
import threading

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
