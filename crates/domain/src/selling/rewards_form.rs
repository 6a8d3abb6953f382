//! The rewards programme as it is typed. Rule: it is set as a whole; what is left out gets its usual value.

use serde::{Deserialize, Serialize};

use super::lists::{HIGHEST_COUNT, LONGEST_NAME, whole, word};
use super::{Programme, Switch, Switched, Tier};
use crate::catalog::Price;
use crate::fields::{FieldErrors, Fields, Invalid};
use crate::patch::Patch;
use crate::tenants::Currency;
use crate::text;

const MOST_TIERS: usize = 20;
const MOST_PERKS: usize = 20;
const LONGEST_PERK: usize = 200;
const HIGHEST_RATE: i64 = 10_000;
const HIGHEST_REDEEM_POINTS: i64 = 1_000_000;
const HIGHEST_MULTIPLIER: i64 = 1000;

/// The programme as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "the fields are those of Programme")]
pub struct RewardsForm {
    pub points_per_unit: Patch<i64>,
    pub redeem_points: Patch<i64>,
    pub redeem_value: Patch<Price>,
    pub minimum_redeem: Patch<i64>,
    pub tiers: Patch<Vec<TierForm>>,
    pub status: Patch<String>,
}

/// A tier as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "the fields are those of Tier")]
pub struct TierForm {
    pub name: Option<String>,
    pub from_points: Option<i64>,
    pub perks: Option<Vec<String>>,
    pub multiplier_percent: Option<i64>,
}

impl RewardsForm {
    /// Checks every field and reports all that are refused. The value is in the shop's currency.
    pub fn parse(self, currency: Currency) -> Result<Switched<Programme>, FieldErrors> {
        let mut fields = Fields::default();
        let required = |number: Patch<i64>, most: i64| {
            let number = number.into_value().ok_or(Invalid::fixed("Is required."));
            number.and_then(|number| whole(number, 1, most))
        };
        let points_per_unit = fields.take("pointsPerUnit", required(self.points_per_unit, HIGHEST_RATE));
        let redeem_points = fields.take("redeemPoints", required(self.redeem_points, HIGHEST_REDEEM_POINTS));
        let redeem_value = match self.redeem_value.into_value() {
            Some(value) => value.read(&mut fields, "redeemValue", currency),
            None => fields.take("redeemValue", Err(Invalid::fixed("Is required."))),
        };
        if redeem_value == Some(0) {
            fields.refuse("redeemValue", "Must be an amount of at least 1 minor unit.");
        }
        let minimum_redeem = self.minimum_redeem.into_value().map(|least| whole(least, 0, HIGHEST_COUNT));
        let minimum_redeem = fields.take_optional("minimumRedeem", minimum_redeem);
        let tiers = tiers(&mut fields, self.tiers.into_value().unwrap_or_default());
        let status = word(&mut fields, "status", self.status, Switch::parse, Switch::Active);
        let (Some(points_per_unit), Some(redeem_points), Some(redeem_value), Some(status)) =
            (points_per_unit, redeem_points, redeem_value, status)
        else {
            return Err(fields.into_errors());
        };
        fields.finish()?;
        let minimum_redeem = minimum_redeem.unwrap_or(redeem_points);
        let item = Programme { points_per_unit, redeem_points, redeem_value, minimum_redeem, tiers };
        Ok(Switched { item, status })
    }
}

impl Switched<Programme> {
    /// The programme as it would be typed.
    #[must_use]
    pub fn to_form(&self) -> RewardsForm {
        let programme = &self.item;
        RewardsForm {
            points_per_unit: Patch::Value(programme.points_per_unit),
            redeem_points: Patch::Value(programme.redeem_points),
            redeem_value: Patch::Value(programme.redeem_value.into()),
            minimum_redeem: Patch::Value(programme.minimum_redeem),
            tiers: Patch::Value(programme.tiers.iter().map(Tier::to_form).collect()),
            status: Patch::Value(self.status.to_string()),
        }
    }
}

impl Tier {
    /// The tier as it would be typed, and as it is stored.
    #[must_use]
    pub fn to_form(&self) -> TierForm {
        TierForm {
            name: Some(self.name.clone()),
            from_points: Some(self.from_points),
            perks: Some(self.perks.clone()),
            multiplier_percent: Some(self.multiplier_percent),
        }
    }

    /// The tiers that were stored as [`Tier::to_form`] gives them.
    pub fn from_stored(stored: Vec<TierForm>) -> Result<Vec<Self>, FieldErrors> {
        let mut fields = Fields::default();
        let tiers = tiers(&mut fields, stored);
        fields.finish()?;
        Ok(tiers)
    }
}

