//! Gift cards. Rule: whoever knows the code can spend the money, so a code is never shown by accident, and what is on a
//! card is changed by name only: by an order, or by an adjustment with its reason.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::GiftCardStatus;
use super::lists::{LONGEST_NAME, time, word};
use crate::accounts::{Email, PersonName};
use crate::catalog::Price;
use crate::fields::{FieldErrors, Fields, Invalid};
use crate::money::HIGHEST_PRICE;
use crate::patch::Patch;
use crate::tenants::Currency;
use crate::text;
use crate::time::Timestamp;

const LONGEST_TEXT: usize = 1000;

/// A gift card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GiftCard {
    /// What it was issued with, in minor units.
    pub initial_value: i64,
    /// What is on it, in minor units.
    pub balance: i64,
    /// When it ceases to be good.
    pub expires_at: Option<Timestamp>,
    /// Whom it is for.
    pub recipient_name: Option<PersonName>,
    /// Their address.
    pub recipient_email: Option<Email>,
    /// What the giver says to them.
    pub message: Option<String>,
    /// What only staff read.
    pub note: Option<String>,
    /// As staff set it.
    pub status: GiftCardStatus,
}

impl GiftCard {
    /// Whether it can be paid with at this moment, if there is anything on it.
    #[must_use]
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.status == GiftCardStatus::Active && self.expires_at.is_none_or(|end| now < end)
    }

    /// What staff can change, as it would be typed.
    #[must_use]
    pub fn to_form(&self) -> GiftCardForm {
        let owned = |text: &str| text.to_owned();
        GiftCardForm {
            code: Patch::Absent,
            initial_value: Patch::Absent,
            expires_at: self.expires_at.map(|time| time.to_string()).into(),
            recipient_name: self.recipient_name.as_ref().map(|name| owned(name.as_str())).into(),
            recipient_email: self.recipient_email.as_ref().map(|email| owned(email.as_str())).into(),
            message: self.message.clone().into(),
            note: self.note.clone().into(),
            status: Patch::Value(self.status.to_string()),
        }
    }
}

/// A gift card's code.
#[derive(Clone, PartialEq, Eq)]
pub struct GiftCardCode(String);

impl fmt::Debug for GiftCardCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GiftCardCode(…)")
    }
}

impl GiftCardCode {
    /// Capitals and digits without those that look like others (0 and O, 1 and I): 32 of them, five bits each.
    const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    /// The code that these random bytes make: 16 letters, 80 bits, in groups of four.
    #[must_use]
    pub fn made_of(random: [u8; 16]) -> Self {
        let letters: Vec<char> =
            random.iter().map(|byte| char::from(Self::LETTERS[usize::from(byte % 32)])).collect();
        let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
        Self(groups.join("-"))
    }

    /// Reads a code as it is typed: 8 to 32 letters and digits, with dashes and spaces between them as anybody likes.
    pub fn parse(typed: &str) -> Result<Self, Invalid> {
        let code = typed.trim().to_ascii_uppercase();
        let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, ' ' | '-');
        let read = Self(code);
        if read.0.len() <= 64 && read.0.chars().all(fits) && (8..=32).contains(&read.normal().len()) {
            Ok(read)
        } else {
            Err(Invalid::fixed("Must be 8 to 32 letters and digits, with dashes between them if you like."))
        }
    }

    /// The code as it is written on the card.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The letters and digits alone, in capitals: the same however the code is typed.
    #[must_use]
    pub fn normal(&self) -> String {
        self.0.chars().filter(char::is_ascii_alphanumeric).collect()
    }

    /// The last four letters, which tell cards apart without giving the code away.
    #[must_use]
    pub fn last_four(&self) -> String {
        let normal = self.normal();
        normal.chars().skip(normal.len().saturating_sub(4)).collect()
    }
}

/// A gift card as it is typed. The code and the first value are said when it is issued, and not changed afterwards.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "the fields are those of GiftCard")]
pub struct GiftCardForm {
    #[serde(skip_serializing)]
    pub code: Patch<String>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub initial_value: Patch<Price>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub expires_at: Patch<String>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub recipient_name: Patch<String>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub recipient_email: Patch<String>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub message: Patch<String>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub note: Patch<String>,
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub status: Patch<String>,
}

impl fmt::Debug for GiftCardForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GiftCardForm(…)")
    }
}

