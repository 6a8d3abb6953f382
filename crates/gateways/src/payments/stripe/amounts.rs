//! Amounts as Stripe counts them. Rule: an amount is converted exactly or not at all.

use domain::money::Money;

use crate::payments::PaymentError;

/// How many digits Stripe counts behind the point. It keeps two for króna and Ugandan shilling, which have none, and none for
/// the ariary, which has two.
fn stripe_digits(code: &str) -> u32 {
    match code {
        "BIF" | "CLP" | "DJF" | "GNF" | "JPY" | "KMF" | "KRW" | "MGA" | "PYG" | "RWF" | "VND" | "VUV"
        | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "JOD" | "KWD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

/// The amount in Stripe's units.
pub(super) fn stripe_amount(amount: Money) -> Result<String, PaymentError> {
    let (ours, theirs) = (amount.currency().minor_digits(), stripe_digits(amount.currency().as_str()));
    let more = 10_i64.pow(theirs.saturating_sub(ours));
    let fewer = 10_i64.pow(ours.saturating_sub(theirs));
    let converted = amount.minor().checked_mul(more).filter(|minor| minor % fewer == 0);
    let converted = converted.ok_or_else(|| {
        PaymentError::Refused(format!("{amount} can not be counted in the units that Stripe has for it"))
    })?;
    Ok((converted / fewer).to_string())
}

#[cfg(test)]
mod tests {
    use domain::tenants::Currency;

    use super::*;

    #[test]
    fn amounts_are_in_stripes_units() {
        for (minor, code, expected) in [
            (2499, "GBP", Some("2499")),
            (2499, "JPY", Some("2499")),
            (25, "ISK", Some("2500")),
            (25, "UGX", Some("2500")),
            (2490, "KWD", Some("2490")),
            (2500, "MGA", Some("25")),
            (2510, "MGA", None),
            (i64::MAX, "ISK", None),
        ] {
            let Ok(currency) = Currency::parse(code) else { panic!("{code} is no currency here") };
            let amount = stripe_amount(Money::new(minor, currency));
            assert_eq!(amount.as_deref().ok(), expected, "{minor} {code}");
        }
    }
}
