//! Whole-number arithmetic of prices. Rule: nothing is lost or made by rounding, and nothing overflows.

use std::cmp::Reverse;

/// The quotient of two numbers that are not negative, rounded half up; the largest `i64` where it does not fit.
pub(super) fn half_up(dividend: i128, divisor: i128) -> i64 {
    i64::try_from((2 * dividend + divisor) / (2 * divisor)).unwrap_or(i64::MAX)
}

/// Shares an amount out in proportion to `weights`, which are not negative: the whole minor units of each share, then one
/// more for each of the largest remainders, the earlier one among equals.
///
/// The shares come to `amount`, or to all the weights where these come to less. None is above its weight.
pub(super) fn shares(amount: i64, weights: &[i64]) -> Vec<i64> {
    let whole: i128 = weights.iter().copied().map(i128::from).sum();
    let amount = i128::from(amount).min(whole);
    if amount <= 0 {
        return vec![0; weights.len()];
    }
    let mut shares = Vec::with_capacity(weights.len());
    let mut remainders = Vec::with_capacity(weights.len());
    for (place, weight) in weights.iter().enumerate() {
        let product = amount * i128::from(*weight);
        // It is at most the weight, so it fits.
        shares.push(i64::try_from(product / whole).unwrap_or(*weight));
        remainders.push((Reverse(product % whole), place));
    }
    let given: i128 = shares.iter().copied().map(i128::from).sum();
    // The remainders come to as many wholes as units are left, so each unit finds a remainder, and a share with one is
    // below its weight.
    let units = usize::try_from(amount - given).unwrap_or(0);
    remainders.sort_unstable();
    for (_, place) in remainders.into_iter().take(units) {
        shares[place] += 1;
    }
    shares
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn halves_are_rounded_up() {
        for (dividend, divisor, quotient) in [
            (0, 1, 0),
            (1, 2, 1),
            (1, 3, 0),
            (2, 3, 1),
            (5, 10, 1),
            (49, 100, 0),
            (150, 100, 2),
            (149, 100, 1),
        ] {
            assert_eq!(half_up(dividend, divisor), quotient, "{dividend} / {divisor}");
        }
        assert_eq!(half_up(i128::from(i64::MAX) * 20_000, 10_000), i64::MAX);
    }

    #[test]
    fn amounts_are_shared_to_the_penny() {
        for (amount, weights, expected) in [
            (1000, vec![1000, 1000, 1000], vec![334, 333, 333]),
            (2, vec![1, 1, 1], vec![1, 1, 0]),
            (100, vec![1, 1000], vec![0, 100]),
            // 3.33, 6.66 and 0.01: the largest remainder gets the unit, wherever it stands.
            (10, vec![333, 666, 1], vec![3, 7, 0]),
            (10, vec![1, 666, 333], vec![0, 7, 3]),
            (7, vec![0, 5, 0], vec![0, 5, 0]),
            (0, vec![5, 5], vec![0, 0]),
            (-3, vec![5, 5], vec![0, 0]),
            (5, vec![0, 0], vec![0, 0]),
            (5, vec![], vec![]),
            (i64::MAX, vec![i64::MAX, i64::MAX], vec![i64::MAX / 2 + 1, i64::MAX / 2]),
        ] {
            assert_eq!(shares(amount, &weights), expected, "{amount} over {weights:?}");
        }
    }

    proptest! {
        #[test]
        fn no_penny_is_lost_and_each_share_is_near_its_proportion(
            amount in 0_i64..200_000,
            weights in prop::collection::vec(0_i64..20_000, 0..12),
        ) {
            let shares = shares(amount, &weights);
            let whole: i64 = weights.iter().sum();
            let given = amount.min(whole);
            prop_assert_eq!(shares.iter().sum::<i64>(), given);
            for (share, weight) in shares.iter().zip(&weights) {
                prop_assert!((0..=*weight).contains(share));
                // Less than one unit from the exact share, given * weight / whole.
                prop_assert!((share * whole - given * weight).abs() < whole.max(1));
            }
        }

        #[test]
        fn a_greater_weight_never_gets_less(
            amount in 0_i64..200_000,
            weights in prop::collection::vec(0_i64..20_000, 0..12),
        ) {
            let mut dealt: Vec<(i64, i64)> = weights.iter().copied().zip(shares(amount, &weights)).collect();
            dealt.sort_unstable();
            prop_assert!(dealt.windows(2).all(|pair| pair[0].1 <= pair[1].1), "{:?}", dealt);
        }

        #[test]
        fn the_largest_numbers_are_shared_too(amount: i64, weights in prop::collection::vec(0..=i64::MAX, 0..6)) {
            let whole: i128 = weights.iter().copied().map(i128::from).sum();
            let given: i128 = shares(amount, &weights).into_iter().map(i128::from).sum();
            prop_assert_eq!(given, i128::from(amount.max(0)).min(whole));
        }
    }
}
