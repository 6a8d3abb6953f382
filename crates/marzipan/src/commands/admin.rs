//! `marzipan admin`: sign-ins of those who run a shop.

use std::io::BufRead as _;

use anyhow::{Context as _, Result, anyhow};
use commerce::staff::{self, NewMember, StaffError};
use commerce::tenants;
use domain::accounts::{PasswordText, PersonName};
use serde::Serialize;

use super::tenant::told;
use super::{Printer, refused};
use crate::cli::AdminCreate;
use crate::settings::Settings;
use crate::wiring;

const VARIABLE: &str = "MARZIPAN_ADMIN_PASSWORD";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Printed {
    id: String,
    tenant: String,
    email: String,
    name: String,
    role: String,
    /// Only where it was made here: nobody else has seen it.
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<String>,
}

/// Makes a sign-in.
pub(crate) async fn create(settings: &Settings, words: AdminCreate, printer: Printer) -> Result<()> {
    let AdminCreate { tenant, email, name, role, password_stdin } = words;
    let given = given_password(password_stdin)?;
    let generated = given.is_none().then(make_password);
    let password = given.or_else(|| generated.clone()).unwrap_or_default();
    let name = match name {
        Some(name) => name,
        None => PersonName::parse(email.as_str().split('@').next().unwrap_or_default())
            .map_err(|reason| anyhow!("give a --name: {reason}"))?,
    };
    let commerce = wiring::open_for_command(settings).await?;
    let shop = tenants::find(&commerce, &tenant).await.map_err(told)?;
    let password =
        PasswordText::parse_new(password).map_err(|reason| anyhow!("the password is refused: {reason}"))?;
    let new = NewMember { name, email, password, role };
    let member = staff::add(&commerce, &shop, None, new).await.map_err(|error| match error {
        StaffError::Invalid(fields) => refused(&fields),
        other => other.into(),
    })?;
    let made = Printed {
        id: member.id.to_string(),
        tenant: shop.slug,
        email: member.email,
        name: member.name,
        role: member.role.as_str().to_owned(),
        password: generated,
    };
    let mut said = format!("{} may sign in to {} as {}.", made.email, made.tenant, made.role);
    if let Some(password) = &made.password {
        said.push_str("\nTheir password, shown this once:\n  ");
        said.push_str(password);
    }
    printer.say(&made, said)
}

fn given_password(from_input: bool) -> Result<Option<String>> {
    if from_input {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).context("the standard input can not be read")?;
        return Ok(Some(line.trim_end_matches(['\r', '\n']).to_owned()));
    }
    match std::env::var(VARIABLE) {
        Ok(password) if !password.is_empty() => Ok(Some(password)),
        Ok(_) | Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(anyhow!("{VARIABLE} is not UTF-8")),
    }
}

/// Eighty random bits, in letters that are not mistaken for one another.
pub(crate) fn make_password() -> String {
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz123456789";
    let letter = || char::from(LETTERS[usize::from(rand::random::<u8>()) % LETTERS.len()]);
    let group = || (0..4).map(|_| letter()).collect::<String>();
    [group(), group(), group(), group()].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_password_is_accepted() {
        let made = make_password();
        assert_ne!(made, make_password());
        let password = PasswordText::parse_new(made).expect("long enough");
        assert!(password.check_guessable(&["owner@example.com"]).is_ok());
    }
}
