//! What subscribers of a newsletter hear of.

use crate::fields::{Fields, Invalid};
use crate::tenants::Slug;

/// Where somebody stands on the newsletter's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubscriberStatus {
    /// Asked for it, and has not opened the mail that asks whether they did.
    Pending,
    /// Gets it.
    Confirmed,
    /// Got it once.
    Unsubscribed,
}

impl SubscriberStatus {
    /// The word in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Confirmed => "confirmed",
            Self::Unsubscribed => "unsubscribed",
        }
    }

    /// Reads the word in the API.
    pub fn parse(word: &str) -> Result<Self, Invalid> {
        [Self::Pending, Self::Confirmed, Self::Unsubscribed]
            .into_iter()
            .find(|status| status.as_str() == word)
            .ok_or(Invalid::fixed("Must be pending, confirmed or unsubscribed."))
    }
}

/// The topics that somebody chose, each once, in the order of the shop's list. None means all there will be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Topics(Vec<String>);

impl Topics {
    /// Reads the topics of the field at `path`; each that the shop has not is refused by its place: `topics.1`.
    pub fn read(fields: &mut Fields, path: &str, words: &[String], known: &[Slug]) -> Option<Self> {
        let mut whole = true;
        for (index, word) in words.iter().enumerate() {
            if !known.iter().any(|topic| topic.as_str() == word) {
                whole = false;
                let names: Vec<&str> = known.iter().map(Slug::as_str).collect();
                let reason = if names.is_empty() {
                    "This newsletter has no topics.".to_owned()
                } else {
                    format!("Must be one of {}.", names.join(", "))
                };
                fields.refuse(&format!("{path}.{index}"), &reason);
            }
        }
        let chosen = known.iter().map(Slug::as_str).filter(|topic| words.iter().any(|word| word == topic));
        whole.then(|| Self(chosen.map(ToOwned::to_owned).collect()))
    }

    /// The topics of both, where both have chosen; those of one who has not are all.
    #[must_use]
    pub fn joined(&self, other: &Self) -> Self {
        if self.0.is_empty() || other.0.is_empty() {
            return Self::default();
        }
        let more = other.0.iter().filter(|topic| !self.0.contains(topic));
        Self(self.0.iter().chain(more).cloned().collect())
    }

    /// The words.
    #[must_use]
    pub fn words(&self) -> &[String] {
        &self.0
    }

    /// The stored form: a space before, between and after.
    #[must_use]
    pub fn to_stored(&self) -> String {
        let words = self.0.join(" ");
        if words.is_empty() { " ".to_owned() } else { format!(" {words} ") }
    }

    /// Reads the stored form.
    #[must_use]
    pub fn from_stored(stored: &str) -> Self {
        Self(stored.split_whitespace().map(ToOwned::to_owned).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Result<Topics, Vec<String>> {
        let known: Vec<Slug> =
            ["offers", "events", "new-wines"].iter().map(|word| Slug::parse(word).expect("a slug")).collect();
        let mut fields = Fields::default();
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let topics = Topics::read(&mut fields, "topics", &words, &known);
        let errors = fields.into_errors();
        topics.ok_or_else(|| errors.iter().map(|(path, _)| path.to_owned()).collect())
    }

    #[test]
    fn only_the_shops_topics_are_taken() {
        let topics = read(&["new-wines", "offers", "offers"]).expect("known topics");
        assert_eq!(topics.words(), ["offers", "new-wines"]);
        assert_eq!(topics.to_stored(), " offers new-wines ");
        assert_eq!(Topics::from_stored(&topics.to_stored()), topics);
        assert_eq!(Topics::from_stored(&Topics::default().to_stored()), Topics::default());
        assert_eq!(read(&["offers", "spam", " events"]), Err(vec!["topics.1".into(), "topics.2".into()]));
    }

    #[test]
    fn who_chose_nothing_hears_all() {
        let (some, other) = (read(&["offers"]).expect("known"), read(&["events"]).expect("known"));
        assert_eq!(some.joined(&other).words(), ["offers", "events"]);
        assert_eq!(some.joined(&Topics::default()), Topics::default());
    }
}
