//! How a shop runs its subscriptions. Rule: a shop that says nothing gives its customers two days' notice to nobody's harm: boxes
//! can be changed until then, a refused card is tried for a week, and nothing is charged twice for time that was missed.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::checkout::within;
use crate::fields::Fields;
use crate::words::words;

const EDITABLE_HOURS: i64 = 48;
const REMINDER_DAYS: i64 = 5;
const DUNNING_DAYS: [i64; 4] = [1, 3, 5, 7];
const PRICE_NOTICE_DAYS: i64 = 30;
const MOST_TRIES: usize = 8;
const LAST_TRY_DAY: i64 = 60;

words! {
    /// What becomes of a subscription that was not paid in time.
    DunningEnd {
        /// It is cancelled.
        Cancel = "cancel",
        /// It is paused, and can be resumed.
        Pause = "pause",
    }

    /// What becomes of what a customer picked and is sold out.
    SoldOutRule {
        /// Another of the package's pool takes its place.
        Replace = "replace",
        /// It is left out.
        Drop = "drop",
    }

    /// What becomes of renewals that fell due while the server was down.
    MissedRule {
        /// One is made for all of them, and the dates go on from there.
        Once = "once",
        /// Each is made.
        Each = "each",
    }
}

/// The settings of subscriptions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionSettings {
    /// Hours before a renewal after which its box can not be changed any more.
    pub editable_hours: i64,
    /// Days before a renewal at which its mail goes; none for 0.
    pub reminder_days: i64,
    /// Days after a refused charge at which it is tried again, ascending.
    pub dunning_days: Vec<i64>,
    /// What follows the last try.
    pub dunning_end: DunningEnd,
    /// What follows where a picked product is sold out.
    pub sold_out: SoldOutRule,
    /// What follows where the server was down.
    pub missed: MissedRule,
    /// The fewest days between telling of a new price and its first charge.
    pub price_notice_days: i64,
}

impl SubscriptionSettings {
    /// How long before a renewal its box can not be changed any more.
    #[must_use]
    pub fn edit_window(&self) -> Duration {
        Duration::from_hours(self.editable_hours.unsigned_abs())
    }

    /// The settings as a form that [`SubscriptionForm::parse`] reads back.
    #[must_use]
    pub fn to_form(&self) -> SubscriptionForm {
        SubscriptionForm {
            editable_hours: Some(self.editable_hours),
            reminder_days: Some(self.reminder_days),
            dunning_days: Some(self.dunning_days.clone()),
            dunning_end: Some(self.dunning_end.to_string()),
            sold_out: Some(self.sold_out.to_string()),
            missed: Some(self.missed.to_string()),
            price_notice_days: Some(self.price_notice_days),
        }
    }
}

/// The settings as they are typed or stored; what is left out is as in a new shop.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "the fields are those of SubscriptionSettings")]
pub struct SubscriptionForm {
    pub editable_hours: Option<i64>,
    pub reminder_days: Option<i64>,
    pub dunning_days: Option<Vec<i64>>,
    pub dunning_end: Option<String>,
    pub sold_out: Option<String>,
    pub missed: Option<String>,
    pub price_notice_days: Option<i64>,
}

impl SubscriptionForm {
    /// Checks every field; `None` where one is refused.
    pub(super) fn parse(self, fields: &mut Fields) -> Option<SubscriptionSettings> {
        let mut number = |name: &str, given: Option<i64>, usual: i64, most: i64| {
            fields.take(&format!("subscriptions.{name}"), within(given.unwrap_or(usual), 0, most))
        };
        let editable_hours = number("editableHours", self.editable_hours, EDITABLE_HOURS, 720);
        let reminder_days = number("reminderDays", self.reminder_days, REMINDER_DAYS, 30);
        let price_notice_days = number("priceNoticeDays", self.price_notice_days, PRICE_NOTICE_DAYS, 365);
        let mut dunning_days = self.dunning_days.unwrap_or_else(|| DUNNING_DAYS.to_vec());
        let is_within = dunning_days.iter().all(|day| (1..=LAST_TRY_DAY).contains(day));
        if is_within && dunning_days.len() <= MOST_TRIES {
            dunning_days.sort_unstable();
            dunning_days.dedup();
        } else {
            fields.refuse("subscriptions.dunningDays", "Must be up to 8 days from 1 to 60.");
        }
        let end = self.dunning_end.as_deref().map_or(Ok(DunningEnd::Cancel), DunningEnd::parse);
        let dunning_end = fields.take("subscriptions.dunningEnd", end);
        let sold_out = self.sold_out.as_deref().map_or(Ok(SoldOutRule::Replace), SoldOutRule::parse);
        let sold_out = fields.take("subscriptions.soldOut", sold_out);
        let missed = self.missed.as_deref().map_or(Ok(MissedRule::Once), MissedRule::parse);
        let missed = fields.take("subscriptions.missed", missed);
        Some(SubscriptionSettings {
            editable_hours: editable_hours?,
            reminder_days: reminder_days?,
            dunning_days,
            dunning_end: dunning_end?,
            sold_out: sold_out?,
            missed: missed?,
            price_notice_days: price_notice_days?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(form: SubscriptionForm) -> Result<SubscriptionSettings, Vec<String>> {
        let mut fields = Fields::default();
        let settings = form.parse(&mut fields);
        match fields.finish() {
            Ok(()) => Ok(settings.expect("settings where nothing is refused")),
            Err(errors) => Err(errors.iter().map(|(path, _)| path.to_owned()).collect()),
        }
    }

    #[test]
    fn a_shop_that_says_nothing_has_the_usual() {
        let settings = parsed(SubscriptionForm::default()).expect("settings");
        assert_eq!(settings.dunning_days, DUNNING_DAYS);
        assert_eq!(settings.edit_window(), Duration::from_hours(48));
        assert_eq!(parsed(settings.to_form()), Ok(settings));
    }

    #[test]
    fn every_bad_field_is_named() {
        let form = SubscriptionForm {
            editable_hours: Some(-1),
            reminder_days: Some(31),
            dunning_days: Some(vec![0]),
            dunning_end: Some("shout".to_owned()),
            sold_out: Some(String::new()),
            missed: Some("never".to_owned()),
            price_notice_days: Some(366),
        };
        let names = [
            "dunningDays",
            "dunningEnd",
            "editableHours",
            "missed",
            "priceNoticeDays",
            "reminderDays",
            "soldOut",
        ];
        assert_eq!(parsed(form), Err(names.map(|name| format!("subscriptions.{name}")).to_vec()));
    }

    #[test]
    fn days_of_dunning_come_in_order() {
        let form = SubscriptionForm { dunning_days: Some(vec![7, 1, 7, 3]), ..SubscriptionForm::default() };
        assert_eq!(parsed(form).map(|settings| settings.dunning_days), Ok(vec![1, 3, 7]));
    }
}
