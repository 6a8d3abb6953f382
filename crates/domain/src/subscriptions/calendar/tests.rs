//! Real cases, each worked out by hand.

use super::*;

pub(super) fn anchor(text: &str) -> Anchor {
    Anchor::parse(text).expect("an anchor")
}

pub(super) fn zone(name: &str) -> TimeZoneName {
    TimeZoneName::parse(name).expect("a zone")
}

fn time(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("a time")
}

#[test]
fn an_anchor_is_what_the_clocks_show() {
    for (instant, place, shown) in [
        ("2024-01-31T10:15:00Z", "Europe/London", "2024-01-31T10:15:00"),
        ("2024-07-31T10:15:59.999999Z", "Europe/London", "2024-07-31T11:15:59"),
        ("2024-01-31T10:15:00Z", "Pacific/Kiritimati", "2024-02-01T00:15:00"),
        ("2024-03-01T07:59:59.5Z", "America/Los_Angeles", "2024-02-29T23:59:59"),
        ("2024-02-28T18:30:00Z", "Asia/Kathmandu", "2024-02-29T00:15:00"),
        // Cut, not rounded towards 1970.
        ("1969-12-31T23:59:59.5Z", "UTC", "1969-12-31T23:59:59"),
    ] {
        assert_eq!(Anchor::at(time(instant), &zone(place)).to_string(), shown, "{instant} {place}");
    }
}

#[test]
fn only_the_written_form_is_read() {
    for text in ["2024-01-31T10:15:00", "2024-02-29T00:00:00", "0000-12-31T23:59:59", "9999-12-31T23:59:59"] {
        assert_eq!(Anchor::parse(text).map(|anchor| anchor.to_string()).as_deref(), Ok(text));
    }
    for text in [
        "",
        "2024-01-31",
        "2024-01-31 10:15:00",
        "2024-01-31T10:15",
        "2024-01-31T10:15:00.5",
        "2024-01-31T10:15:00Z",
        "2024-01-31T10:15:00+01:00",
        "2024-01-31T10:15:00[Europe/London]",
        " 2024-01-31T10:15:00",
        "2024-02-30T10:15:00",
        "2023-02-29T10:15:00",
        "2024-01-31T24:00:00",
        "2024-01-31T10:15:60",
        "-000001-01-31T10:15:00",
        "10000-01-31T10:15:00",
    ] {
        assert!(Anchor::parse(text).is_err(), "{text:?}");
    }
}

#[test]
fn the_day_is_kept_or_is_the_last_of_the_month() {
    let cases: &[(&str, &[(i64, &str)])] = &[
        ("2023-01-31", &[(0, "2023-01-31"), (1, "2023-02-28"), (2, "2023-03-31"), (3, "2023-04-30")]),
        (
            "2024-01-31",
            &[
                (1, "2024-02-29"),
                (2, "2024-03-31"),
                (3, "2024-04-30"),
                (11, "2024-12-31"),
                (13, "2025-02-28"),
                (24, "2026-01-31"),
                (25, "2026-02-28"),
            ],
        ),
        (
            "2024-02-29",
            &[
                (12, "2025-02-28"),
                (24, "2026-02-28"),
                (36, "2027-02-28"),
                (48, "2028-02-29"),
                (1, "2024-03-29"),
            ],
        ),
        // 1900 and 2100 are common years, 2000 is none.
        ("2096-02-29", &[(48, "2100-02-28"), (96, "2104-02-29")]),
        ("1896-02-29", &[(48, "1900-02-28"), (1248, "2000-02-29")]),
        ("2022-12-30", &[(1, "2023-01-30"), (2, "2023-02-28"), (3, "2023-03-30"), (14, "2024-02-29")]),
        ("2024-01-29", &[(1, "2024-02-29"), (13, "2025-02-28")]),
        ("2024-01-28", &[(1, "2024-02-28"), (13, "2025-02-28")]),
        // By the quarter.
        ("2023-11-30", &[(3, "2024-02-29"), (6, "2024-05-30"), (9, "2024-08-30"), (12, "2024-11-30")]),
        ("2023-08-31", &[(3, "2023-11-30"), (6, "2024-02-29"), (9, "2024-05-31"), (12, "2024-08-31")]),
        ("2024-12-01", &[(1, "2025-01-01"), (12, "2025-12-01"), (24, "2026-12-01")]),
        ("2024-03-31", &[(-1, "2024-02-29"), (-13, "2023-02-28"), (-3, "2023-12-31")]),
    ];
    for (begun, dates) in cases {
        let begun = anchor(&format!("{begun}T10:15:00"));
        for (months, date) in *dates {
            assert_eq!(begun.date(*months).to_string(), *date, "{begun} + {months}");
        }
    }
}

