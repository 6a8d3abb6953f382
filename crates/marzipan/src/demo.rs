//! `marzipan demo`: a sample shop with nothing set up.
//!
//! Rule: it is filled through the same use cases as any shop, and every step can be done again, so that a start that was
//! cut off is finished by the next one, and a second start keeps everything.

mod catalogue;
mod pictures;
mod stock;

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use anyhow::{Context as _, Result, anyhow};
use commerce::accounts::{self, Client, Register};
use commerce::audit::Actor;
use commerce::payments::{self, ProviderForm};
use commerce::staff::{self, Administrator, NewMember, StaffError};
use commerce::tenants::{self, NewKey, NewShop, Opened, TenantError};
use commerce::{Commerce, Shop, mails};
use domain::accounts::{DeviceName, Email, Marketing, PasswordText, PersonName};
use domain::fields::Invalid;
use domain::tenants::{
    Currency, Origin, Role, ScopeSet, Settings as ShopSettings, ShopName, Slug, TimeZoneName,
};
use serde::{Deserialize, Serialize};

use crate::cli::Part;
use crate::commands::Printer;
use crate::commands::admin::make_password;
use crate::files::{Taken, private_folder, write_private};
use crate::serve;
use crate::settings::Settings;
use crate::wiring::Purpose;

const SLUG: &str = "demo";
const SHOP: &str = "Hollow Lane Cellars";
const CUSTOMER: &str = "shopper@example.com";
const OWNER: &str = "owner@example.com";
/// The wine that the printed lines buy.
const BOUGHT: &str = "hollow-lane-chardonnay-2022";
/// The club that the printed lines join, and the bottles that they pick: two for the first box, one for the next.
const CLUB: &str = "the-pick-and-mix-case";
const PICKED: [&str; 3] =
    ["tres-acequias-malbec-2021", "les-trois-peupliers-chinon-2021", "tui-bend-sauvignon-blanc-2024"];
/// Where front ends are usually developed.
const PORTS: [u16; 5] = [3000, 4173, 5173, 8000, 8080];

/// `marzipan demo`.
pub(crate) async fn run(settings: &Settings, printer: Printer) -> Result<()> {
    let (commerce, listener) =
        serve::open(settings, Purpose::Serve { migrate: true, keep_mail: true }).await?;
    let keys = ready(settings, &commerce).await?;
    let shown = Shown::of(&keys, &serve::At::of(&commerce, &listener)?);
    printer.say(&shown, shown.words(settings))?;
    serve::serve(settings, commerce, listener, Part::All).await
}

/// What opens the sample shop: made at the first start and kept beside its database.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Keys {
    customer_password: String,
    owner_password: String,
    #[serde(flatten)]
    shop: Option<ShopKeys>,
    /// Whether the sample people are in the shop.
    peopled: bool,
    /// Whether its wines are, and how they are sold; not so in a demo of a release that sold nothing.
    #[serde(default)]
    sells: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ShopKeys {
    tenant_id: String,
    storefront_token: String,
    admin_key: String,
}

impl Keys {
    fn file(settings: &Settings) -> PathBuf {
        settings.data_dir.join("demo.json")
    }

    fn load(settings: &Settings) -> Result<Self> {
        let file = Self::file(settings);
        match fs::read(&file) {
            Ok(text) => serde_json::from_slice(&text).with_context(|| {
                format!("{} is damaged: remove it, and the demo issues new keys", file.display())
            }),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Self {
                customer_password: make_password(),
                owner_password: make_password(),
                shop: None,
                peopled: false,
                sells: false,
            }),
            Err(error) => Err(error).with_context(|| format!("{} can not be read", file.display())),
        }
    }

    fn save(&self, settings: &Settings) -> Result<()> {
        private_folder(&settings.data_dir)?;
        let text = serde_json::to_vec_pretty(self)?;
        write_private(&Self::file(settings), Taken::Replace, |out| Ok(out.write_all(&text)?))
    }
}

