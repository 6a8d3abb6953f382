//! Reads typed values out of JSON and out of query text. Rule: a refusal is the path of the field and a sentence that
//! says what is wanted, never a parser's message.
//!
//! `serde_json`'s own deserializer would do, but for three things: its messages speak of Rust types, it takes an array
//! where an object is documented, and it refuses `2.0` where a whole number is wanted, which JSON Schema does not.

use std::fmt::{self, Display};

use domain::fields::FieldErrors;
use serde::de::value::{MapAccessDeserializer, StringDeserializer};
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, Expected, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, Visitor,
};
use serde_json::{Map, Value};

/// Reads a JSON document. A document that is refused as a whole is called `body`.
pub(crate) fn from_json<T: DeserializeOwned>(document: Value) -> Result<T, FieldErrors> {
    T::deserialize(Reader { value: document, source: Source::Json })
        .map_err(|refusal| refusal.into_errors("body"))
}

/// Reads the parameters of a query: texts, which are read as the numbers and booleans that are wanted of them. A name
/// that is given more than once is a list.
pub(crate) fn from_query<T: DeserializeOwned>(query: &str) -> Result<T, FieldErrors> {
    let mut parameters = Map::new();
    for (name, text) in url::form_urlencoded::parse(query.as_bytes()) {
        let text = Value::String(text.into_owned());
        match parameters.get_mut(name.as_ref()) {
            None => {
                parameters.insert(name.into_owned(), text);
            }
            Some(Value::Array(list)) => list.push(text),
            Some(first) => *first = Value::Array(vec![first.take(), text]),
        }
    }
    T::deserialize(Reader { value: Value::Object(parameters), source: Source::Query })
        .map_err(|refusal| refusal.into_errors("query"))
}

/// Why a value is refused. The path grows at its front while the refusal travels outwards.
#[derive(Debug)]
struct Refusal {
    path: Vec<String>,
    reason: String,
}

impl Refusal {
    fn new(reason: impl Into<String>) -> Self {
        Self { path: Vec::new(), reason: reason.into() }
    }

    fn under(mut self, name: String) -> Self {
        self.path.push(name);
        self
    }

    fn into_errors(mut self, whole: &str) -> FieldErrors {
        self.path.reverse();
        let path = if self.path.is_empty() { whole.to_owned() } else { self.path.join(".") };
        FieldErrors::one(path, self.reason)
    }
}

impl Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Refusal {}

impl de::Error for Refusal {
    /// Keeps a sentence, which one of our own types gave; another library's message is not for callers.
    fn custom<T: Display>(message: T) -> Self {
        let message = message.to_string();
        let is_sentence = message.starts_with(|first: char| first.is_uppercase()) && message.ends_with('.');
        Self::new(if is_sentence { message } else { "Is not valid.".to_owned() })
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(wanted(&expected.to_string()))
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(wanted(&expected.to_string()))
    }

    fn invalid_length(_: usize, expected: &dyn Expected) -> Self {
        Self::new(wanted(&expected.to_string()))
    }

    fn unknown_variant(_: &str, variants: &'static [&'static str]) -> Self {
        Self::new(one_of(variants))
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self::new("Is not known here.")
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new("Is required.").under(field.to_owned())
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::new(ONCE).under(field.to_owned())
    }
}

const ONCE: &str = "Must be given once.";
const OBJECT: &str = "Must be an object.";
const LIST: &str = "Must be a list.";

fn one_of(variants: &[&str]) -> String {
    format!("Must be one of: {}.", variants.join(", "))
}

/// The sentence for what serde calls `expected`.
fn wanted(expected: &str) -> String {
    let sentence = match expected {
        "a string" | "a borrowed string" | "a character" | "variant identifier" => "Must be a string.",
        "a boolean" => "Must be true or false.",
        "u8" => "Must be a whole number from 0 to 255.",
        "u16" => "Must be a whole number from 0 to 65535.",
        "u32" => "Must be a whole number from 0 to 4294967295.",
        "u64" | "u128" | "usize" => "Must be a whole number, 0 or more.",
        "i8" => "Must be a whole number from -128 to 127.",
        "i16" => "Must be a whole number from -32768 to 32767.",
        "i32" => "Must be a whole number from -2147483648 to 2147483647.",
        "i64" | "i128" | "isize" => "Must be a whole number.",
        "f32" | "f64" => "Must be a number.",
        "unit" => "Must be null.",
        "a map" => OBJECT,
        "a sequence" => LIST,
        _ if expected.starts_with("struct ") => OBJECT,
        _ if expected.starts_with("tuple ") => LIST,
        _ => return format!("Must be {expected}."),
    };
    sentence.to_owned()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    Json,
    Query,
}

