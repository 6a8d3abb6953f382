//! `marzipan renewals`: what is to be charged. Rule: nothing is changed by looking, and nobody's name or address is printed.

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::Result;
use commerce::subscriptions::{ComingCharge, coming_charges};
use commerce::{Shop, tenants};
use domain::money::Money;
use domain::reports::{PeriodForm, Usual};
use domain::tenants::{Currency, TimeZoneName};
use serde::Serialize;

use super::tenant::told;
use super::{Printer, refused};
use crate::settings::Settings;
use crate::wiring;

/// Prints what falls due from today until a day, as it is computed; then what each day comes to.
pub(crate) async fn preview(settings: &Settings, slug: &str, until: String, printer: Printer) -> Result<()> {
    let commerce = wiring::open_for_command(settings).await?;
    let shop = tenants::find(&commerce, slug).await.map_err(told)?;
    let form = PeriodForm { until: Some(until), ..PeriodForm::default() };
    let period =
        form.parse_or(Usual::Coming, shop.now, &shop.settings.timezone).map_err(|fields| refused(&fields))?;
    let mut listing = Listing::new(&shop, printer.is_json(), std::io::stdout());
    coming_charges(&commerce, &shop, &period, |charge| listing.charge(&charge)).await?;
    listing.finish()
}

/// Charges, and what they come to in minor units.
#[derive(Clone, Copy, Default, Serialize)]
struct Sum {
    count: u64,
    amount: i64,
}

impl Sum {
    fn add(&mut self, amount: i64) {
        self.count += 1;
        self.amount = self.amount.saturating_add(amount);
    }

    fn words(self, currency: Currency) -> String {
        let things = if self.count == 1 { "renewal" } else { "renewals" };
        format!("{} {things}, {}", self.count, told_money(self.amount, currency))
    }
}

/// A renewal as a line of JSON.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Renewal<'a> {
    day: String,
    due_at: domain::time::Timestamp,
    customer_id: domain::ids::CustomerId,
    subscription_id: domain::ids::SubscriptionId,
    package_id: domain::ids::ProductId,
    package: &'a str,
    amount: i64,
    currency: &'static str,
    prepaid: bool,
}

/// Lines as they come, and what is summed up beside them: no more than the days of a year.
struct Listing<W> {
    out: W,
    json: bool,
    currency: Currency,
    zone: TimeZoneName,
    days: BTreeMap<String, Sum>,
    total: Sum,
}

impl<W: Write> Listing<W> {
    fn new(shop: &Shop, json: bool, out: W) -> Self {
        Self::of(shop.settings.currency, shop.settings.timezone.clone(), json, out)
    }

    fn of(currency: Currency, zone: TimeZoneName, json: bool, out: W) -> Self {
        Self { out, json, currency, zone, days: BTreeMap::new(), total: Sum::default() }
    }

    fn charge(&mut self, charge: &ComingCharge) -> Result<()> {
        let day = self.zone.date_at(charge.due_at).to_string();
        self.days.entry(day.clone()).or_default().add(charge.amount);
        self.total.add(charge.amount);
        if self.json {
            let renewal = Renewal {
                day,
                due_at: charge.due_at,
                customer_id: charge.customer_id,
                subscription_id: charge.subscription_id,
                package_id: charge.package_id,
                package: &charge.package_name,
                amount: charge.amount,
                currency: self.currency.as_str(),
                prepaid: charge.is_prepaid,
            };
            return self.line(&serde_json::json!({ "renewal": renewal }).to_string());
        }
        let paid = if charge.is_prepaid { "  (paid already)" } else { "" };
        let amount = told_money(charge.amount, self.currency);
        // A name could have a line break in it.
        let package = super::one_line(&charge.package_name);
        self.line(&format!("{day}  {}  {amount:>14}  {package}{paid}", charge.customer_id))
    }

    fn finish(mut self) -> Result<()> {
        let (days, total) = (std::mem::take(&mut self.days), self.total);
        if self.json {
            let totals = serde_json::json!({
                "days": days, "count": total.count, "amount": total.amount, "currency": self.currency.as_str(),
            });
            self.line(&serde_json::json!({ "totals": totals }).to_string())?;
        } else if days.is_empty() {
            self.line("No renewal falls due.")?;
        } else {
            self.line("")?;
            for (day, sum) in &days {
                let words = sum.words(self.currency);
                self.line(&format!("{day}  {words}"))?;
            }
            self.line(&format!("In all: {}", total.words(self.currency)))?;
        }
        Ok(self.out.flush()?)
    }

    fn line(&mut self, text: &str) -> Result<()> {
        Ok(writeln!(self.out, "{text}")?)
    }
}

fn told_money(minor: i64, currency: Currency) -> String {
    format!("{} {}", Money::new(minor, currency).decimal(), currency.as_str())
}

#[cfg(test)]
mod tests {
    use domain::time::Timestamp;

    use super::*;

    const ID: &str = "0192f0a0-7c11-7abc-8def-0123456789ab";

    fn charge(due_at: &str, amount: i64, is_prepaid: bool) -> ComingCharge {
        ComingCharge {
            subscription_id: ID.parse().expect("an id"),
            customer_id: ID.parse().expect("an id"),
            package_id: ID.parse().expect("an id"),
            package_name: "Cellar club".to_owned(),
            due_at: Timestamp::parse(due_at).expect("a time"),
            amount,
            is_prepaid,
        }
    }

    fn listed(json: bool, charges: &[ComingCharge]) -> String {
        let currency = Currency::parse("GBP").expect("a currency");
        let zone = TimeZoneName::parse("Europe/London").expect("a zone");
        let mut out = Vec::new();
        let mut listing = Listing::of(currency, zone, json, &mut out);
        for charge in charges {
            listing.charge(charge).expect("written");
        }
        listing.finish().expect("written");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn each_renewal_is_a_line_and_each_day_a_sum() {
        // 23:30 in summer is the next day in London.
        let charges = [
            charge("2026-07-01T23:30:00Z", 2895, false),
            charge("2026-07-02T09:00:00Z", 0, true),
            charge("2026-08-02T09:00:00Z", 100_000, false),
        ];
        assert_eq!(
            listed(false, &charges),
            format!(
                "2026-07-02  {ID}       28.95 GBP  Cellar club\n\
                 2026-07-02  {ID}        0.00 GBP  Cellar club  (paid already)\n\
                 2026-08-02  {ID}     1000.00 GBP  Cellar club\n\
                 \n\
                 2026-07-02  2 renewals, 28.95 GBP\n\
                 2026-08-02  1 renewal, 1000.00 GBP\n\
                 In all: 3 renewals, 1028.95 GBP\n"
            )
        );
        assert_eq!(listed(false, &[]), "No renewal falls due.\n");
    }

    #[test]
    fn for_programs_each_line_is_json() {
        let printed = listed(true, &[charge("2026-07-01T23:30:00Z", 2895, false)]);
        let lines: Vec<serde_json::Value> =
            printed.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        assert_eq!(
            lines,
            [
                serde_json::json!({ "renewal": {
                    "day": "2026-07-02", "dueAt": "2026-07-01T23:30:00.000000Z", "customerId": ID,
                    "subscriptionId": ID, "packageId": ID, "package": "Cellar club", "amount": 2895,
                    "currency": "GBP", "prepaid": false,
                } }),
                serde_json::json!({ "totals": {
                    "days": { "2026-07-02": { "count": 1, "amount": 2895 } }, "count": 1, "amount": 2895,
                    "currency": "GBP",
                } }),
            ]
        );
    }
}