#[test]
fn the_calendar_ends_without_a_panic() {
    let [utc, early] = ["UTC", "Pacific/Kiritimati"].map(zone);
    for begun in ["2024-01-31T10:15:00", "0000-01-01T00:00:00", "9999-12-31T23:59:59"].map(anchor) {
        for months in [120_000, 240_000, i64::MAX] {
            assert_eq!(begun.date(months), Date::MAX, "{begun} + {months}");
            for zone in [&utc, &early] {
                assert_eq!(begun.due(months, zone), Timestamp::MAX, "{begun} + {months}");
            }
        }
        for months in [-240_000, i64::MIN] {
            assert_eq!(begun.date(months), Date::MIN, "{begun} {months}");
            assert_eq!(begun.due(months, &utc), Timestamp::from_micros(i64::MIN), "{begun} {months}");
        }
    }
    // 95 699 months make December 9998; a year later no instant is left at the end of the month.
    let begun = anchor("2024-01-31T10:15:00");
    assert_eq!(begun.months_after(Timestamp::MAX, 0, 1, &utc), 95_711);
    assert_eq!(begun.months_after(time("9999-12-01T00:00:00Z"), 0, 12, &utc), 95_712);
    for (from, every) in
        [(i64::MAX, 1), (i64::MIN, 1), (i64::MIN, i64::MAX), (0, i64::MIN), (i64::MAX, i64::MAX)]
    {
        for instant in [i64::MIN, 0, i64::MAX] {
            let months = begun.months_after(Timestamp::from_micros(instant), from, every, &utc);
            assert!(months >= from, "{from} {every} {instant}");
        }
    }
    for instant in [i64::MIN, i64::MAX] {
        for place in ["Pacific/Kiritimati", "Etc/GMT+12"] {
            let begun = Anchor::at(Timestamp::from_micros(instant), &zone(place));
            assert_eq!(Anchor::parse(&begun.to_string()), Ok(begun));
        }
    }
}

#[test]
fn it_is_due_at_the_local_time() {
    for (begun, months, place, due) in [
        // Winter and summer.
        ("2024-01-15T10:15:00", 0, "Europe/London", "2024-01-15T10:15:00Z"),
        ("2024-01-15T10:15:00", 6, "Europe/London", "2024-07-15T09:15:00Z"),
        // On 2024-03-31 London's clocks go from 01:00 to 02:00.
        ("2024-01-31T00:30:00", 2, "Europe/London", "2024-03-31T00:30:00Z"),
        ("2024-01-31T01:30:00", 2, "Europe/London", "2024-03-31T01:30:00Z"),
        ("2024-01-31T02:30:00", 2, "Europe/London", "2024-03-31T01:30:00Z"),
        ("2024-01-31T01:30:00", 3, "Europe/London", "2024-04-30T00:30:00Z"),
        // On 2024-10-27 they go from 02:00 back to 01:00.
        ("2024-09-27T00:30:00", 1, "Europe/London", "2024-10-26T23:30:00Z"),
        ("2024-09-27T01:30:00", 1, "Europe/London", "2024-10-27T00:30:00Z"),
        ("2024-09-27T02:30:00", 1, "Europe/London", "2024-10-27T02:30:00Z"),
        // Far ahead of UTC: the day is the place's.
        ("2024-01-31T00:00:00", 1, "Pacific/Kiritimati", "2024-02-28T10:00:00Z"),
        ("2023-01-31T23:59:59", 1, "Pacific/Kiritimati", "2023-02-28T09:59:59Z"),
        ("2024-01-30T00:15:00", 1, "Asia/Kathmandu", "2024-02-28T18:30:00Z"),
        // Far behind.
        ("2024-01-31T18:00:00", 1, "America/Los_Angeles", "2024-03-01T02:00:00Z"),
        ("2024-01-31T18:00:00", 2, "America/Los_Angeles", "2024-04-01T01:00:00Z"),
        ("2025-01-09T02:30:00", 2, "America/Los_Angeles", "2025-03-09T10:30:00Z"),
        ("2024-10-03T01:30:00", 1, "America/Los_Angeles", "2024-11-03T08:30:00Z"),
        // Samoa had no 30 December 2011.
        ("2011-11-30T10:00:00", 0, "Pacific/Apia", "2011-11-30T20:00:00Z"),
        ("2011-11-30T10:00:00", 1, "Pacific/Apia", "2011-12-30T20:00:00Z"),
        ("2011-10-31T10:00:00", 2, "Pacific/Apia", "2011-12-30T20:00:00Z"),
        ("2011-11-30T10:00:00", 2, "Pacific/Apia", "2012-01-29T20:00:00Z"),
        // Half an hour is all that Lord Howe's clocks change by.
        ("2024-09-06T02:15:00", 1, "Australia/Lord_Howe", "2024-10-05T15:45:00Z"),
    ] {
        assert_eq!(anchor(begun).due(months, &zone(place)), time(due), "{begun} + {months} {place}");
    }
}

