//! The rewards programme. Rule: whole points and whole minor units, rounded down, so that nobody gets more than they were
//! promised; and a full refund takes back exactly what was given.

/// A programme by which customers collect points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Programme {
    /// The points for each whole unit of the currency, such as a pound.
    pub points_per_unit: i64,
    /// So many points are worth `redeem_value`; at least 1.
    pub redeem_points: i64,
    /// What `redeem_points` are worth, in minor units; at least 1.
    pub redeem_value: i64,
    /// The fewest points that can be paid with.
    pub minimum_redeem: i64,
    /// From the lowest to the highest.
    pub tiers: Vec<Tier>,
}

/// A standing that customers reach by collecting points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tier {
    /// What it is called.
    pub name: String,
    /// The points that reach it, of all that a customer has ever earned.
    pub from_points: i64,
    /// What it brings, for people to read.
    pub perks: Vec<String>,
    /// What is earned in it, in percent of the usual: 100 for no more than that.
    pub multiplier_percent: i64,
}

impl Programme {
    /// The points that a purchase earns: of so many minor units, in a currency whose unit has so many digits of minor ones
    /// (2 for pounds), by a customer who has earned so many points in all their time before it.
    #[must_use]
    pub fn points_for(&self, amount: i64, minor_digits: u32, lifetime: i64) -> i64 {
        let units = i128::from(amount.max(0)) / 10_i128.saturating_pow(minor_digits);
        let percent = self.tier_of(lifetime).map_or(100, |tier| tier.multiplier_percent);
        whole(units * i128::from(self.points_per_unit) * i128::from(percent) / 100)
    }

    /// The tier of a customer who has earned so many points in all their time; `None` below the lowest.
    #[must_use]
    pub fn tier_of(&self, lifetime: i64) -> Option<&Tier> {
        self.tiers.iter().take_while(|tier| tier.from_points <= lifetime).last()
    }

    /// The tier after that of a customer who has earned so many points in all their time, and how many are missing;
    /// `None` in the highest.
    #[must_use]
    pub fn next_tier(&self, lifetime: i64) -> Option<(&Tier, i64)> {
        let next = self.tiers.iter().find(|tier| tier.from_points > lifetime)?;
        Some((next, next.from_points.saturating_sub(lifetime)))
    }

    /// What so many points are worth, in minor units. Fewer than the least that can be paid with are worth nothing.
    #[must_use]
    pub fn value_of(&self, points: i64) -> i64 {
        if points < self.minimum_redeem.max(1) {
            return 0;
        }
        whole(i128::from(points) * i128::from(self.redeem_value) / i128::from(self.redeem_points.max(1)))
    }

    /// The fewest points that pay so many minor units.
    #[must_use]
    pub fn points_to_pay(&self, value: i64) -> i64 {
        if value <= 0 {
            return 0;
        }
        let worth = i128::from(self.redeem_value.max(1));
        let points = (i128::from(value) * i128::from(self.redeem_points) + worth - 1) / worth;
        whole(points).max(self.minimum_redeem)
    }
}

/// The points to take back for a refund, of those `given` for `paid` minor units: `before` is what was refunded of it until
/// now, `after` what is refunded in all with this refund.
///
/// Refund by refund it takes back what their sum does, and all of it once everything is refunded.
#[must_use]
pub fn taken_back(given: i64, paid: i64, before: i64, after: i64) -> i64 {
    let due = |refunded: i64| {
        if refunded <= 0 {
            return 0;
        }
        if refunded >= paid {
            return given;
        }
        whole(i128::from(given) * i128::from(refunded) / i128::from(paid))
    };
    (due(after) - due(before)).max(0)
}