impl GiftCardForm {
    /// Checks the form of a new card and reports all that is refused. The code is `None` where one is to be made.
    pub fn issue(mut self, currency: Currency) -> Result<(Option<GiftCardCode>, GiftCard), FieldErrors> {
        let mut fields = Fields::default();
        let code = std::mem::take(&mut self.code).into_value();
        let code = fields.take_optional("code", code.map(|code| GiftCardCode::parse(&code)));
        let value = match std::mem::take(&mut self.initial_value).into_value() {
            Some(value) => value.read(&mut fields, "initialValue", currency),
            None => fields.take("initialValue", Err(Invalid::fixed("Is required."))),
        };
        if value == Some(0) {
            fields.refuse("initialValue", "Must be an amount of at least 1 minor unit.");
        }
        let value = value.unwrap_or(0);
        let card = self.read(&mut fields, value, value);
        fields.finish()?;
        Ok((code, card))
    }

    /// Puts what the form says over a card, and reports all that is refused.
    pub fn change(self, card: &GiftCard) -> Result<GiftCard, FieldErrors> {
        let mut fields = Fields::default();
        if !self.code.is_absent() {
            fields.refuse("code", "Can not be changed. Disable this card and issue another.");
        }
        if !self.initial_value.is_absent() {
            fields.refuse("initialValue", "Can not be changed. Adjust the balance instead, with a reason.");
        }
        let changed = self.over(card.to_form()).read(&mut fields, card.initial_value, card.balance);
        fields.finish()?;
        Ok(changed)
    }

    /// This form, with what it leaves out taken from `base`.
    fn over(self, base: Self) -> Self {
        Self {
            code: Patch::Absent,
            initial_value: Patch::Absent,
            expires_at: self.expires_at.or(base.expires_at),
            recipient_name: self.recipient_name.or(base.recipient_name),
            recipient_email: self.recipient_email.or(base.recipient_email),
            message: self.message.or(base.message),
            note: self.note.or(base.note),
            status: self.status.or(base.status),
        }
    }

    /// The card; where a field is refused, it counts as left out.
    fn read(self, fields: &mut Fields, initial_value: i64, balance: i64) -> GiftCard {
        let filled = |typed: Patch<String>| typed.into_value().filter(|typed| !typed.trim().is_empty());
        let mut lines = |path: &str, typed: Patch<String>| {
            let typed = typed.into_value().unwrap_or_default();
            fields.take(path, text::optional_text(&typed, LONGEST_TEXT)).flatten()
        };
        let message = lines("message", self.message);
        let note = lines("note", self.note);
        let status = word(fields, "status", self.status, GiftCardStatus::parse, GiftCardStatus::Active);
        let recipient_name = filled(self.recipient_name).map(|name| PersonName::parse(&name));
        let recipient_email = self.recipient_email.into_value().map(|email| recipient(&email));
        GiftCard {
            initial_value,
            balance,
            expires_at: time(fields, "expiresAt", self.expires_at),
            recipient_name: fields.take_optional("recipientName", recipient_name),
            recipient_email: fields.take_optional("recipientEmail", recipient_email),
            message,
            note,
            status: status.unwrap_or(GiftCardStatus::Active),
        }
    }
}

/// A recipient's address; without one the field is `null`.
fn recipient(typed: &str) -> Result<Email, Invalid> {
    if typed.trim().is_empty() {
        return Err(Invalid::fixed("Must be an e-mail address, such as name@example.com; null for none."));
    }
    Email::parse(typed)
}

/// A change of a balance by hand, as it is typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the fields are those of GiftCardAdjustment")]
pub struct GiftCardAdjustmentForm {
    pub delta: Option<i64>,
    pub reason: Option<String>,
}

/// A change of a balance by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GiftCardAdjustment {
    /// In minor units, not nothing.
    pub delta: i64,
    /// Why, for the books.
    pub reason: String,
}