#[test]
fn the_next_is_the_first_after_now() {
    let london = "Europe/London";
    for (begun, now, from, every, place, months) in [
        ("2024-01-31T10:15:00", "2024-01-31T10:14:59Z", 0, 1, london, 0),
        // What is due now is not after now.
        ("2024-01-31T10:15:00", "2024-01-31T10:15:00Z", 0, 1, london, 1),
        ("2024-01-31T10:15:00", "2024-02-29T10:14:59.999999Z", 0, 1, london, 1),
        ("2024-01-31T10:15:00", "2024-02-29T10:15:00Z", 0, 1, london, 2),
        ("2024-01-31T10:15:00", "2024-03-31T09:14:59Z", 0, 1, london, 2),
        ("2024-01-31T10:15:00", "2024-03-31T09:15:00Z", 0, 1, london, 3),
        // It keeps its step, which a change of frequency may have set off from the beginning.
        ("2024-01-31T10:15:00", "2024-02-01T00:00:00Z", 0, 3, london, 3),
        ("2024-01-31T10:15:00", "2024-05-01T00:00:00Z", 1, 3, london, 4),
        ("2024-01-31T10:15:00", "2024-05-31T09:15:00Z", 1, 3, london, 7),
        ("2024-02-29T10:15:00", "2025-02-28T10:15:00Z", 0, 12, london, 24),
        ("2024-02-29T10:15:00", "2028-02-28T23:59:59Z", 0, 12, london, 48),
        // It never comes before `from`, however early it is.
        ("2024-01-31T10:15:00", "2020-01-01T00:00:00Z", 5, 2, london, 5),
        ("2024-01-31T10:15:00", "2020-01-01T00:00:00Z", 0, 1, london, 0),
        // A long sleep.
        ("2024-01-31T10:15:00", "2124-02-28T12:00:00Z", 0, 1, london, 1201),
        ("2024-01-31T10:15:00", "2124-02-29T12:00:00Z", 0, 1, london, 1202),
        // No step is one month.
        ("2024-01-31T10:15:00", "2024-01-31T10:15:00Z", 0, 0, london, 1),
        ("2024-01-31T10:15:00", "2024-01-31T10:15:00Z", 0, -7, london, 1),
        // The months of the place, not those of UTC.
        ("2024-02-01T00:15:00", "2024-02-29T10:14:59Z", 0, 1, "Pacific/Kiritimati", 1),
        ("2024-02-01T00:15:00", "2024-02-29T10:15:00Z", 0, 1, "Pacific/Kiritimati", 2),
        ("2024-01-31T18:00:00", "2024-03-01T01:59:59Z", 0, 1, "America/Los_Angeles", 1),
        ("2024-01-31T18:00:00", "2024-03-01T02:00:00Z", 0, 1, "America/Los_Angeles", 2),
        ("2011-11-30T10:00:00", "2011-12-30T19:59:59Z", 0, 1, "Pacific/Apia", 1),
        ("2011-11-30T10:00:00", "2011-12-30T20:00:00Z", 0, 1, "Pacific/Apia", 2),
    ] {
        let found = anchor(begun).months_after(time(now), from, every, &zone(place));
        assert_eq!(found, months, "{begun}, now {now}: {from} + k * {every} in {place}");
    }
}

#[test]
fn the_cut_off_counts_hours() {
    let due = time("2024-03-31T11:00:00Z");
    for (hours, cut) in [
        (0, "2024-03-31T11:00:00Z"),
        (1, "2024-03-31T10:00:00Z"),
        (24, "2024-03-30T11:00:00Z"),
        (72, "2024-03-28T11:00:00Z"),
        (-5, "2024-03-31T11:00:00Z"),
        (i64::MAX, "0001-01-01T00:00:00Z"),
    ] {
        assert_eq!(cut_off(due, hours), time(cut), "{hours}");
    }
}
