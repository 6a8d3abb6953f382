//! What holds of every anchor, in places whose clocks are changed in all sorts of ways.

use proptest::prelude::*;

use super::tests::zone;
use super::*;

/// From 1900 to 2199; the ends of months often, for they are what is clamped.
fn any_anchor() -> impl Strategy<Value = Anchor> {
    let day = prop_oneof![2 => 1_i8..=28, 3 => 29_i8..=31];
    (1900_i16..2200, 1_i8..=12, day, 0_i8..24, 0_i8..60, 0_i8..60).prop_map(
        |(year, month, day, hour, minute, second)| {
            let last = Date::constant(year, month, 1).days_in_month();
            Anchor(Date::constant(year, month, day.min(last)).at(hour, minute, second, 0))
        },
    )
}

fn any_zone() -> impl Strategy<Value = TimeZoneName> {
    prop::sample::select(vec![
        "UTC",
        "Europe/London",
        "Europe/Dublin",
        "America/Los_Angeles",
        "America/St_Johns",
        "America/Sao_Paulo",
        "Africa/Casablanca",
        "Africa/Monrovia",
        "Antarctica/Troll",
        "Asia/Kathmandu",
        "Asia/Manila",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "Pacific/Kiritimati",
        "Pacific/Kwajalein",
    ])
    .prop_map(zone)
}

/// Any instant of which the calendar knows a day, the years of the anchors often.
fn any_instant() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        6 => -2_208_988_800_000_000_i64..7_258_118_400_000_000,
        1 => any::<i64>(),
        1 => prop::sample::select(vec![i64::MIN, 0, i64::MAX]),
    ]
    .prop_map(Timestamp::from_micros)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_day_is_kept_or_the_months_last(anchor in any_anchor(), months in -1200_i64..2400) {
        let (begun, date) = (anchor.0.date(), anchor.date(months));
        prop_assert_eq!(date.day(), begun.day().min(date.days_in_month()));
        let of = |date: Date| i64::from(date.year()) * 12 + i64::from(date.month());
        prop_assert_eq!(of(date), of(begun) + months);
    }

    #[test]
    fn what_one_month_lacks_the_next_has(anchor in any_anchor(), months in 0_i64..600) {
        // A month of 31 days follows or goes before every shorter one.
        let later = [anchor.date(months), anchor.date(months + 1)];
        prop_assert!(later.iter().any(|date| date.day() == anchor.0.day()), "{:?}", later);
        prop_assert_eq!(anchor.date(months + 4800).day(), anchor.date(months).day());
    }

    #[test]
    fn a_later_renewal_is_due_later(
        anchor in any_anchor(),
        zone in any_zone(),
        months in -1200_i64..1200,
        more in prop_oneof![Just(1_i64), 1_i64..1200],
    ) {
        prop_assert!(anchor.due(months, &zone) < anchor.due(months + more, &zone));
        prop_assert!(anchor.date(months) < anchor.date(months + more));
    }

    #[test]
    fn due_shows_the_anchors_time_but_for_what_was_skipped(
        anchor in any_anchor(),
        zone in any_zone(),
        months in -1200_i64..1200,
    ) {
        let due = anchor.due(months, &zone);
        let wanted = anchor.date(months).to_datetime(anchor.0.time());
        let shown = Anchor::at(due, &zone).0;
        // No clock was ever put forward by more than the day that Samoa and the Marshalls left out.
        let skipped = shown.duration_since(wanted);
        prop_assert!(skipped.as_secs() >= 0 && skipped.as_secs() <= 86_400, "{} {}", wanted, shown);
        if skipped.is_zero() {
            // The first of two, where there are two.
            let before = jiff::Timestamp::from_microsecond(due.as_micros() - 1).expect("an instant");
            prop_assert!(zone.zone().to_datetime(before) < shown || zone.zone().to_ambiguous_timestamp(wanted).is_ambiguous());
        } else {
            prop_assert!(zone.zone().to_ambiguous_timestamp(wanted).is_ambiguous());
        }
    }

    #[test]
    fn months_after_is_the_least(
        anchor in any_anchor(),
        zone in any_zone(),
        instant in any_instant(),
        from in prop_oneof![4 => 0_i64..50, 1 => -2000_i64..5000],
        every in prop_oneof![4 => 1_i64..=12, 1 => -2_i64..200],
    ) {
        let months = anchor.months_after(instant, from, every, &zone);
        let every = every.max(1);
        let passed = |months| anchor.due(months, &zone) <= instant && anchor.due(months, &zone) < Timestamp::MAX;
        prop_assert!(months >= from && (months - from) % every == 0, "{}", months);
        prop_assert!(!passed(months), "{}", months);
        prop_assert!(months == from || passed(months - every), "{}", months);
    }

    #[test]
    fn nothing_is_due_before_the_beginning_is_over(instant in any_instant(), zone in any_zone()) {
        let anchor = Anchor::at(instant, &zone);
        let second = Timestamp::from_micros(instant.as_micros() - instant.as_micros().rem_euclid(1_000_000));
        prop_assert!(anchor.due(0, &zone) <= second);
        prop_assert_eq!(Anchor::at(anchor.due(0, &zone), &zone), anchor);
    }

    #[test]
    fn an_anchor_reads_as_it_is_written(anchor in any_anchor()) {
        prop_assert_eq!(Anchor::parse(&anchor.to_string()), Ok(anchor));
    }

    #[test]
    fn whatever_is_read_is_written_the_same(text in "[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9]") {
        if let Ok(anchor) = Anchor::parse(&text) {
            prop_assert_eq!(anchor.to_string(), text);
        }
    }

    #[test]
    fn no_number_is_too_large(
        anchor in any_anchor(),
        zone in any_zone(),
        instant in any_instant(),
        from in any::<i64>(),
        every in any::<i64>(),
    ) {
        let _ = (anchor.date(from), anchor.due(from, &zone), cut_off(instant, every));
        prop_assert!(anchor.months_after(instant, from, every, &zone) >= from);
    }
}