struct Reader {
    value: Value,
    source: Source,
}

impl Reader {
    /// The text of a query parameter that is wanted as something else; `None` where the value is no such text.
    fn query_text(&self) -> Result<Option<&str>, Refusal> {
        match (&self.value, self.source) {
            (Value::String(text), Source::Query) => Ok(Some(text)),
            (Value::Array(_), Source::Query) => Err(Refusal::new(ONCE)),
            _ => Ok(None),
        }
    }
}

macro_rules! whole_numbers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
            let expected = wanted(&(&visitor as &dyn Expected).to_string());
            if let Some(text) = self.query_text()? {
                // Digits only: `parse` would take a plus sign too.
                let digits = text.strip_prefix('-').unwrap_or(text);
                if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
                    if let Ok(number) = text.parse::<u64>() {
                        return visitor.visit_u64(number);
                    }
                    if let Ok(number) = text.parse::<i64>() {
                        return visitor.visit_i64(number);
                    }
                }
                return Err(Refusal::new(expected));
            }
            match self.value.as_f64() {
                Some(number) if self.value.is_f64() => match whole(number) {
                    Some(number) => visitor.visit_i64(number),
                    None => Err(Refusal::new(expected)),
                },
                _ => self.deserialize_any(visitor),
            }
        }
    )*};
}

/// The whole number that a JSON number such as `2.0` or `1e3` means, as far as it is exact.
fn whole(number: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() <= EXACT {
        #[expect(clippy::cast_possible_truncation, reason = "it is whole and within 2^53")]
        return Some(number as i64);
    }
    None
}

macro_rules! fractions {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
            match self.query_text()?.map(str::parse::<f64>) {
                Some(Ok(number)) if number.is_finite() => visitor.visit_f64(number),
                Some(_) => Err(Refusal::new("Must be a number.")),
                None => self.deserialize_any(visitor),
            }
        }
    )*};
}

