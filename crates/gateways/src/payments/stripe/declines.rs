//! What Stripe's codes mean for a further try, and what of its words may be told.

use crate::payments::{Decline, DeclineKind};

/// The most characters of Stripe's words that are kept.
const LONGEST: usize = 300;

/// What a code means for a further try. A code that is not known may go better later: most are the bank's mood.
pub(super) fn decline_kind(code: &str) -> DeclineKind {
    match code {
        "authentication_required"
        | "authentication_not_handled"
        | "payment_intent_authentication_failure"
        | "setup_intent_authentication_failure" => DeclineKind::Authentication,
        "card_not_supported"
        | "currency_not_supported"
        | "expired_card"
        | "fraudulent"
        | "incorrect_cvc"
        | "incorrect_number"
        | "incorrect_zip"
        | "invalid_account"
        | "invalid_cvc"
        | "invalid_expiry_month"
        | "invalid_expiry_year"
        | "invalid_number"
        | "lost_card"
        | "merchant_blacklist"
        | "new_account_information_available"
        | "pickup_card"
        | "restricted_card"
        | "revocation_of_all_authorizations"
        | "revocation_of_authorization"
        | "security_violation"
        | "stolen_card"
        | "stop_payment_order"
        | "testmode_decline"
        | "transaction_not_allowed" => DeclineKind::NewCard,
        _ => DeclineKind::Retry,
    }
}

/// What Stripe itself says where a bank asks a customer who is not there.
pub(super) fn authentication_required() -> Decline {
    Decline {
        kind: DeclineKind::Authentication,
        code: "authentication_required".to_owned(),
        message: "The bank asks that this payment is confirmed.".to_owned(),
    }
}

/// Stripe quotes keys and tokens in what it says of them; here they are left out.
pub(super) fn without_secrets(words: &str) -> String {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '*');
    let mut told = String::new();
    let mut rest = words;
    while let Some(first) = rest.chars().next() {
        let length = rest.find(|c| is_of_name(c) != is_of_name(first)).unwrap_or(rest.len());
        let (part, after) = rest.split_at(length);
        told.push_str(if is_of_name(first) && is_secret(part) { "…" } else { part });
        rest = after;
    }
    told.chars().filter(|c| !c.is_control()).take(LONGEST).collect()
}

fn is_secret(word: &str) -> bool {
    const PREFIXES: [&str; 9] = ["sk_", "rk_", "pk_", "whsec_", "tok_", "ctoken_", "pm_", "src_", "card_"];
    // The names of Stripe's own codes and fields begin like tokens and have no digits.
    let has_digits = word.bytes().any(|byte| byte.is_ascii_digit());
    let is_name_of_code = !has_digits && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    word.contains("_secret_") && has_digits
        || PREFIXES.iter().any(|prefix| word.starts_with(prefix))
            && (!is_name_of_code || word.starts_with("tok_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_say_whether_the_card_may_be_tried_again() {
        for (kind, codes) in [
            (
                DeclineKind::Retry,
                "insufficient_funds generic_decline try_again_later do_not_honor processing_error \
                 approve_with_id card_velocity_exceeded issuer_not_available reenter_transaction card_declined \
                 a_code_of_next_year",
            ),
            (
                DeclineKind::NewCard,
                "lost_card stolen_card expired_card pickup_card restricted_card incorrect_number invalid_number \
                 invalid_account incorrect_cvc fraudulent",
            ),
            (DeclineKind::Authentication, "authentication_required payment_intent_authentication_failure"),
        ] {
            for code in codes.split_ascii_whitespace() {
                assert_eq!(decline_kind(code), kind, "{code}");
            }
        }
    }

    #[test]
    fn words_are_told_without_keys_and_tokens() {
        for (words, told) in [
            ("No such token: 'tok_1Nv0FG2eZv'; is it live?", "No such token: '…'; is it live?"),
            ("No such PaymentMethod: pm_1abc", "No such PaymentMethod: …"),
            ("Invalid API Key provided: sk_test_****abcd", "Invalid API Key provided: …"),
            ("pi_1abc_secret_9xyz is odd", "… is odd"),
            ("No such payment_intent: 'pi_1abc'", "No such payment_intent: 'pi_1abc'"),
            ("card_error card_declined\n\u{7}", "card_error card_declined"),
            ("tok_declined is no token", "… is no token"),
            ("", ""),
        ] {
            assert_eq!(without_secrets(words), told);
        }
        assert_eq!(without_secrets(&"é".repeat(1000)).chars().count(), LONGEST);
    }
}