/// The number, or the highest there is.
fn whole(number: i128) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tier(name: &str, from_points: i64, multiplier_percent: i64) -> Tier {
        Tier { name: name.to_owned(), from_points, perks: Vec::new(), multiplier_percent }
    }

    fn programme() -> Programme {
        Programme {
            points_per_unit: 2,
            redeem_points: 100,
            redeem_value: 500,
            minimum_redeem: 50,
            tiers: vec![tier("Friend", 0, 100), tier("Club", 500, 150), tier("Cellar", 2000, 200)],
        }
    }

    #[test]
    fn points_are_given_for_whole_units() {
        for (amount, digits, lifetime, points) in [
            (0, 2, 0, 0),
            (99, 2, 0, 0),
            (100, 2, 0, 2),
            (2499, 2, 0, 48),
            (2499, 2, 499, 48),
            (2499, 2, 500, 72),
            (2499, 2, 2000, 96),
            (2499, 0, 0, 4998),
            (-500, 2, 0, 0),
        ] {
            assert_eq!(
                programme().points_for(amount, digits, lifetime),
                points,
                "{amount} {digits} {lifetime}"
            );
        }
    }

    #[test]
    fn a_customer_rises_through_the_tiers() {
        let programme = programme();
        let names = |lifetime| {
            let next = programme.next_tier(lifetime).map(|(tier, missing)| (tier.name.as_str(), missing));
            (programme.tier_of(lifetime).map(|tier| tier.name.as_str()), next)
        };
        assert_eq!(names(0), (Some("Friend"), Some(("Club", 500))));
        assert_eq!(names(499), (Some("Friend"), Some(("Club", 1))));
        assert_eq!(names(500), (Some("Club"), Some(("Cellar", 1500))));
        assert_eq!(names(9999), (Some("Cellar"), None));
        let bare = Programme { tiers: vec![tier("Club", 500, 150)], ..programme.clone() };
        assert_eq!(bare.tier_of(499), None);
        assert_eq!(Programme { tiers: Vec::new(), ..programme.clone() }.next_tier(0), None);
    }

    #[test]
    fn points_are_worth_their_part() {
        for (points, value) in [(0, 0), (49, 0), (50, 250), (51, 255), (100, 500), (-5, 0)] {
            assert_eq!(programme().value_of(points), value, "{points}");
        }
        for (value, points) in [(0, 0), (1, 50), (250, 50), (251, 51), (255, 51), (256, 52)] {
            assert_eq!(programme().points_to_pay(value), points, "{value}");
        }
    }

    #[test]
    fn a_refund_takes_back_its_part() {
        assert_eq!(taken_back(48, 2400, 0, 1200), 24);
        assert_eq!(taken_back(48, 2400, 1200, 2400), 24);
        assert_eq!(taken_back(1, 3, 0, 1), 0);
        assert_eq!(taken_back(1, 3, 2, 3), 1);
        assert_eq!(taken_back(7, 0, 0, 0), 0);
    }

    fn programmes() -> impl Strategy<Value = Programme> {
        let steps = proptest::collection::btree_map(0_i64..1_000_000_000, 1_i64..=1000, 0..5);
        (1_i64..=10_000, 1_i64..=1_000_000, 1_i64..=1_000_000_000, 0_i64..=1_000_000, steps).prop_map(
            |(points_per_unit, redeem_points, redeem_value, minimum_redeem, steps)| Programme {
                points_per_unit,
                redeem_points,
                redeem_value,
                minimum_redeem,
                tiers: steps.into_iter().map(|(from, percent)| tier("A", from, percent)).collect(),
            },
        )
    }

    proptest! {
        #[test]
        fn refunds_together_take_back_exactly_what_was_given(
            given in 0_i64..1_000_000_000,
            parts in proptest::collection::vec(1_i64..1_000_000_000, 1..8),
        ) {
            let paid: i64 = parts.iter().sum();
            let (mut refunded, mut back) = (0, 0);
            for part in parts {
                let taken = taken_back(given, paid, refunded, refunded + part);
                prop_assert!(taken >= 0);
                refunded += part;
                back += taken;
                prop_assert_eq!(back, taken_back(given, paid, 0, refunded));
            }
            prop_assert_eq!(back, given);
        }

        #[test]
        fn more_money_never_earns_less(
            programme in programmes(),
            amounts in (0_i64..1_000_000_000, 0_i64..1_000_000_000),
            lifetime in 0_i64..2_000_000_000,
        ) {
            let points = |amount| programme.points_for(amount, 2, lifetime);
            let (less, more) = (amounts.0.min(amounts.1), amounts.0.max(amounts.1));
            prop_assert!(0 <= points(less) && points(less) <= points(more));
        }

        #[test]
        fn the_points_that_pay_a_value_are_worth_it(programme in programmes(), value in 1_i64..1_000_000_000) {
            let points = programme.points_to_pay(value);
            prop_assert!(programme.value_of(points) >= value);
            prop_assert!(points == programme.minimum_redeem || programme.value_of(points - 1) < value);
        }

        #[test]
        fn the_next_tier_is_reached_with_what_is_missing(programme in programmes(), lifetime in 0_i64..2_000_000_000) {
            if let Some((next, missing)) = programme.next_tier(lifetime) {
                prop_assert!(missing > 0);
                prop_assert_eq!(programme.tier_of(lifetime + missing), Some(next));
                prop_assert_eq!(programme.tier_of(lifetime + missing - 1), programme.tier_of(lifetime));
            } else {
                prop_assert_eq!(programme.tier_of(lifetime), programme.tiers.last());
            }
        }
    }
}
