//! How an entry stands in the index. Rule: every term begins with its shop's id, so that nothing can be looked up, expanded or
//! counted without naming a shop, and nothing of another shop lies within reach of one that was named.

use std::collections::BTreeSet;

use domain::ids::TenantId;
use tantivy::schema::{BytesOptions, FAST, Field, NumericOptions, Schema};
use tantivy::{TantivyDocument, Term};
use uuid::Uuid;

use super::analysis::{is_code, is_small, stem, words};
use super::{Entry, Kind};

/// Changes whenever what is written here changes its meaning; an index of another format is built anew.
pub(super) const FORMAT: u32 = 1;

/// So many words of an entry's text are looked at; what stands further down is not found.
const MOST_WORDS: usize = 4_000;

/// Parts the word from where it stands.
pub(super) const END_OF_WORD: u8 = 0;

/// Where in an entry a word stands: the better the place, the more it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// A part of an article number.
    Sku = 1,
    /// The title.
    Title = 2,
    /// Attributes, collections, tags.
    Keyword = 3,
    /// Excerpt and text.
    Text = 4,
}

impl Place {
    pub(super) fn read(byte: u8) -> Option<Self> {
        [Self::Sku, Self::Title, Self::Keyword, Self::Text].into_iter().find(|place| *place as u8 == byte)
    }

    pub(super) const fn weight(self) -> f32 {
        match self {
            Self::Sku => 12.0,
            Self::Title => 10.0,
            Self::Keyword => 6.0,
            Self::Text => 2.0,
        }
    }
}

/// What stands for itself: the whole article number, the whole title.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whole {
    Sku = 1,
    Title = 2,
}

/// The index's fields.
#[derive(Clone, Copy)]
pub(super) struct Fields {
    /// An entry's name, and each shop's id on each of its entries.
    key: Field,
    /// Words as they stand.
    pub(super) words: Field,
    /// Vintages, article numbers: never matched with typing errors.
    pub(super) codes: Field,
    /// Words without their endings.
    pub(super) stems: Field,
    /// Whole article numbers and titles.
    pub(super) wholes: Field,
    id_high: Field,
    id_low: Field,
    traits: Field,
}

pub(super) const ID_HIGH: &str = "id_high";
pub(super) const ID_LOW: &str = "id_low";
pub(super) const TRAITS: &str = "traits";

impl Fields {
    pub(super) fn schema() -> (Schema, Self) {
        let mut schema = Schema::builder();
        let terms = || BytesOptions::default().set_indexed();
        let fields = Self {
            key: schema.add_bytes_field("key", terms()),
            words: schema.add_bytes_field("words", terms()),
            codes: schema.add_bytes_field("codes", terms()),
            stems: schema.add_bytes_field("stems", terms()),
            wholes: schema.add_bytes_field("wholes", terms()),
            id_high: schema.add_u64_field(ID_HIGH, NumericOptions::from(FAST)),
            id_low: schema.add_u64_field(ID_LOW, NumericOptions::from(FAST)),
            traits: schema.add_u64_field(TRAITS, NumericOptions::from(FAST)),
        };
        (schema.build(), fields)
    }

    /// What all entries of a shop have.
    pub(super) fn shop(self, tenant: TenantId) -> Term {
        Term::from_field_bytes(self.key, tenant.uuid().as_bytes())
    }

    /// What one entry alone has.
    pub(super) fn entry(self, tenant: TenantId, kind: Kind, id: Uuid) -> Term {
        Term::from_field_bytes(self.key, &entry_key(tenant, kind, id))
    }