/// Finishes what is missing of the sample shop.
async fn ready(settings: &Settings, commerce: &Commerce) -> Result<ReadyKeys> {
    let mut keys = Keys::load(settings)?;
    // Kept before they are used: a password that is in the database and nowhere else would be lost.
    keys.save(settings)?;
    let found = match tenants::find(commerce, SLUG).await {
        Ok(shop) => Some(shop),
        Err(TenantError::NoSuchShop(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let (shop, shop_keys) = match (found, keys.shop.take()) {
        (Some(shop), Some(known)) if known.tenant_id == shop.id.to_string() => (shop, known),
        (Some(shop), _) => issue(commerce, shop).await?,
        (None, _) => {
            (keys.peopled, keys.sells) = (false, false);
            open(commerce).await?
        }
    };
    keys.shop = Some(shop_keys.clone());
    keys.save(settings)?;
    if !keys.peopled {
        add_customer(commerce, &shop, &keys.customer_password).await?;
        add_owner(commerce, &shop, &keys.owner_password).await?;
        keys.peopled = true;
        keys.save(settings)?;
    }
    if !keys.sells {
        stock::fill(commerce, &shop).await?;
        pay_in_the_sandbox(commerce, &shop).await?;
        keys.sells = true;
        keys.save(settings)?;
    }
    let Keys { customer_password, owner_password, .. } = keys;
    Ok(ReadyKeys { customer_password, owner_password, shop: shop_keys })
}

/// As [`Keys`], with nothing missing.
struct ReadyKeys {
    customer_password: String,
    owner_password: String,
    shop: ShopKeys,
}

async fn open(commerce: &Commerce) -> Result<(Shop, ShopKeys)> {
    let new = NewShop {
        slug: sample(Slug::parse(SLUG))?,
        settings: shop_settings()?,
        test_mode: false,
        clock_at: None,
    };
    let Opened { shop, storefront_token, admin_key } = tenants::open(commerce, new).await?;
    let keys = ShopKeys { tenant_id: shop.id.to_string(), storefront_token, admin_key };
    Ok((shop, keys))
}

fn shop_settings() -> Result<ShopSettings> {
    let mut settings = ShopSettings::new(
        sample(ShopName::parse(SHOP))?,
        sample(Currency::parse("GBP"))?,
        sample(TimeZoneName::parse("Europe/London"))?,
    );
    settings.contact_email = Some(sample(Email::parse("cellar@example.com"))?);
    let pages = ["localhost", "127.0.0.1"].into_iter().flat_map(|host| {
        let with_ports = PORTS.map(|port| format!("http://{host}:{port}"));
        with_ports.into_iter().chain([format!("http://{host}")])
    });
    let origins: Result<Vec<Origin>, Invalid> = pages.map(|page| Origin::parse(&page)).collect();
    settings.allowed_origins = sample(origins)?;
    settings.return_origins.clone_from(&settings.allowed_origins);
    Ok(settings)
}

/// The shop is there and its keys are lost: secrets are shown once, so there must be new ones.
async fn issue(commerce: &Commerce, shop: Shop) -> Result<(Shop, ShopKeys)> {
    let name = "issued by the demo".to_owned();
    let new = NewKey { name: name.clone(), expires_at: None };
    let (_, storefront_token) =
        tenants::issue_storefront_token(commerce, &shop, Actor::CommandLine, new).await?;
    let by = Administrator::at_the_command_line(shop.clone());
    let (_, admin_key) = tenants::issue_admin_key(commerce, &by, name, ScopeSet::All).await?;
    let keys = ShopKeys { tenant_id: shop.id.to_string(), storefront_token, admin_key };
    Ok((shop, keys))
}

/// Registers the sample customer and follows the mail that comes of it.
async fn add_customer(commerce: &Commerce, shop: &Shop, password: &str) -> Result<()> {
    let form = Register {
        first_name: sample(PersonName::parse("Sample"))?,
        last_name: sample(PersonName::parse("Shopper"))?,
        email: sample(Email::parse(CUSTOMER))?,
        password: sample(PasswordText::parse_new(password.to_owned()))?,
        phone: None,
        marketing: Marketing::default(),
        date_of_birth: None,
        return_url: None,
    };
    accounts::register(commerce, shop, form).await?;
    let (outbox, _) = mails::list(commerce, shop, 0, 20).await?;
    let mail = outbox.iter().find(|mail| mail.to == CUSTOMER);
    // To a customer who is verified already goes another letter.
    let Some(mail) = mail.filter(|mail| mail.template == "verify_email") else { return Ok(()) };
    let token =
        mail_token(&mail.text).ok_or_else(|| anyhow!("the letter to {CUSTOMER} has no token in it"))?;
    let client = Client { ip: IpAddr::V4(Ipv4Addr::LOCALHOST), device: DeviceName::parse("marzipan demo") };
    let session = accounts::verify(commerce, shop, token.to_owned(), client).await?;
    // Verifying signs in; nobody holds that token.
    accounts::log_out(commerce, &session.token).await?;
    Ok(())
}

fn mail_token(text: &str) -> Option<&str> {
    let start = text.find("mzm_")?;
    let rest = &text[start..];
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-').unwrap_or(rest.len());
    Some(&rest[..end])
}

/// The sample shop's clock is the world's, so it is no test-mode shop, which would have this from the start.
async fn pay_in_the_sandbox(commerce: &Commerce, shop: &Shop) -> Result<()> {
    let form = ProviderForm {
        provider: Some("sandbox".to_owned()),
        secret_key: None,
        webhook_secret: None,
        publishable_key: None,
        base_url: None,
    };
    payments::set_provider_account(commerce, shop, Actor::CommandLine, None, form).await?;
    Ok(())
}

async fn add_owner(commerce: &Commerce, shop: &Shop, password: &str) -> Result<()> {
    let owner = NewMember {
        name: sample(PersonName::parse("Sample Owner"))?,
        email: sample(Email::parse(OWNER))?,
        password: sample(PasswordText::parse_new(password.to_owned()))?,
        role: Role::Owner,
    };
    match staff::add(commerce, shop, None, owner).await {
        Ok(_) | Err(StaffError::EmailTaken) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn sample<T>(parsed: Result<T, Invalid>) -> Result<T> {
    parsed.context("a value of the sample shop")
}

/// What is printed.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    address: String,
    storefront_api: String,
    admin_api: String,
    docs: String,
    tenant: &'static str,
    tenant_id: String,
    storefront_token: String,
    admin_key: String,
    customer: SignIn,
    owner: SignIn,
    /// Lines that show what the shop sells, and find in it.
    browse: [String; 2],
    /// Lines that buy something as a guest.
    buy: [String; 6],
    /// Lines that sign in, look, and sign out.
    curl: [String; 3],
    /// Lines that join a club, for a customer who is signed in, and mend a card that fails.
    join: [String; 12],
}

#[derive(Serialize)]
struct SignIn {
    email: &'static str,
    password: String,
}

/// Takes the first id out of an answer.
const FIRST_ID: &str = "grep -o '\"id\":\"[^\"]*' | head -1 | cut -d'\"' -f4";

/// From an empty cart to a paid order: a helper, then a line for each step.
fn buying(url: &str, visitor: &str) -> [String; 6] {
    let item = serde_json::json!({ "items": [{ "productId": BOUGHT, "quantity": 2 }] });
    let who = serde_json::json!({ "email": "guest@example.com", "firstName": "Sample", "lastName": "Guest" });
    let address = home();
    let payment = serde_json::json!({ "payment": { "provider": "sandbox", "token": "tok_ok" } });
    [
        format!(
            "shop() {{ curl -s -X \"$1\" \"{url}/v1/carts$2\" {visitor} -H 'Content-Type: application/json' -d \"$3\"; }}"
        ),
        format!("CART=$(shop POST '' '{item}' | {FIRST_ID})"),
        format!("shop PUT \"/$CART/customer\" '{who}'"),
        format!("shop PUT \"/$CART/addresses\" '{address}'"),
        format!(
            "shop PUT \"/$CART/shipping-method\" \"{{\\\"shippingMethodId\\\": \\\"$(shop GET \"/$CART/shipping-methods\" | {FIRST_ID})\\\"}}\""
        ),
        format!("shop POST \"/$CART/checkout\" '{payment}'"),
    ]
}

fn home() -> serde_json::Value {
    serde_json::json!({ "shipping": {
        "firstName": "Sample", "lastName": "Guest",
        "line1": "12 Orchard Lane", "city": "Bath", "postcode": "BA1 1AA", "country": "GB",
    } })
}

/// From an empty cart to a club whose next box was changed and one skipped, and a card that failed and was mended.
fn joining(url: &str, admin_key: &str) -> [String; 12] {
    let [one, other, third] = PICKED;
    let boxes = serde_json::json!({ "items": [{ "productId": CLUB, "subscription": {
        "billingFrequency": 1,
        "items": [{ "productId": one, "quantity": 3 }, { "productId": other, "quantity": 3 }],
    } }] });
    let address = home();
    let payment = serde_json::json!({ "payment": { "token": "tok_ok_then_declined" } });
    let changed = serde_json::json!({ "items": [{ "productId": third, "quantity": 6 }] });
    let card = serde_json::json!({ "token": "tok_ok" });
    [
        format!(
            "me() {{ curl -s -X \"$1\" \"{url}/v1/$2\" -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json' -d \"$3\"; }}"
        ),
        format!("CART=$(me POST carts '{boxes}' | {FIRST_ID})"),
        format!("me PUT \"carts/$CART/addresses\" '{address}'"),
        format!(
            "me PUT \"carts/$CART/shipping-method\" \"{{\\\"shippingMethodId\\\": \\\"$(me GET \"carts/$CART/shipping-methods\" | {FIRST_ID})\\\"}}\""
        ),
        format!("me POST \"carts/$CART/checkout\" '{payment}'"),
        format!("CLUB=$(me GET account/subscriptions | {FIRST_ID})"),
        format!("me PUT \"subscriptions/$CLUB/items\" '{changed}'"),
        "me POST \"subscriptions/$CLUB/skip\"".to_owned(),
        format!(
            "curl -s -X POST \"{url}/admin/v1/subscriptions/$CLUB/renew\" -H 'Authorization: Bearer {admin_key}' -H 'Content-Type: application/json' -d '{{}}'"
        ),
        format!("CARD=$(me POST account/payment-methods '{card}' | {FIRST_ID})"),
        "me PATCH \"subscriptions/$CLUB\" \"{\\\"paymentMethodId\\\": \\\"$CARD\\\"}\"".to_owned(),
        "sleep 1; me GET \"subscriptions/$CLUB/renewals\"".to_owned(),
    ]
}

impl Shown {
    fn of(keys: &ReadyKeys, at: &serve::At) -> Self {
        let url = at.public_url.as_str().trim_end_matches('/');
        let ShopKeys { tenant_id, storefront_token, admin_key } = keys.shop.clone();
        let account = format!("{url}/v1/account");
        let visitor = format!("-H 'Authorization: Bearer {storefront_token}'");
        let browse = [
            format!(
                "curl -sg '{url}/v1/products?collection=reds&attr[country]=France,Italy&sort=price' {visitor}"
            ),
            // A slip of the pen on purpose.
            format!("curl -s '{url}/v1/search?query=chardonay' {visitor}"),
        ];
        let (buy, join) = (buying(url, &visitor), joining(url, &admin_key));
        let sign_in = serde_json::json!({ "email": CUSTOMER, "password": keys.customer_password });
        let curl = [
            format!(
                "TOKEN=$(curl -s {account}/login -H 'Authorization: Bearer {storefront_token}' \
                 -H 'Content-Type: application/json' -d '{sign_in}' | grep -o 'mza_[^\"]*')"
            ),
            format!("curl -s {account}/details -H \"Authorization: Bearer $TOKEN\""),
            format!(
                "curl -s -X POST {account}/logout -H \"Authorization: Bearer $TOKEN\" -w 'signed out: %{{http_code}}\\n'"
            ),
        ];
        Self {
            address: at.address.to_string(),
            storefront_api: format!("{url}/v1"),
            admin_api: format!("{url}/admin/v1"),
            docs: format!("{url}/docs"),
            tenant: SLUG,
            tenant_id,
            storefront_token,
            admin_key,
            customer: SignIn { email: CUSTOMER, password: keys.customer_password.clone() },
            owner: SignIn { email: OWNER, password: keys.owner_password.clone() },
            browse,
            buy,
            join,
            curl,
        }
    }

    fn words(&self, settings: &Settings) -> String {
        let Self {
            storefront_api,
            admin_api,
            docs,
            storefront_token,
            admin_key,
            customer,
            owner,
            browse,
            buy,
            curl,
            join,
            ..
        } = self;
        let [products, search] = browse;
        let (buy, join) = (buy.join("\n"), join.join("\n"));
        let [login, details, logout] = curl;
        format!(
            "{SHOP}, a sample shop, is open.\n\n\
             Shop API          {storefront_api}\n\
             Admin API         {admin_api}\n\
             Reference         {docs}\n\n\
             Storefront token  {storefront_token}\n\
             Admin key         {admin_key}\n\
             Customer          {} with the password {}\n\
             Owner             {} with the password {} at the shop `{SLUG}`\n\n\
             Forty wines, two clubs and a journal; some red ones, and a search:\n\n\
             {products}\n{search}\n\n\
             Buy two bottles as a guest, with the sandbox's card that always pays (tok_declined does not, and\n\
             tok_authentication_required answers with a bank's page to open):\n\n\
             {buy}\n\n\
             Sign in and look, one line after the other:\n\n\
             {login}\n{details}\n\n\
             Join a club with six bottles of your own choice, choose others for the next box and skip one; the shop\n\
             sends one now: the card fails, another takes its place, and the box is paid:\n\n\
             {join}\n\n\
             Sign out:\n\n\
             {logout}\n\n\
             All of it is kept in {}; mail stays in the outbox ({admin_api}/outbox). Ctrl-C stops.",
            customer.email,
            customer.password,
            owner.email,
            owner.password,
            settings.data_dir.display(),
        )
    }
}
