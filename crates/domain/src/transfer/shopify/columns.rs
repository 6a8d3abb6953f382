//! Which column of the table is which.

use super::Row;

macro_rules! columns {
    ($($(#[$doc:meta])* $column:ident = $($name:literal)|+,)*) => {
        /// A column that we read.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Column {
            $($column,)*
        }

        impl Column {
            const ALL: &[Self] = &[$(Self::$column,)*];

            /// Its names: that of the files of many years, then those of later ones, in small letters.
            const fn names(self) -> &'static [&'static str] {
                match self {
                    $(Self::$column => &[$($name,)+],)*
                }
            }
        }
    };
}

columns! {
    Handle = "Handle" | "URL handle",
    Title = "Title",
    Body = "Body (HTML)" | "Body HTML" | "Description",
    Vendor = "Vendor",
    Type = "Type",
    Tags = "Tags",
    Published = "Published" | "Published on online store",
    Status = "Status",
    Option1Name = "Option1 Name",
    Option1Value = "Option1 Value",
    Option2Name = "Option2 Name",
    Option2Value = "Option2 Value",
    Option3Name = "Option3 Name",
    Option3Value = "Option3 Value",
    Sku = "Variant SKU" | "SKU",
    Grams = "Variant Grams" | "Weight value (grams)",
    Tracker = "Variant Inventory Tracker" | "Inventory tracker",
    Quantity = "Variant Inventory Qty" | "Inventory quantity",
    Policy = "Variant Inventory Policy" | "Continue selling when out of stock",
    Price = "Variant Price" | "Price",
    ComparePrice = "Variant Compare At Price" | "Compare-at price",
    ImageSrc = "Image Src" | "Product image URL",
    ImagePosition = "Image Position",
    ImageAlt = "Image Alt Text",
    GiftCard = "Gift Card",
    SeoTitle = "SEO Title",
    SeoDescription = "SEO Description",
    Collection = "Collection" | "Custom Collection",
}

/// What no product can do without.
const REQUIRED: [Column; 3] = [Column::Handle, Column::Title, Column::Price];

impl Column {
    /// What people call it.
    pub(super) fn name(self) -> &'static str {
        self.names().first().copied().unwrap_or_default()
    }
}

/// The head of a table, understood.
#[derive(Clone, Debug)]
pub struct Columns {
    places: Vec<Option<usize>>,
    width: usize,
    unused: Vec<String>,
}

/// The columns that a table lacks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the column{} {} {} missing", if .0.len() == 1 { "" } else { "s" }, .0.join(", "), if .0.len() == 1 { "is" } else { "are" })]
pub struct Missing(Vec<&'static str>);

impl Columns {
    /// Reads the head of a table.
    pub fn read(head: &[String]) -> Result<Self, Missing> {
        let is_named = |name: &String, column: &Column| {
            column.names().iter().any(|known| known.eq_ignore_ascii_case(name.trim()))
        };
        let places: Vec<Option<usize>> =
            Column::ALL.iter().map(|column| head.iter().position(|name| is_named(name, column))).collect();
        let missing: Vec<&'static str> = REQUIRED
            .into_iter()
            .filter(|column| places[*column as usize].is_none())
            .map(Column::name)
            .collect();
        if !missing.is_empty() {
            return Err(Missing(missing));
        }
        let unused = head
            .iter()
            .enumerate()
            .filter(|(place, name)| !name.trim().is_empty() && !places.contains(&Some(*place)))
            .map(|(_, name)| name.trim().to_owned())
            .collect();
        Ok(Self { places, width: head.len(), unused })
    }

    /// How many fields a row has.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// The names of those that nothing here reads.
    #[must_use]
    pub fn unused(&self) -> &[String] {
        &self.unused
    }

    /// The handle of a row, which tells its product; blank where it has none.
    #[must_use]
    pub fn handle<'r>(&self, row: &'r Row) -> &'r str {
        self.get(row, Column::Handle)
    }

    pub(super) fn has(&self, column: Column) -> bool {
        self.places[column as usize].is_some()
    }

    /// A field without the blanks around it; blank where there is none.
    pub(super) fn get<'r>(&self, row: &'r Row, column: Column) -> &'r str {
        self.places[column as usize].and_then(|place| row.fields.get(place)).map_or("", |field| field.trim())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn columns_are_found_by_any_of_their_names() {
        let columns = Columns::read(&head(&["title", " URL Handle ", "Price", "Google Shopping / MPN", ""]))
            .expect("all that is required");
        assert_eq!(columns.unused(), ["Google Shopping / MPN"]);
        let row = Row { line: 2, fields: head(&["Red", " red ", "5"]) };
        assert_eq!((columns.handle(&row), columns.get(&row, Column::Price)), ("red", "5"));
        assert_eq!(columns.get(&row, Column::Sku), "");
        assert!(!columns.has(Column::Sku) && columns.has(Column::Title));
    }

    #[test]
    fn what_is_missing_is_told() {
        for (names, message) in [
            (vec!["Title", "Variant Price"], "the column Handle is missing"),
            (vec!["name", "cost"], "the columns Handle, Title, Variant Price are missing"),
            (vec![], "the columns Handle, Title, Variant Price are missing"),
        ] {
            let missing = Columns::read(&head(&names)).expect_err("not enough");
            assert_eq!(missing.to_string(), message);
        }
    }
}
