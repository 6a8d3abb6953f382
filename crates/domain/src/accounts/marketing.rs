//! The ways in which a customer agreed to hear from the shop.

use serde::{Serialize, Serializer};

use crate::fields::Fields;

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
    /// Reads the published words of the field at `path`; any order, doubles fold. Each unknown word is refused by its
    /// place: `marketing.1`.
    pub fn read<S: AsRef<str>>(fields: &mut Fields, path: &str, words: &[S]) -> Option<Self> {
        let mut channels = Vec::with_capacity(words.len().min(Channel::ALL.len()));
        let mut whole = true;
        for (index, word) in words.iter().enumerate() {
            if let Some(known) = channel(word.as_ref()) {
                channels.push(known);
                continue;
            }
            whole = false;
            let shown: String = word.as_ref().chars().filter(|c| !c.is_control()).take(20).collect();
            fields.refuse(
                &format!("{path}.{index}"),
                &format!("`{shown}` is none of email, sms, phone, post."),
            );
        }
        whole.then(|| Self::of(channels.into_iter()))
    }

    /// Whether the customer agreed to this way.
    #[must_use]
    pub fn has(&self, channel: Channel) -> bool {
        self.0.contains(&channel)
    }

    /// The same with or without this way.
    #[must_use]
    pub fn with(&self, channel: Channel, agreed: bool) -> Self {
        let others = self.0.iter().copied().filter(|known| *known != channel);
        Self::of(others.chain(agreed.then_some(channel)))
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

    fn read(words: &[&str]) -> Result<Marketing, Vec<String>> {
        let mut fields = Fields::default();
        let marketing = Marketing::read(&mut fields, "marketing", words);
        let errors = fields.into_errors();
        marketing.ok_or_else(|| errors.iter().map(|(path, _)| path.to_owned()).collect())
    }

    #[test]
    fn keeps_the_published_order_and_no_doubles() {
        let marketing = read(&["post", "email", "post"]).expect("known words");
        assert_eq!(marketing.to_stored(), "email,post");
        assert_eq!(Marketing::from_stored(""), Marketing::default());
    }

    #[test]
    fn each_unknown_word_is_named_by_its_place() {
        assert_eq!(
            read(&["email", "fax", "post", "Email"]),
            Err(vec!["marketing.1".into(), "marketing.3".into()])
        );
    }

    #[test]
    fn one_way_comes_and_goes_alone() {
        let marketing = Marketing::from_stored("sms,post");
        let more = marketing.with(Channel::Email, true);
        assert_eq!(more.to_stored(), "email,sms,post");
        assert!(more.has(Channel::Email) && !marketing.has(Channel::Email));
        assert_eq!(more.with(Channel::Email, false), marketing);
    }

    proptest! {
        #[test]
        fn reads_back_what_it_stores(picked in proptest::sample::subsequence(vec!["email", "sms", "phone", "post"], 0..=4)) {
            let marketing = read(&picked).expect("known words");
            prop_assert_eq!(Marketing::from_stored(&marketing.to_stored()), marketing);
        }
    }
}