    /// The document that stands for an entry.
    pub(super) fn document(self, tenant: TenantId, entry: &Entry) -> TantivyDocument {
        let mut terms =
            Terms { tenant, words: BTreeSet::new(), codes: BTreeSet::new(), stems: BTreeSet::new() };
        let title = words(&entry.title, MOST_WORDS);
        terms.take(&title, Place::Title);
        for keyword in &entry.keywords {
            terms.take(&words(keyword, MOST_WORDS), Place::Keyword);
        }
        terms.take(&words(&entry.text, MOST_WORDS), Place::Text);
        let mut document = TantivyDocument::default();
        for sku in &entry.skus {
            let parts = words(sku, MOST_WORDS);
            let whole = parts.concat();
            document.add_bytes(self.wholes, &whole_term(tenant, Whole::Sku, &whole));
            for part in parts.iter().chain([&whole]) {
                terms.codes.insert(placed(tenant, part, Place::Sku));
            }
        }
        document.add_bytes(self.wholes, &whole_term(tenant, Whole::Title, &title.join(" ")));
        document.add_bytes(self.key, tenant.uuid().as_bytes());
        document.add_bytes(self.key, &entry_key(tenant, entry.kind, entry.id));
        for (field, terms) in
            [(self.words, terms.words), (self.codes, terms.codes), (self.stems, terms.stems)]
        {
            for term in terms {
                document.add_bytes(field, &term);
            }
        }
        let (high, low) = entry.id.as_u64_pair();
        document.add_u64(self.id_high, high);
        document.add_u64(self.id_low, low);
        let traits = Traits { kind: entry.kind, buyable: entry.buyable, title_words: title.len() };
        document.add_u64(self.traits, traits.to_bits());
        document
    }
}

struct Terms {
    tenant: TenantId,
    words: BTreeSet<Vec<u8>>,
    codes: BTreeSet<Vec<u8>>,
    stems: BTreeSet<Vec<u8>>,
}

impl Terms {
    fn take(&mut self, words: &[String], place: Place) {
        for word in words {
            if is_code(word) {
                self.codes.insert(placed(self.tenant, word, place));
            } else if place != Place::Text || !is_small(word) {
                self.words.insert(placed(self.tenant, word, place));
                self.stems.insert(placed(self.tenant, &stem(word), place));
            }
        }
    }
}

/// Where a shop's terms that begin with this text begin.
pub(super) fn beginning(tenant: TenantId, text: &str) -> Vec<u8> {
    [tenant.uuid().as_bytes(), text.as_bytes()].concat()
}

/// Where they end: a word has no such byte.
pub(super) fn end(tenant: TenantId, text: &str) -> Vec<u8> {
    [tenant.uuid().as_bytes(), text.as_bytes(), &[u8::MAX]].concat()
}

pub(super) fn placed(tenant: TenantId, word: &str, place: Place) -> Vec<u8> {
    [tenant.uuid().as_bytes(), word.as_bytes(), &[END_OF_WORD, place as u8]].concat()
}

/// A term's word and its place.
pub(super) fn read(term: &[u8]) -> Option<(&[u8], Place)> {
    let (head, place) = term.split_at_checked(term.len().checked_sub(2)?)?;
    let place = Place::read(*place.get(1)?)?;
    Some((head.get(16..)?, place))
}

pub(super) fn whole_term(tenant: TenantId, whole: Whole, text: &str) -> Vec<u8> {
    [tenant.uuid().as_bytes().as_slice(), &[whole as u8], text.as_bytes()].concat()
}

fn entry_key(tenant: TenantId, kind: Kind, id: Uuid) -> Vec<u8> {
    [tenant.uuid().as_bytes().as_slice(), &[kind as u8], id.as_bytes()].concat()
}

/// What the order of hits asks of a document, in one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Traits {
    pub(super) kind: Kind,
    pub(super) buyable: bool,
    /// Words in the title, 255 at the most.
    pub(super) title_words: usize,
}

impl Traits {
    fn to_bits(self) -> u64 {
        let words = u64::try_from(self.title_words.min(255)).unwrap_or(255);
        words << 16 | u64::from(self.buyable) << 8 | self.kind as u64
    }

    pub(super) fn from_bits(bits: u64) -> Option<Self> {
        let [kind, buyable, words, ..] = bits.to_le_bytes();
        Some(Self { kind: Kind::read(kind)?, buyable: buyable == 1, title_words: usize::from(words) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traits_and_terms_are_read_back() {
        for kind in Kind::ALL {
            for (buyable, title_words) in [(true, 0), (false, 3), (true, 255)] {
                let traits = Traits { kind, buyable, title_words };
                assert_eq!(Traits::from_bits(traits.to_bits()), Some(traits));
            }
        }
        let tenant = TenantId::new(Uuid::from_u128(7));
        assert_eq!(read(&placed(tenant, "malbec", Place::Title)), Some(("malbec".as_bytes(), Place::Title)));
        assert_eq!(read(b"short"), None);
    }
}