impl GiftCardAdjustmentForm {
    /// Checks both fields and reports all that are refused.
    pub fn parse(self) -> Result<GiftCardAdjustment, FieldErrors> {
        let mut fields = Fields::default();
        let delta =
            self.delta.filter(|delta| *delta != 0 && delta.unsigned_abs() <= HIGHEST_PRICE.unsigned_abs());
        let delta = fields.take(
            "delta",
            delta.ok_or(Invalid::fixed(
                "Must be a whole number of minor units from -1000000000 to 1000000000, and not 0.",
            )),
        );
        let reason = text::one_line(self.reason.as_deref().unwrap_or_default(), LONGEST_NAME * 2);
        let reason = fields.take("reason", reason);
        let (Some(delta), Some(reason)) = (delta, reason) else { return Err(fields.into_errors()) };
        Ok(GiftCardAdjustment { delta, reason })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn form(json: &str) -> GiftCardForm {
        serde_json::from_str(json).expect("a form")
    }

    fn issue(json: &str) -> Result<(Option<GiftCardCode>, GiftCard), FieldErrors> {
        form(json).issue(Currency::parse("GBP").expect("a currency"))
    }

    fn paths(errors: &FieldErrors) -> Vec<&str> {
        errors.iter().map(|(path, _)| path).collect()
    }

    #[test]
    fn a_card_needs_a_value_only() {
        let (code, card) = issue(r#"{"initialValue": 5000}"#).expect("a card");
        assert_eq!((code, card.initial_value, card.balance), (None, 5000, 5000));
        assert!(card.is_good(Timestamp::MAX));
        for json in ["{}", r#"{"initialValue": 0}"#, r#"{"initialValue": {"value": 1, "currency": "EUR"}}"#] {
            assert!(issue(json).is_err(), "{json}");
        }
    }

    #[test]
    fn every_refused_field_is_told_at_once() {
        let errors = issue(
            r#"{"code": "short", "initialValue": -1, "expiresAt": "soon", "recipientName": "a\u0000",
                "recipientEmail": "no", "message": "a\u0000", "note": "\u202e", "status": "lost"}"#,
        )
        .expect_err("all wrong");
        assert_eq!(
            paths(&errors),
            [
                "code",
                "expiresAt",
                "initialValue",
                "message",
                "note",
                "recipientEmail",
                "recipientName",
                "status"
            ]
        );
    }

    #[test]
    fn a_card_is_good_until_it_expires_or_is_stopped() {
        let (_, card) = issue(r#"{"initialValue": 1, "expiresAt": "2026-01-01T00:00:00Z"}"#).expect("a card");
        let end = card.expires_at.expect("an end");
        assert!(card.is_good(Timestamp::from_micros(end.as_micros() - 1)));
        assert!(!card.is_good(end));
        let stopped = form(r#"{"status": "disabled", "expiresAt": null}"#).change(&card).expect("a card");
        assert!(!stopped.is_good(Timestamp::from_micros(0)));
        assert_eq!(stopped.expires_at, None);
    }

    #[test]
    fn what_is_money_is_not_changed_by_the_way() {
        let (_, card) =
            issue(r#"{"initialValue": 500, "recipientName": "Ada", "note": "By post"}"#).expect("a card");
        let errors =
            form(r#"{"code": "SUMMER-2026", "initialValue": 5}"#).change(&card).expect_err("refused");
        assert_eq!(paths(&errors), ["code", "initialValue"]);
        let changed = form(r#"{"note": null}"#).change(&card).expect("a card");
        assert_eq!((changed.note, changed.recipient_name.is_some(), changed.balance), (None, true, 500));
    }

    #[test]
    fn a_balance_is_adjusted_with_a_reason() {
        let parse = |delta: Option<i64>, reason: Option<&str>| {
            GiftCardAdjustmentForm { delta, reason: reason.map(ToOwned::to_owned) }.parse()
        };
        assert_eq!(parse(Some(-5), Some(" lost ")).expect("fits").reason, "lost");
        for (delta, reason) in
            [(Some(0), Some("a")), (None, Some("a")), (Some(1), None), (Some(i64::MIN), Some("a"))]
        {
            assert!(parse(delta, reason).is_err(), "{delta:?} {reason:?}");
        }
    }

    #[test]
    fn a_code_is_never_printed_by_accident() {
        let code = GiftCardCode::parse("zebra-zebra").expect("a code");
        let form = form(r#"{"code": "ZEBRA-ZEBRA", "initialValue": 1}"#);
        assert!(!format!("{code:?} {form:?}").to_lowercase().contains("zebra"));
        assert!(!serde_json::to_string(&form).expect("JSON").contains("ZEBRA"));
    }

    proptest! {
        #[test]
        fn a_made_code_is_read_however_it_is_typed(random in any::<[u8; 16]>(), spaced in any::<bool>()) {
            let code = GiftCardCode::made_of(random);
            prop_assert_eq!(code.reveal().len(), 19);
            prop_assert!(!code.reveal().contains(['0', 'O', '1', 'I']));
            let typed = code.reveal().to_lowercase().replace('-', if spaced { " " } else { "" });
            let read = GiftCardCode::parse(&typed).expect("a code");
            prop_assert_eq!(read.normal(), code.normal());
            prop_assert!(code.normal().ends_with(&code.last_four()) && code.last_four().len() == 4);
        }

        #[test]
        fn a_typed_code_is_kept_again(typed in "\\PC{0,40}|[ a-zA-Z0-9-]{6,40}") {
            if let Ok(code) = GiftCardCode::parse(&typed) {
                prop_assert_eq!(GiftCardCode::parse(code.reveal()), Ok(code.clone()));
                prop_assert!((8..=32).contains(&code.normal().len()));
            }
        }
    }
}