fn tiers(fields: &mut Fields, typed: Vec<TierForm>) -> Vec<Tier> {
    if typed.len() > MOST_TIERS {
        fields.refuse("tiers", &format!("Must not be more than {MOST_TIERS} tiers."));
        return Vec::new();
    }
    let mut tiers: Vec<Tier> = Vec::new();
    for (index, typed) in typed.into_iter().enumerate() {
        let Some(tier) = tier(fields, &format!("tiers.{index}"), typed) else { continue };
        if tiers.iter().any(|other| other.name == tier.name) {
            fields.refuse(&format!("tiers.{index}.name"), "Another tier has this name.");
        }
        if tiers.last().is_some_and(|last| tier.from_points <= last.from_points) {
            fields
                .refuse(&format!("tiers.{index}.fromPoints"), "Must be more than the tier before begins at.");
        }
        tiers.push(tier);
    }
    tiers
}

fn tier(fields: &mut Fields, path: &str, typed: TierForm) -> Option<Tier> {
    let name = text::one_line(&typed.name.unwrap_or_default(), LONGEST_NAME);
    let name = fields.take(&format!("{path}.name"), name);
    let from_points = typed.from_points.ok_or(Invalid::fixed("Is required."));
    let from_points = from_points.and_then(|from| whole(from, 0, HIGHEST_COUNT));
    let from_points = fields.take(&format!("{path}.fromPoints"), from_points);
    let percent = whole(typed.multiplier_percent.unwrap_or(100), 1, HIGHEST_MULTIPLIER);
    let multiplier_percent = fields.take(&format!("{path}.multiplierPercent"), percent);
    let typed_perks = typed.perks.unwrap_or_default();
    if typed_perks.len() > MOST_PERKS {
        fields.refuse(&format!("{path}.perks"), &format!("Must not be more than {MOST_PERKS} perks."));
        return None;
    }
    let mut perks = Vec::new();
    for (index, perk) in typed_perks.iter().enumerate() {
        perks.extend(fields.take(&format!("{path}.perks.{index}"), text::one_line(perk, LONGEST_PERK)));
    }
    Some(Tier { name: name?, from_points: from_points?, perks, multiplier_percent: multiplier_percent? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(json: &str) -> Result<Switched<Programme>, FieldErrors> {
        let form: RewardsForm = serde_json::from_str(json).expect("a form");
        form.parse(Currency::parse("GBP").expect("a currency"))
    }

    fn refused(json: &str) -> Vec<String> {
        parse(json).expect_err("is refused").iter().map(|(path, _)| path.to_owned()).collect()
    }

    #[test]
    fn a_programme_needs_what_points_cost_and_bring() {
        let typed = r#"{"pointsPerUnit": 1, "redeemPoints": 100, "redeemValue": 500,
            "tiers": [{"name": "Friend", "fromPoints": 0}, {"name": "Club", "fromPoints": 500, "perks": ["Tastings"]}]}"#;
        let programme = parse(typed).expect("a programme");
        assert_eq!((programme.item.minimum_redeem, programme.status), (100, Switch::Active));
        assert_eq!(programme.item.tiers[0].multiplier_percent, 100);
        let currency = Currency::parse("GBP").expect("a currency");
        assert_eq!(programme.to_form().parse(currency), Ok(programme.clone()));
        let stored = programme.item.tiers.iter().map(Tier::to_form).collect();
        assert_eq!(Tier::from_stored(stored), Ok(programme.item.tiers));
        assert_eq!(refused("{}"), ["pointsPerUnit", "redeemPoints", "redeemValue"]);
    }

    #[test]
    fn every_refused_field_is_told_at_once() {
        let json = r#"{"pointsPerUnit": 0, "redeemPoints": 0, "redeemValue": 0, "minimumRedeem": -1, "status": "on",
            "tiers": [{"name": "A", "fromPoints": 5}, {"name": "A", "fromPoints": 5},
                      {"perks": [""], "multiplierPercent": 0}]}"#;
        assert_eq!(
            refused(json),
            [
                "minimumRedeem",
                "pointsPerUnit",
                "redeemPoints",
                "redeemValue",
                "status",
                "tiers.1.fromPoints",
                "tiers.1.name",
                "tiers.2.fromPoints",
                "tiers.2.multiplierPercent",
                "tiers.2.name",
                "tiers.2.perks.0",
            ]
        );
    }
}
