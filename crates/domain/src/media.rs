//! Pictures and files by their kind and their name. Rule: a kind is what the content says, never what a name claims, and
//! one file has one name.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::fields::Invalid;
use crate::ids::{MediaId, NotAnId};
use crate::text::{one_line, optional_line, public_value};

/// The most bytes that an upload may have.
pub const MOST_BYTES: usize = 10 * 1024 * 1024;

/// The widths in pixels that a picture is made ready in. None is wider than the picture itself.
pub const WIDTHS: [u32; 3] = [320, 800, 1600];

/// What a shop may keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileType {
    /// A JPEG picture.
    Jpeg,
    /// A PNG picture.
    Png,
    /// A WebP picture.
    WebP,
    /// A GIF picture.
    Gif,
    /// A document: kept as it is.
    Pdf,
}

impl FileType {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Jpeg, Self::Png, Self::WebP, Self::Gif, Self::Pdf];

    /// The kind of these bytes, by how they begin.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(b"\xff\xd8\xff") {
            Some(Self::Jpeg)
        } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            Some(Self::WebP)
        } else if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
            Some(Self::Gif)
        } else if bytes.starts_with(b"%PDF-") {
            Some(Self::Pdf)
        } else {
            None
        }
    }

    /// How names of this kind end, without the dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::WebP => "webp",
            Self::Gif => "gif",
            Self::Pdf => "pdf",
        }
    }

    /// The kind whose names end so.
    #[must_use]
    pub fn from_extension(extension: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.extension() == extension)
    }

    /// The media type.
    #[must_use]
    pub const fn mime_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Gif => "image/gif",
            Self::Pdf => "application/pdf",
        }
    }

    /// Whether it can be shown in several widths.
    #[must_use]
    pub const fn is_picture(self) -> bool {
        !matches!(self, Self::Pdf)
    }
}

/// The name of a file: `{id}.jpg` for what was uploaded, `{id}-800.webp` for one of its renditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FileName {
    /// Whose file it is.
    pub id: MediaId,
    /// The width in pixels, for a rendition.
    pub width: Option<u32>,
    /// What it holds.
    pub file_type: FileType,
}

impl FileName {
    /// The file that was uploaded.
    #[must_use]
    pub const fn original(id: MediaId, file_type: FileType) -> Self {
        Self { id, width: None, file_type }
    }

    /// A rendition of it.
    #[must_use]
    pub const fn rendition(id: MediaId, width: u32, file_type: FileType) -> Self {
        Self { id, width: Some(width), file_type }
    }

    /// Every file that can have come of a picture of this width (or of a document), the uploaded one first.
    #[must_use]
    pub fn family(self, width: Option<u32>) -> Vec<Self> {
        let mut family = vec![Self { width: None, ..self }];
        if let Some(width) = width {
            for width in widths(width) {
                for file_type in [FileType::WebP, FileType::Jpeg, FileType::Png] {
                    family.push(Self::rendition(self.id, width, file_type));
                }
            }
        }
        family
    }
}

/// The widths of the renditions of a picture that is `width` pixels wide: [`WIDTHS`], and its own instead of what would
/// be wider.
#[must_use]
pub fn widths(width: u32) -> Vec<u32> {
    let mut widths: Vec<u32> = WIDTHS.into_iter().map(|wanted| wanted.min(width)).collect();
    widths.dedup();
    widths
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, width, file_type } = self;
        match width {
            Some(width) => write!(f, "{id}-{width}.{}", file_type.extension()),
            None => write!(f, "{id}.{}", file_type.extension()),
        }
    }
}

impl FromStr for FileName {
    type Err = NotAnId;

    /// Reads the one spelling that is shown: whatever else may be sent, a path into other folders among it, is no name.
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let (stem, extension) = text.split_once('.').ok_or(NotAnId)?;
        let file_type = FileType::from_extension(extension).ok_or(NotAnId)?;
        let id = stem.get(..36).ok_or(NotAnId)?.parse()?;
        let width = match stem.get(36..).ok_or(NotAnId)? {
            "" => None,
            rest => Some(rest.strip_prefix('-').and_then(|digits| digits.parse().ok()).ok_or(NotAnId)?),
        };
        let name = Self { id, width, file_type };
        if name.to_string() == text { Ok(name) } else { Err(NotAnId) }
    }
}

/// Where a file is found: `{shop's number}/{name}`, the contract's `path`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FilePath {
    /// The number of the shop.
    pub shop: i64,
    /// The file.
    pub name: FileName,
}

impl FilePath {
    /// Reads both parts, each in its one spelling.
    pub fn parse(shop: &str, name: &str) -> Result<Self, NotAnId> {
        let number: i64 = shop.parse().map_err(|_| NotAnId)?;
        if number < 1 || number.to_string() != shop {
            return Err(NotAnId);
        }
        Ok(Self { shop: number, name: name.parse()? })
    }
}

impl fmt::Display for FilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.shop, self.name)
    }
}

/// How far the renditions of a picture are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MediaStatus {
    /// They are being made.
    Processing,
    /// They are there, or the file has none.
    Ready,
    /// They can not be made.
    Failed,
}

impl MediaStatus {
    const ALL: [Self; 3] = [Self::Processing, Self::Ready, Self::Failed];

    /// The name in the API and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Processing => "processing",
            Self::Ready => "ready",
            Self::Failed => "failed",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

/// What people call a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaName(String);

public_value!(MediaName);

impl MediaName {
    /// The most characters.
    pub const MOST: usize = 200;

