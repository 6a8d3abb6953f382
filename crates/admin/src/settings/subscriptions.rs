//! How a shop runs its subscriptions, as its settings show and take it.

use domain::tenants::{SubscriptionForm, SubscriptionSettings};
use marzipan_http::Patch;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{over, over_text};
use crate::fields::Filled;

/// How the shop runs its subscriptions.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SubscriptionsBody {
    /// Hours before a renewal after which its box can not be changed any more.
    editable_hours: i64,
    /// Days before a renewal at which its mail goes; 0 for none.
    reminder_days: i64,
    /// Days after a refused charge at which it is tried again.
    dunning_days: Vec<i64>,
    /// What follows the last try: `cancel` or `pause`.
    dunning_end: &'static str,
    /// What follows where a picked product is sold out: `replace` or `drop`.
    sold_out: &'static str,
    /// What follows where renewals were missed while the server was down: `once` or `each`.
    missed: &'static str,
    /// The fewest days between telling of a new price and its first charge.
    price_notice_days: i64,
}

impl From<&SubscriptionSettings> for SubscriptionsBody {
    fn from(settings: &SubscriptionSettings) -> Self {
        Self {
            editable_hours: settings.editable_hours,
            reminder_days: settings.reminder_days,
            dunning_days: settings.dunning_days.clone(),
            dunning_end: settings.dunning_end.as_str(),
            sold_out: settings.sold_out.as_str(),
            missed: settings.missed.as_str(),
            price_notice_days: settings.price_notice_days,
        }
    }
}

/// What to change of how the shop runs its subscriptions; what is left out stays.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SubscriptionsPatch {
    /// Null for 48.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 720)]
    editable_hours: Patch<i64>,
    /// Null for 5.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 30)]
    reminder_days: Patch<i64>,
    /// Null for 1, 3, 5 and 7.
    #[serde(default)]
    #[schema(value_type = Option<Vec<DunningDay>>, max_items = 8)]
    dunning_days: Patch<Vec<i64>>,
    /// Null for `cancel`.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^(cancel|pause)$")]
    dunning_end: Patch<Filled>,
    /// Null for `replace`.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^(replace|drop)$")]
    sold_out: Patch<Filled>,
    /// Null for `once`.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^(once|each)$")]
    missed: Patch<Filled>,
    /// Null for 30.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 365)]
    price_notice_days: Patch<i64>,
}

/// A day on which a refused charge is tried again.
#[derive(ToSchema)]
#[schema(example = 3, minimum = 1, maximum = 60)]
#[expect(dead_code, reason = "documents what the domain's settings read")]
pub(crate) struct DunningDay(i64);

impl SubscriptionsPatch {
    pub(super) fn write_over(&self, form: &mut SubscriptionForm) {
        let Self {
            editable_hours,
            reminder_days,
            dunning_days,
            dunning_end,
            sold_out,
            missed,
            price_notice_days,
        } = self;
        over(editable_hours, &mut form.editable_hours);
        over(reminder_days, &mut form.reminder_days);
        over(dunning_days, &mut form.dunning_days);
        over_text(dunning_end, &mut form.dunning_end);
        over_text(sold_out, &mut form.sold_out);
        over_text(missed, &mut form.missed);
        over(price_notice_days, &mut form.price_notice_days);
    }
}
