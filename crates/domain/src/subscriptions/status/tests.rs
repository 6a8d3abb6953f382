//! Every pair there is.

use super::*;
use SubscriptionStatus::{Active, Cancelled, Expired, PastDue, Paused, Pending};

#[test]
fn every_command_does_to_every_status_what_the_table_says() {
    // The columns are in the order of `SubscriptionStatus::ALL`.
    let no = None;
    let [active, past_due, paused] = [Some(Active), Some(PastDue), Some(Paused)];
    let [cancelled, expired] = [Some(Cancelled), Some(Expired)];
    let table = [
        (Command::Skip, [no, active, no, no, no, no]),
        (Command::Pause, [no, paused, paused, paused, no, no]),
        (Command::Resume, [no, no, no, active, no, no]),
        (Command::Cancel, [cancelled, cancelled, cancelled, cancelled, no, no]),
        (Command::Reactivate, [no, active, no, no, active, active]),
        (Command::Renew, [no, active, past_due, no, no, no]),
        (Command::ChangeItems, [no, active, no, paused, no, no]),
        (Command::ChangeSchedule, [no, active, no, paused, no, no]),
        (Command::ChangeDelivery, [no, active, past_due, paused, cancelled, expired]),
        (Command::ChangePayment, [no, active, past_due, paused, cancelled, expired]),
    ];
    assert_eq!(table.map(|(command, _)| command), Command::ALL);
    for (command, row) in table {
        for (status, next) in SubscriptionStatus::ALL.iter().zip(row) {
            assert_eq!(status.after(command), next, "{status} {command}");
        }
    }
}

#[test]
fn every_event_does_to_every_status_what_the_table_says() {
    let no = None;
    let [active, past_due, paused] = [Some(Active), Some(PastDue), Some(Paused)];
    let [cancelled, expired] = [Some(Cancelled), Some(Expired)];
    let table = [
        (Event::FirstPaid, [active, no, no, no, no, no]),
        (Event::FirstFailed, [cancelled, no, no, no, no, no]),
        (Event::PaymentFailed, [no, past_due, past_due, paused, cancelled, expired]),
        (Event::PaymentMade, [no, active, active, paused, cancelled, expired]),
        (Event::DunningCancelled, [no, no, cancelled, no, no, no]),
        (Event::DunningPaused, [no, no, paused, no, no, no]),
        (Event::PauseEnded, [no, no, no, active, no, no]),
        (Event::PeriodEnded, [no, cancelled, cancelled, cancelled, no, no]),
        (Event::TermEnded, [no, expired, no, expired, no, no]),
    ];
    assert_eq!(table.map(|(event, _)| event), Event::ALL);
    for (event, row) in table {
        for (status, next) in SubscriptionStatus::ALL.iter().zip(row) {
            assert_eq!(status.hears(event), next, "{status} {event}");
        }
    }
}

#[test]
fn what_is_over_begins_again_only_when_asked() {
    for status in SubscriptionStatus::ALL.iter().filter(|status| status.is_ended()) {
        for event in Event::ALL {
            assert!(status.hears(*event).is_none_or(|next| next == *status), "{status} {event}");
        }
        for command in Command::ALL {
            let stays = status.after(*command).is_none_or(|next| next == *status);
            assert_eq!(stays, *command != Command::Reactivate, "{status} {command}");
        }
    }
}

#[test]
fn nothing_waits_for_its_first_payment_twice() {
    for status in SubscriptionStatus::ALL {
        assert!(Command::ALL.iter().all(|command| status.after(*command) != Some(Pending)), "{status}");
        assert!(Event::ALL.iter().all(|event| status.hears(*event) != Some(Pending)), "{status}");
    }
}

#[test]
fn every_refusal_says_why() {
    for (status, command, sentence) in [
        (Pending, Command::Skip, "This subscription begins when its first payment is made."),
        (Active, Command::Resume, "This subscription is not paused."),
        (PastDue, Command::Resume, "This subscription is not paused."),
        (PastDue, Command::Skip, "A payment for this subscription is overdue. Pay it first."),
        (PastDue, Command::ChangeItems, "A payment for this subscription is overdue. Pay it first."),
        (Paused, Command::Renew, "This subscription is paused. Resume it first."),
        (Cancelled, Command::Cancel, "This subscription is already cancelled."),
        (Cancelled, Command::Pause, "This subscription is cancelled. Reactivate it first."),
        (Expired, Command::Cancel, "This subscription has already ended."),
        (Expired, Command::Renew, "This subscription has ended. Reactivate it first."),
    ] {
        assert_eq!(status.after(command), None, "{status} {command}");
        assert_eq!(status.refusal(command), sentence, "{status} {command}");
    }
    for status in SubscriptionStatus::ALL {
        for command in Command::ALL {
            assert!(status.refusal(*command).ends_with('.'), "{status} {command}");
            // What it tells somebody to do first is allowed.
            let first = status.refusal(*command);
            for (verb, told) in [
                ("Reactivate it", Command::Reactivate),
                ("Resume it", Command::Resume),
                ("Pay it", Command::Renew),
            ] {
                assert!(!first.contains(verb) || status.after(told).is_some(), "{status} {command}");
            }
        }
    }
}

#[test]
fn each_status_counts_as_what_it_is() {
    for (status, is_subscriber, is_ended) in [
        (Pending, false, false),
        (Active, true, false),
        (PastDue, false, false),
        (Paused, false, false),
        (Cancelled, false, true),
        (Expired, false, true),
    ] {
        assert_eq!((status.is_subscriber(), status.is_ended()), (is_subscriber, is_ended), "{status}");
    }
    for (status, is_open, is_under_way) in [
        (RenewalStatus::Scheduled, true, false),
        (RenewalStatus::Pending, true, false),
        (RenewalStatus::Charging, true, true),
        (RenewalStatus::Unknown, true, true),
        (RenewalStatus::Failed, true, false),
        (RenewalStatus::Paid, false, false),
        (RenewalStatus::Skipped, false, false),
        (RenewalStatus::Cancelled, false, false),
    ] {
        assert_eq!((status.is_open(), status.is_under_way()), (is_open, is_under_way), "{status}");
    }
}

#[test]
fn the_words_are_those_of_the_api() {
    let words: Vec<&str> = SubscriptionStatus::ALL.iter().map(|status| status.as_str()).collect();
    assert_eq!(words, ["pending", "active", "past_due", "paused", "cancelled", "expired"]);
    let words: Vec<&str> = RenewalStatus::ALL.iter().map(|status| status.as_str()).collect();
    let all = ["scheduled", "pending", "charging", "unknown", "failed", "paid", "skipped", "cancelled"];
    assert_eq!(words, all);
    assert_eq!(CancelAt::parse("period_end"), Ok(CancelAt::PeriodEnd));
    assert_eq!(CancelAt::parse("now"), Ok(CancelAt::Now));
}
