//! What a customer, or the staff for them, can do with a subscription. Rule: what its status allows stands in one table, in
//! `domain`.

use domain::ids::{CustomerId, RenewalId, SubscriptionId};
use domain::subscriptions::{CancelAt, Command, RenewalStatus, SubscriptionStatus};
use domain::text;
use domain::time::Timestamp;
use domain::webhooks::EventKind;
use serde_json::json;
use store::subscriptions::renewals;
use store::subscriptions::{self as rows, SubscriptionRow};
use store::{StoreError, Tx};
use url::Url;

use super::beginning::{package_of, set_term};
use super::opening::{open, pass_over};
use super::paying::pay_now;
use super::schedule::{due_after, editable_until, realign, save, set_next, set_status, tell};
use super::view::SubscriptionView;
use super::{SubscriptionError, Who, mails, note, outcome, renewal_status_of, status_of};
use crate::audit::{self, Change as Audited};
use crate::{Commerce, Shop};

/// Who may give a command: who pays for a subscription may give all, who was given it those about its boxes.
pub(super) fn check_who(
    row: &SubscriptionRow,
    who: &Who,
    command: Option<Command>,
) -> Result<(), SubscriptionError> {
    let Who::Customer(customer) = who else { return Ok(()) };
    if row.customer_id == *customer {
        return Ok(());
    }
    if !is_recipient(row, *customer) {
        return Err(SubscriptionError::NotFound);
    }
    match command {
        None
        | Some(
            Command::Skip | Command::Pause | Command::Resume | Command::ChangeItems | Command::ChangeDelivery,
        ) => Ok(()),
        Some(_) => Err(SubscriptionError::Refused("Only who gave you this can do that.")),
    }
}

pub(super) fn is_recipient(row: &SubscriptionRow, customer: CustomerId) -> bool {
    row.recipient_id.as_deref() == Some(customer.uuid().as_bytes())
}

/// A subscription in the middle of a change.
pub(super) struct Changing<'a, 'c> {
    pub(super) commerce: &'a Commerce,
    pub(super) tx: &'a mut Tx<'c>,
    pub(super) shop: &'a Shop,
    pub(super) row: &'a mut SubscriptionRow,
    pub(super) who: &'a Who,
    /// What the command turns the status into.
    pub(super) next: SubscriptionStatus,
}

impl Changing<'_, '_> {
    pub(super) fn note(&mut self, kind: &str, data: serde_json::Value) -> Result<(), StoreError> {
        note(self.commerce, self.tx, self.shop, self.row, kind, self.who, data)
    }

    pub(super) fn tell(&mut self, kind: EventKind) -> Result<(), StoreError> {
        tell(self.commerce, self.tx, self.shop, self.row, kind)
    }

    /// The box of the next renewal can be changed until the shop begins to make it.
    pub(super) fn check_window(&self) -> Result<Timestamp, SubscriptionError> {
        let next = self.row.next_at.ok_or(SubscriptionError::Refused("No renewal is coming."))?;
        if self.shop.now > editable_until(self.shop, next) {
            return Err(SubscriptionError::WindowClosed);
        }
        Ok(next)
    }

    /// Takes the renewal back that is not paid; one that is being charged stands.
    fn withdraw_open(&mut self) -> Result<(), StoreError> {
        match renewals::open_of(self.tx, self.row.subscription_id)? {
            Some(renewal) => outcome::withdraw(self.commerce, self.tx, self.shop, self.row, renewal),
            None => Ok(()),
        }
    }
}

/// Runs one command in a transaction: finds the subscription for whoever asks, looks the command up in the table, does it, and
/// writes down who did it.
pub(super) async fn command<R: Send + 'static>(
    commerce: &Commerce,
    shop: &Shop,
    who: Who,
    id: SubscriptionId,
    if_version: Option<i64>,
    command: Command,
    act: impl Fn(&mut Changing<'_, '_>) -> Result<R, SubscriptionError> + Send + Sync + 'static,
) -> Result<(SubscriptionView, R), SubscriptionError> {
    let (handle, shop) = (commerce.clone(), shop.clone());
    let done = commerce
        .store()
        .write(shop.id, move |tx| {
            let mut row = rows::find(tx, id)?.ok_or(SubscriptionError::NotFound)?;
            check_who(&row, &who, Some(command))?;
            if if_version.is_some_and(|version| version != row.version) {
                return Err(SubscriptionError::Stale);
            }
            let before = row.clone();
            let status = status_of(&row)?;
            let Some(next) = status.after(command) else {
                return Err(SubscriptionError::Refused(status.refusal(command)));
            };
            let commerce = &handle;
            let result =
                act(&mut Changing { commerce, tx: &mut *tx, shop: &shop, row: &mut row, who: &who, next })?;
            save(&handle, tx, &shop, &mut row)?;
            if let Who::Staff(actor) = &who {
                let change = Audited {
                    action: "subscription.change",
                    target_kind: "subscription",
                    target_id: id.to_string(),
                    before: Some(super::event_data(&before)),
                    after: Some(super::event_data(&row)),
                };
                audit::record(&handle, tx, shop.now, actor, change)?;
            }
            Ok((SubscriptionView::read(&handle, tx, &shop, &row)?, result))
        })
        .await?;
    commerce.wake_jobs();
    Ok(done)
}

