//! Where a subscription and its renewals stand. Rule: what somebody may ask for and what may befall it stand in one table
//! each, and no other code turns one status into another.

#[cfg(test)]
mod tests;

use crate::words::words;

words! {
    /// Where a subscription stands (published).
    SubscriptionStatus {
        /// It waits for its first payment.
        Pending = "pending",
        /// It renews.
        Active = "active",
        /// A renewal is not paid, and it does not go on before it is.
        PastDue = "past_due",
        /// It rests, and goes on from where it stopped.
        Paused = "paused",
        /// It was given up.
        Cancelled = "cancelled",
        /// It came to the end of its term.
        Expired = "expired",
    }

    /// Where one renewal stands.
    RenewalStatus {
        /// Its cycle's order is not made yet.
        Scheduled = "scheduled",
        /// The order is made and not charged.
        Pending = "pending",
        /// The charge is under way.
        Charging = "charging",
        /// What became of the charge is not known. It blocks all else, for another charge might be the second.
        Unknown = "unknown",
        /// The charge was refused.
        Failed = "failed",
        /// It is paid.
        Paid = "paid",
        /// It was left out.
        Skipped = "skipped",
        /// It was given up.
        Cancelled = "cancelled",
    }

    /// When a cancellation counts.
    CancelAt {
        /// At once.
        Now = "now",
        /// When what is paid for is over.
        PeriodEnd = "period_end",
    }

    /// What somebody may ask of a subscription.
    Command {
        /// To leave out the next renewal.
        Skip = "skip",
        /// To rest, or to rest for another time.
        Pause = "pause",
        /// To end the rest.
        Resume = "resume",
        /// To end it, at once or with the period.
        Cancel = "cancel",
        /// To begin again, or to take back a cancellation that waits for the period's end.
        Reactivate = "reactivate",
        /// To renew at once: to ship now, or to pay now what is owed.
        Renew = "renew",
        /// To change what is in it.
        ChangeItems = "change_items",
        /// To change how often it renews or when it does next.
        ChangeSchedule = "change_schedule",
        /// To change where it goes.
        ChangeDelivery = "change_delivery",
        /// To change what pays for it.
        ChangePayment = "change_payment",
    }

    /// What may befall a subscription that nobody asks for.
    Event {
        /// Its first order is paid.
        FirstPaid = "first_paid",
        /// Its first order will not be.
        FirstFailed = "first_failed",
        /// A renewal's payment failed.
        PaymentFailed = "payment_failed",
        /// A renewal is paid.
        PaymentMade = "payment_made",
        /// The tries are used up, and the shop's rule is to cancel.
        DunningCancelled = "dunning_cancelled",
        /// The tries are used up, and the shop's rule is to pause.
        DunningPaused = "dunning_paused",
        /// The time that it was to rest is over.
        PauseEnded = "pause_ended",
        /// The period is over with which it was to end.
        PeriodEnded = "period_ended",
        /// It has renewed as often as it was to.
        TermEnded = "term_ended",
    }
}

impl SubscriptionStatus {
    /// What it turns into when this is asked for; `None` where it may not be.
    ///
    /// A cancellation that waits for the period's end leaves the status until [`Event::PeriodEnded`]; here it is one that
    /// counts at once.
    #[must_use]
    pub const fn after(self, command: Command) -> Option<Self> {
        use Command::{
            Cancel, ChangeDelivery, ChangeItems, ChangePayment, ChangeSchedule, Pause, Reactivate, Renew,
            Resume, Skip,
        };
        match (self, command) {
            (Self::Pending | Self::Active | Self::PastDue | Self::Paused, Cancel) => Some(Self::Cancelled),
            (Self::Active | Self::PastDue | Self::Paused, Pause) => Some(Self::Paused),
            (Self::Paused, Resume) | (Self::Cancelled | Self::Expired, Reactivate) => Some(Self::Active),

            (Self::Active, Skip | Reactivate | Renew | ChangeItems | ChangeSchedule)
            // Paying turns it active once the payment is made, which is an event.
            | (Self::PastDue, Renew)
            | (Self::Paused, ChangeItems | ChangeSchedule)
            // What is over needs a card and an address before it can begin again.
            | (
                Self::Active | Self::PastDue | Self::Paused | Self::Cancelled | Self::Expired,
                ChangeDelivery | ChangePayment,
            ) => Some(self),

            _ => None,
        }
    }

    /// What it turns into when this befalls it; `None` where it can not.
    #[must_use]
    pub const fn hears(self, event: Event) -> Option<Self> {
        use Event::{
            DunningCancelled, DunningPaused, FirstFailed, FirstPaid, PauseEnded, PaymentFailed, PaymentMade,
            PeriodEnded, TermEnded,
        };
        match (self, event) {
            (Self::Pending, FirstPaid)
            | (Self::Active | Self::PastDue, PaymentMade)
            | (Self::Paused, PauseEnded) => Some(Self::Active),
            (Self::Active | Self::PastDue, PaymentFailed) => Some(Self::PastDue),
            (Self::PastDue, DunningPaused) => Some(Self::Paused),
            (Self::Pending, FirstFailed)
            | (Self::PastDue, DunningCancelled)
            | (Self::Active | Self::PastDue | Self::Paused, PeriodEnded) => Some(Self::Cancelled),
            (Self::Active | Self::Paused, TermEnded) => Some(Self::Expired),

            // The charge was under way when it was left.
            (Self::Paused | Self::Cancelled | Self::Expired, PaymentMade | PaymentFailed) => Some(self),

            _ => None,
        }
    }

    /// Why this may not be asked for now, as a sentence for the customer. It means something only where
    /// [`after`](Self::after) gives `None`.
    #[must_use]
    pub const fn refusal(self, command: Command) -> &'static str {
        match (self, command) {
            (Self::Pending, _) => "This subscription begins when its first payment is made.",
            (Self::Active | Self::PastDue, Command::Resume) => "This subscription is not paused.",
            (Self::Active, _) => "This subscription is active.",
            (Self::PastDue, _) => "A payment for this subscription is overdue. Pay it first.",
            (Self::Paused, _) => "This subscription is paused. Resume it first.",
            (Self::Cancelled, Command::Cancel) => "This subscription is already cancelled.",
            (Self::Cancelled, _) => "This subscription is cancelled. Reactivate it first.",
            (Self::Expired, Command::Cancel) => "This subscription has already ended.",
            (Self::Expired, _) => "This subscription has ended. Reactivate it first.",
        }
    }

    /// Whether it makes its customer a subscriber, who pays a subscriber's prices.
    #[must_use]
    pub const fn is_subscriber(self) -> bool {
        matches!(self, Self::Active)
    }

    /// Whether it is over, until somebody reactivates it.
    #[must_use]
    pub const fn is_ended(self) -> bool {
        matches!(self, Self::Cancelled | Self::Expired)
    }
}

impl RenewalStatus {
    /// Whether something can still come of it.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Scheduled | Self::Pending | Self::Charging | Self::Unknown | Self::Failed)
    }

    /// Whether money may be moving for it, so that nothing else may touch it.
    #[must_use]
    pub const fn is_under_way(self) -> bool {
        matches!(self, Self::Charging | Self::Unknown)
    }
}
