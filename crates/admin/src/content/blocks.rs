//! The schema of blocks as staff write them. They are read by `domain::content::Blocks`, which names what is wrong by its
//! path; what stands here documents it.

use serde::Serialize;
use utoipa::ToSchema;

/// A part of a page, of one of eleven types. Unknown types and unknown keys are refused.
#[derive(Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[expect(dead_code, reason = "documents what the domain's `Blocks` reads and writes")]
pub(crate) enum BlockForm {
    /// Text in Markdown. HTML in it is made safe.
    RichText {
        #[schema(max_length = 50_000)]
        markdown: String,
    },
    /// A heading.
    Heading {
        #[schema(min_length = 1, max_length = 200)]
        text: String,
        /// 2 if left out.
        #[schema(minimum = 2, maximum = 4)]
        level: Option<u8>,
    },
    /// A picture.
    Image {
        #[schema(format = Uuid)]
        media_id: String,
        /// What it shows here; as the picture itself says if left out.
        #[schema(max_length = 200)]
        alt: Option<String>,
        #[schema(max_length = 1000)]
        caption: Option<String>,
    },
    /// Several pictures.
    Gallery {
        #[schema(min_items = 1, max_items = 50)]
        images: Vec<GalleryImageForm>,
    },
    /// What somebody said.
    Quote {
        #[schema(min_length = 1, max_length = 1000)]
        text: String,
        #[schema(max_length = 200)]
        cite: Option<String>,
    },
    /// A film elsewhere.
    Video {
        #[schema(max_length = 2000, pattern = "^https://")]
        url: String,
        #[schema(max_length = 200)]
        title: Option<String>,
    },
    /// Chosen products.
    Products {
        #[schema(min_items = 1, max_items = 50)]
        products: Vec<ReferenceWord>,
        #[schema(max_length = 200)]
        title: Option<String>,
    },
    /// The first products of a collection.
    Collection {
        collection: ReferenceWord,
        /// How many; 12 if left out.
        #[schema(minimum = 1, maximum = 50)]
        limit: Option<u8>,
        #[schema(max_length = 200)]
        title: Option<String>,
    },
    /// Chosen subscription packages.
    Packages {
        #[schema(min_items = 1, max_items = 50)]
        packages: Vec<ReferenceWord>,
        #[schema(max_length = 200)]
        title: Option<String>,
    },
    /// A form that the shop's site draws.
    Form {
        form: FormWord,
        #[schema(max_length = 200)]
        title: Option<String>,
    },
    /// HTML. It is made safe when it is saved.
    Html {
        #[schema(max_length = 50_000)]
        html: String,
    },
}

/// A picture of a gallery.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GalleryImageForm {
    #[schema(format = Uuid)]
    media_id: String,
    /// What it shows here; as the picture itself says if left out.
    #[schema(max_length = 200)]
    alt: Option<String>,
}

/// An id or a slug.
#[derive(Serialize, ToSchema)]
#[schema(example = "estate-malbec-2021", max_length = 120, pattern = "^[a-z0-9]([a-z0-9_-]{0,30}[a-z0-9])?$")]
pub(crate) struct ReferenceWord(String);

/// A form that a page can have.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "documents what the domain's `FormKind` reads")]
pub(crate) enum FormWord {
    Contact,
    Newsletter,
}