/// Leaves the next box out. The dates after it stay what they are.
pub async fn skip(
    commerce: &Commerce,
    shop: &Shop,
    who: Who,
    id: SubscriptionId,
) -> Result<SubscriptionView, SubscriptionError> {
    let done = command(commerce, shop, who, id, None, Command::Skip, |this| {
        if renewals::open_of(this.tx, this.row.subscription_id)?.is_some() {
            return Err(SubscriptionError::WindowClosed);
        }
        let next = this.check_window()?;
        pass_over(this.commerce, this.tx, this.shop, this.row, next, "asked", this.who)?;
        Ok(this.tell(EventKind::SubscriptionUpdated)?)
    });
    done.await.map(|(view, ())| view)
}

/// Pauses, until a day or until it is resumed. A renewal that was not charged yet is taken back.
pub async fn pause(
    commerce: &Commerce,
    shop: &Shop,
    who: Who,
    id: SubscriptionId,
    until: Option<String>,
) -> Result<SubscriptionView, SubscriptionError> {
    let until = text::filled(until.as_deref()).map(|day| pause_end(shop, day)).transpose()?;
    let done = command(commerce, shop, who, id, None, Command::Pause, move |this| {
        this.withdraw_open()?;
        set_status(this.tx, this.shop, this.row, this.next)?;
        this.row.paused_until = until;
        set_next(this.shop, this.row)?;
        this.note("paused", json!({ "until": until }))?;
        this.tell(EventKind::SubscriptionUpdated)?;
        Ok(mails::paused(this.commerce, this.tx, this.shop, this.row)?)
    });
    done.await.map(|(view, ())| view)
}

/// The day on which a pause ends, or the instant.
fn pause_end(shop: &Shop, typed: &str) -> Result<Timestamp, SubscriptionError> {
    const LONGEST_DAYS: u32 = 2 * 366;
    let refused = |reason: &str| domain::fields::FieldErrors::one("until", reason);
    let end = shop.settings.timezone.beginning_of(typed).map_err(|invalid| refused(invalid.reason()))?;
    if end <= shop.now {
        return Err(refused("Must lie in the future.").into());
    }
    if end.since(shop.now) > std::time::Duration::from_hours(24) * LONGEST_DAYS {
        return Err(refused("Must not be more than two years away.").into());
    }
    Ok(end)
}

/// Goes on after a pause: the next renewal is the first of its dates that has not passed.
pub async fn resume(
    commerce: &Commerce,
    shop: &Shop,
    who: Who,
    id: SubscriptionId,
) -> Result<SubscriptionView, SubscriptionError> {
    let done = command(commerce, shop, who, id, None, Command::Resume, |this| {
        set_status(this.tx, this.shop, this.row, this.next)?;
        outcome::resume(this.shop, this.row)?;
        this.note("resumed", json!({}))?;
        this.tell(EventKind::SubscriptionUpdated)?;
        Ok(mails::resumed(this.commerce, this.tx, this.shop, this.row)?)
    });
    done.await.map(|(view, ())| view)
}

/// How a subscription is to be cancelled.
#[derive(Clone, Debug, Default)]
pub struct Cancelling {
    /// Why, in the customer's words.
    pub reason: Option<String>,
    /// `now` or `period_end`; the latter if left out.
    pub at: Option<String>,
}

/// Cancels: at once, or when what is paid has been sent.
pub async fn cancel(
    commerce: &Commerce,
    shop: &Shop,
    who: Who,
    id: SubscriptionId,
    asked: Cancelling,
) -> Result<SubscriptionView, SubscriptionError> {
    let mut fields = domain::fields::Fields::default();
    let at = fields.take_optional("at", text::filled(asked.at.as_deref()).map(CancelAt::parse));
    let reason = fields.take("reason", text::optional_text(asked.reason.as_deref().unwrap_or_default(), 500));
    let reason = reason.flatten();
    fields.finish()?;
    let done = command(commerce, shop, who, id, None, Command::Cancel, move |this| {
        this.row.cancel_reason.clone_from(&reason);
        let end = period_end(this)?.filter(|_| at != Some(CancelAt::Now));
        if end.is_some() {
            this.row.cancels_at = end;
            set_next(this.shop, this.row)?;
        } else {
            set_status(this.tx, this.shop, this.row, this.next)?;
            this.withdraw_open()?;
        }
        this.note("cancelled", json!({ "reason": reason, "endsAt": end }))?;
        let kind =
            if end.is_some() { EventKind::SubscriptionUpdated } else { EventKind::SubscriptionCancelled };
        this.tell(kind)?;
        Ok(mails::cancelled(this.commerce, this.tx, this.shop, this.row, false)?)
    });
    done.await.map(|(view, ())| view)
}