macro_rules! texts {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
            self.query_text()?;
            self.deserialize_any(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Reader {
    type Error = Refusal;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        let source = self.source;
        match self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), _, _) => visitor.visit_u64(number),
                (_, Some(number), _) => visitor.visit_i64(number),
                (_, _, Some(number)) => visitor.visit_f64(number),
                (None, None, None) => Err(Refusal::new("Is not valid.")),
            },
            Value::String(text) => visitor.visit_string(text),
            Value::Array(items) => visitor.visit_seq(Items { rest: items.into_iter(), at: 0, source }),
            Value::Object(fields) => {
                visitor.visit_map(Entries { rest: fields.into_iter(), next: None, source })
            }
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self.query_text()? {
            Some("true" | "1") => visitor.visit_bool(true),
            Some("false" | "0") => visitor.visit_bool(false),
            Some(_) => Err(Refusal::new("Must be true or false.")),
            None => self.deserialize_any(visitor),
        }
    }

    whole_numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
    }

    fractions! { deserialize_f32 deserialize_f64 }

    texts! { deserialize_char deserialize_str deserialize_string deserialize_identifier }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match (self.value, self.source) {
            (Value::Array(items), source) => {
                visitor.visit_seq(Items { rest: items.into_iter(), at: 0, source })
            }
            (text @ Value::String(_), Source::Query) => {
                visitor.visit_seq(Items { rest: vec![text].into_iter(), at: 0, source: Source::Query })
            }
            _ => Err(Refusal::new(LIST)),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        if self.value.is_object() { self.deserialize_any(visitor) } else { Err(Refusal::new(OBJECT)) }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        let source = self.source;
        match self.value {
            Value::String(text) => {
                let text: StringDeserializer<Refusal> = text.into_deserializer();
                visitor.visit_enum(text)
            }
            Value::Object(fields) if fields.len() == 1 => {
                MapAccessDeserializer::new(Entries { rest: fields.into_iter(), next: None, source })
                    .deserialize_enum(name, variants, visitor)
            }
            _ => Err(Refusal::new(one_of(variants))),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! { bytes byte_buf unit unit_struct }
}

struct Items {
    rest: std::vec::IntoIter<Value>,
    at: usize,
    source: Source,
}

impl<'de> SeqAccess<'de> for Items {
    type Error = Refusal;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Refusal> {
        let Some(value) = self.rest.next() else { return Ok(None) };
        let at = self.at;
        self.at += 1;
        let item = Reader { value, source: self.source };
        seed.deserialize(item).map(Some).map_err(|refusal| refusal.under(at.to_string()))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

struct Entries {
    rest: serde_json::map::IntoIter,
    next: Option<(String, Value)>,
    source: Source,
}

impl<'de> MapAccess<'de> for Entries {
    type Error = Refusal;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Refusal> {
        self.next = self.rest.next();
        let Some((name, _)) = &self.next else { return Ok(None) };
        let key: StringDeserializer<Refusal> = name.clone().into_deserializer();
        seed.deserialize(key).map(Some).map_err(|refusal| refusal.under(name.clone()))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Refusal> {
        let Some((name, value)) = self.next.take() else {
            return Err(Refusal::new("Is not valid."));
        };
        let field = Reader { value, source: self.source };
        seed.deserialize(field).map_err(|refusal| refusal.under(name))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Channel {
        Email,
        Post,
    }

    #[derive(Debug, Deserialize)]
    struct Item {
        #[serde(rename = "x")]
        _x: u8,
    }

    #[derive(Debug, Default, Deserialize)]
    #[serde(rename_all = "camelCase", default)]
    struct Form {
        first_name: Option<String>,
        count: Option<i64>,
        small: Option<u8>,
        agreed: Option<bool>,
        ratio: Option<f64>,
        channels: Vec<Channel>,
        items: Vec<Item>,
        id: Option<uuid::Uuid>,
        extra: Option<std::collections::BTreeMap<String, String>>,
    }

    fn refused(document: Value) -> (String, String) {
        let errors = from_json::<Form>(document).expect_err("a refusal");
        let (path, reasons) = errors.iter().next().expect("one field");
        (path.to_owned(), reasons.join(" "))
    }

    #[test]
    fn names_the_field_and_says_what_is_wanted() {
        for (document, path, reason) in [
            (json!({"firstName": 5}), "firstName", "Must be a string."),
            (json!({"count": "5"}), "count", "Must be a whole number."),
            (json!({"count": 1.5}), "count", "Must be a whole number."),
            (json!({"small": 256}), "small", "Must be a whole number from 0 to 255."),
            (json!({"small": -1}), "small", "Must be a whole number from 0 to 255."),
            (json!({"agreed": 1}), "agreed", "Must be true or false."),
            (json!({"ratio": "1"}), "ratio", "Must be a number."),
            (json!({"channels": "email"}), "channels", "Must be a list."),
            (json!({"channels": null}), "channels", "Must be a list."),
            (json!({"channels": ["fax"]}), "channels.0", "Must be one of: email, post."),
            (json!({"channels": ["email", 3]}), "channels.1", "Must be one of: email, post."),
            (json!({"items": [{}]}), "items.0.x", "Is required."),
            (json!({"items": [{"x": 1}, {"x": "1"}]}), "items.1.x", "Must be a whole number from 0 to 255."),
            (json!({"items": [[1]]}), "items.0", "Must be an object."),
            (json!({"id": "no"}), "id", "Is not valid."),
            (json!({"extra": {"a.b": 1}}), "extra.a.b", "Must be a string."),
            (json!([]), "body", "Must be an object."),
            (json!("x"), "body", "Must be an object."),
        ] {
            assert_eq!(refused(document.clone()), (path.to_owned(), reason.to_owned()), "{document}");
        }
    }

    #[test]
    fn takes_whole_numbers_in_any_spelling_and_ignores_unknown_keys() {
        let form: Form =
            from_json(json!({"count": 2.0, "ratio": 3, "channels": ["post"], "?": [{}]})).expect("valid");
        assert_eq!((form.count, form.ratio), (Some(2), Some(3.0)));
        assert_eq!(form.channels, [Channel::Post]);
        assert_eq!(form.first_name, None);
    }

    #[test]
    fn reads_queries() {
        let form: Form = from_query(
            "count=-3&agreed=true&channels=email&channels=post&ratio=0.5&firstName=%F0%9F%8D%87+x",
        )
        .expect("valid");
        assert_eq!((form.count, form.agreed, form.ratio), (Some(-3), Some(true), Some(0.5)));
        assert_eq!(form.channels, [Channel::Email, Channel::Post]);
        assert_eq!(form.first_name.as_deref(), Some("\u{1f347} x"));
        assert_eq!(from_query::<Form>("channels=post").expect("valid").channels, [Channel::Post]);
    }

    #[test]
    fn names_refused_query_parameters() {
        for (query, path, reason) in [
            ("count=%2B3", "count", "Must be a whole number."),
            ("count=", "count", "Must be a whole number."),
            ("count=99999999999999999999", "count", "Must be a whole number."),
            ("count=1&count=2", "count", "Must be given once."),
            ("firstName=a&firstName=b", "firstName", "Must be given once."),
            ("agreed=yes", "agreed", "Must be true or false."),
            ("ratio=inf", "ratio", "Must be a number."),
        ] {
            let errors = from_query::<Form>(query).expect_err("a refusal");
            assert_eq!(errors, FieldErrors::one(path, reason), "{query}");
        }
    }
}