    /// Reads 1 to 200 characters.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        one_line(text, Self::MOST).map(Self)
    }

    /// What a program calls a file that it sends: without its folders, and with a name of its kind where there is none.
    #[must_use]
    pub fn of_upload(text: &str, file_type: FileType) -> Self {
        let last = text.rsplit(['/', '\\']).next().unwrap_or_default();
        let cut: String = last.chars().filter(|c| !c.is_control()).take(Self::MOST).collect();
        Self::parse(&cut).unwrap_or_else(|_| Self(format!("unnamed.{}", file_type.extension())))
    }
}

/// What a picture shows, for those who do not see it; may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AltText(String);

public_value!(AltText);

impl AltText {
    /// The most characters.
    pub const MOST: usize = 500;

    /// Reads at most 500 characters.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        Ok(Self(optional_line(text, Self::MOST)?.unwrap_or_default()))
    }

    /// What some other program wrote: put on one line and cut where it is too long.
    #[must_use]
    pub fn of_import(text: &str) -> Self {
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let cut: String = line.chars().take(Self::MOST).collect();
        Self::parse(&cut).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "01926a3c-0000-7000-8000-000000000001";

    #[test]
    fn names_are_read_as_they_are_shown() {
        for name in [format!("{ID}.jpg"), format!("{ID}-320.webp"), format!("{ID}.pdf")] {
            assert_eq!(name.parse::<FileName>().expect("a name").to_string(), name);
        }
    }

    #[test]
    fn nothing_else_is_a_name() {
        for name in [
            String::new(),
            ".jpg".to_owned(),
            ID.to_string(),
            format!("{ID}.jpeg"),
            format!("{ID}.JPG"),
            format!("{ID}.svg"),
            format!("{}.jpg", ID.to_uppercase()),
            format!("{ID}-.jpg"),
            format!("{ID}-+320.jpg"),
            format!("{ID}-0320.jpg"),
            format!("{ID}-99999999999.jpg"),
            format!("{ID}320.jpg"),
            format!("{ID}.jpg.jpg"),
            format!("../{ID}.jpg"),
            format!("{ID}-320.jpg/.."),
            format!("{}☃.jpg", &ID[..35]),
        ] {
            assert_eq!(name.parse::<FileName>(), Err(NotAnId), "{name}");
        }
    }

    #[test]
    fn a_path_has_one_spelling() {
        let name = format!("{ID}.jpg");
        assert_eq!(FilePath::parse("15", &name).expect("a path").to_string(), format!("15/{name}"));
        for shop in ["", "0", "-1", "+1", "015", "..", "15/..", "99999999999999999999"] {
            assert_eq!(FilePath::parse(shop, &name), Err(NotAnId), "{shop}");
        }
    }

    #[test]
    fn what_programs_call_a_file_is_made_fit() {
        for (sent, kept) in [
            ("label.png", "label.png"),
            ("C:\\Users\\me\\label.png", "label.png"),
            ("../../etc/passwd", "passwd"),
            ("a\r\nb.png", "ab.png"),
            ("", "unnamed.png"),
            ("/", "unnamed.png"),
            ("x\u{202e}gnp.exe", "unnamed.png"),
        ] {
            assert_eq!(MediaName::of_upload(sent, FileType::Png).as_str(), kept, "{sent:?}");
        }
        assert_eq!(MediaName::of_upload(&"x".repeat(999), FileType::Png).as_str().len(), 200);
        assert_eq!(AltText::of_import("  two\n lines ").as_str(), "two lines");
        assert_eq!(AltText::of_import(&"x".repeat(999)).as_str().len(), 500);
        assert!(AltText::parse(&"x".repeat(501)).is_err());
        assert_eq!(AltText::parse(" ").expect("none is fine").as_str(), "");
    }

    #[test]
    fn no_rendition_is_wider_than_its_picture() {
        assert_eq!(widths(4000), [320, 800, 1600]);
        assert_eq!(widths(1600), [320, 800, 1600]);
        assert_eq!(widths(1000), [320, 800, 1000]);
        assert_eq!(widths(500), [320, 500]);
        assert_eq!(widths(320), [320]);
        assert_eq!(widths(7), [7]);
    }

    #[test]
    fn the_family_of_a_picture_holds_every_file_of_it() {
        let id = ID.parse().expect("an id");
        let names: Vec<String> = FileName::original(id, FileType::Gif)
            .family(Some(500))
            .into_iter()
            .map(|name| name.to_string().replace(ID, ""))
            .collect();
        assert_eq!(names, [".gif", "-320.webp", "-320.jpg", "-320.png", "-500.webp", "-500.jpg", "-500.png"]);
        assert_eq!(FileName::original(id, FileType::Pdf).family(None).len(), 1);
    }

    #[test]
    fn the_kind_is_in_the_content() {
        assert_eq!(FileType::of(b"\xff\xd8\xff\xe0"), Some(FileType::Jpeg));
        assert_eq!(FileType::of(b"RIFF\0\0\0\0WEBPVP8 "), Some(FileType::WebP));
        for other in
            [&b""[..], b"RIFF\0\0\0\0WAVE", b"<svg", b"<!DOCTYPE html>", b"MZ", b" %PDF-1.4", b"GIF88a"]
        {
            assert_eq!(FileType::of(other), None);
        }
    }
}