/// When what is paid has been sent; `None` where nothing paid is to come.
fn period_end(this: &mut Changing<'_, '_>) -> Result<Option<Timestamp>, SubscriptionError> {
    if status_of(this.row)? != SubscriptionStatus::Active {
        return Ok(None);
    }
    let boxes = this.row.prepaid_left.saturating_mul(this.row.frequency);
    let end = match (this.row.next_at, boxes) {
        // A day that was moved by hand counts.
        (Some(next), 0) => next,
        _ => due_after(this.shop, this.row, this.row.months + boxes)?,
    };
    Ok(Some(this.row.ends_at.map_or(end, |term| term.min(end))).filter(|end| *end > this.shop.now))
}

/// Takes a cancellation back, or begins again: with the first of its dates that has not passed.
pub async fn reactivate(
    commerce: &Commerce,
    shop: &Shop,
    who: Who,
    id: SubscriptionId,
) -> Result<SubscriptionView, SubscriptionError> {
    let done = command(commerce, shop, who, id, None, Command::Reactivate, |this| {
        if status_of(this.row)? == SubscriptionStatus::Active {
            if this.row.cancels_at.is_none() {
                return Err(SubscriptionError::Refused("This subscription is running already."));
            }
            this.row.cancels_at = None;
            set_next(this.shop, this.row)?;
        } else {
            let package = store::catalog::products::find(this.tx, this.row.package_id)?;
            let is_offered = package.is_some_and(|package| package.status == "active");
            if !is_offered || package_of(this.tx, this.row)?.is_none() {
                return Err(SubscriptionError::Refused("This club is closed: please choose another."));
            }
            set_status(this.tx, this.shop, this.row, this.next)?;
            this.row.ends_at = None;
            realign(this.shop, this.row)?;
            set_term(this.tx, this.shop, this.row)?;
            set_next(this.shop, this.row)?;
        }
        this.row.cancel_reason = None;
        this.note("reactivated", json!({}))?;
        this.tell(EventKind::SubscriptionUpdated)?;
        Ok(mails::resumed(this.commerce, this.tx, this.shop, this.row)?)
    });
    done.await.map(|(view, ())| view)
}

/// Sends the next box now, or pays what is owed. Whoever asks is there, so that their bank can ask them.
pub async fn renew(
    commerce: &Commerce,
    shop: &Shop,
    who: Who,
    id: SubscriptionId,
    return_url: Option<Url>,
) -> Result<SubscriptionView, SubscriptionError> {
    let is_present = matches!(who, Who::Customer(_));
    let (_, renewal) = command(commerce, shop, who, id, None, Command::Renew, begin_renewal).await?;
    pay_now(commerce, shop, renewal, is_present, return_url).await?;
    let (handle, shop) = (commerce.clone(), shop.clone());
    commerce
        .store()
        .read(shop.id, move |tx| {
            let row = rows::find(tx, id)?.ok_or(SubscriptionError::NotFound)?;
            SubscriptionView::read(&handle, tx, &shop, &row)
        })
        .await
}

/// The renewal that is owed, or the next one, made now.
fn begin_renewal(this: &mut Changing<'_, '_>) -> Result<RenewalId, SubscriptionError> {
    if let Some(mut open) = renewals::open_of(this.tx, this.row.subscription_id)? {
        let status = renewal_status_of(&open)?;
        if status.is_under_way() {
            return Err(SubscriptionError::UnderWay);
        }
        if status == RenewalStatus::Failed {
            open.next_try_at = Some(this.shop.now);
            renewals::update(this.tx, open.clone())?;
        }
        return Ok(open.renewal_id);
    }
    if this.row.next_at.is_none() {
        return Err(SubscriptionError::Refused("No renewal is coming."));
    }
    let now = this.shop.now;
    this.note("renewed_early", json!({}))?;
    let opened = open(this.commerce, this.tx, this.shop, this.row, now)?;
    opened
        .map(|opened| opened.renewal.renewal_id)
        .ok_or_else(|| SubscriptionError::OutOfStock("Everything in this box is sold out.".to_owned()))
}
