//! The ways in which a customer agreed to hear from the shop.

use serde::{Serialize, Serializer};

use crate::fields::Invalid;

/// A way to reach a customer; the published words, in the published order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say themselves")]
pub enum Channel {
    Email,
    Sms,
    Phone,
    Post,
}

impl Channel {
    const ALL: [Self; 4] = [Self::Email, Self::Sms, Self::Phone, Self::Post];

    /// The published word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Phone => "phone",
            Self::Post => "post",
        }
    }
}

/// The channels a customer agreed to, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marketing(Vec<Channel>);

impl Marketing {
    /// Reads the published words; any order, doubles fold.
    pub fn parse<S: AsRef<str>>(words: &[S]) -> Result<Self, Invalid> {
        if let Some(unknown) = words.iter().find(|word| channel(word.as_ref()).is_none()) {
            let shown: String = unknown.as_ref().chars().filter(|c| !c.is_control()).take(20).collect();
            return Err(Invalid::new(format!("`{shown}` is none of email, sms, phone, post.")));
        }
        Ok(Self::of(words.iter().filter_map(|word| channel(word.as_ref()))))
    }

    /// Reads the stored form; words of another release are passed over.
    #[must_use]
    pub fn from_stored(stored: &str) -> Self {
        Self::of(stored.split(',').filter_map(channel))
    }

    /// The stored form, `email,sms`.
    #[must_use]
    pub fn to_stored(&self) -> String {
        self.0.iter().map(|channel| channel.as_str()).collect::<Vec<_>>().join(",")
    }

    fn of(channels: impl Iterator<Item = Channel>) -> Self {
        let mut channels: Vec<Channel> = channels.collect();
        channels.sort_unstable();
        channels.dedup();
        Self(channels)
    }
}

fn channel(word: &str) -> Option<Channel> {
    Channel::ALL.into_iter().find(|channel| channel.as_str() == word)
}

impl Serialize for Marketing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|channel| channel.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keeps_the_published_order_and_no_doubles() {
        let marketing = Marketing::parse(&["post", "email", "post"]).expect("known words");
        assert_eq!(marketing.to_stored(), "email,post");
        assert!(Marketing::parse(&["fax"]).is_err());
        assert!(Marketing::parse(&["Email"]).is_err());
        assert_eq!(Marketing::from_stored(""), Marketing::default());
    }

    proptest! {
        #[test]
        fn reads_back_what_it_stores(picked in proptest::sample::subsequence(vec!["email", "sms", "phone", "post"], 0..=4)) {
            let marketing = Marketing::parse(&picked).expect("known words");
            prop_assert_eq!(Marketing::from_stored(&marketing.to_stored()), marketing);
        }
    }
}
