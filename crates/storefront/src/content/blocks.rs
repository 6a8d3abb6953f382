//! The shapes of blocks.

use commerce::content::{ShownBlock, ShownCollection, ShownProduct};
use serde::Serialize;
use utoipa::ToSchema;

use crate::products::bodies::{ImageBody, images};

/// A part of a page, of one of eleven types.
#[derive(Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(crate) enum BlockBody {
    /// Text: safe HTML, made of the shop's Markdown.
    RichText { html: String },
    /// A heading of level 2 to 4.
    Heading { text: String, level: u8 },
    /// A picture.
    Image {
        image: ImageBody,
        #[schema(required)]
        caption: Option<String>,
    },
    /// Several pictures.
    Gallery { images: Vec<ImageBody> },
    /// What somebody said.
    Quote {
        text: String,
        #[schema(required)]
        cite: Option<String>,
    },
    /// A film elsewhere.
    Video {
        url: String,
        #[schema(required)]
        title: Option<String>,
    },
    /// Chosen products.
    Products {
        #[schema(required)]
        title: Option<String>,
        products: Vec<BlockProductBody>,
    },
    /// The first products of a collection.
    Collection {
        #[schema(required)]
        title: Option<String>,
        collection: BlockCollectionBody,
        products: Vec<BlockProductBody>,
    },
    /// Chosen subscription packages.
    Packages {
        #[schema(required)]
        title: Option<String>,
        packages: Vec<BlockProductBody>,
    },
    /// A form for the page to draw: `contact` or `newsletter`.
    Form {
        form: &'static str,
        #[schema(required)]
        title: Option<String>,
    },
    /// Safe HTML.
    Html { html: String },
}

/// A product of a block.
#[derive(Serialize, ToSchema)]
pub(crate) struct BlockProductBody {
    #[schema(format = Uuid)]
    id: String,
    name: String,
    slug: String,
    url: String,
    #[schema(required)]
    image: Option<ImageBody>,
    /// `£18.99`.
    price: String,
    /// `active` or `out_of_stock`.
    status: &'static str,
}

/// The collection of a block.
#[derive(Serialize, ToSchema)]
pub(crate) struct BlockCollectionBody {
    #[schema(format = Uuid)]
    id: String,
    name: String,
    slug: String,
    url: String,
}

impl From<ShownProduct> for BlockProductBody {
    fn from(product: ShownProduct) -> Self {
        let ShownProduct { id, name, slug, url, image, price, status } = product;
        let image = image.map(ImageBody::from);
        Self { id: id.to_string(), name, slug, url, image, price: price.formatted(), status: status.as_str() }
    }
}

fn products(products: Vec<ShownProduct>) -> Vec<BlockProductBody> {
    products.into_iter().map(BlockProductBody::from).collect()
}

impl From<ShownCollection> for BlockCollectionBody {
    fn from(collection: ShownCollection) -> Self {
        let ShownCollection { id, name, slug, url } = collection;
        Self { id: id.to_string(), name, slug, url }
    }
}

impl From<ShownBlock> for BlockBody {
    fn from(block: ShownBlock) -> Self {
        match block {
            ShownBlock::RichText { html } => Self::RichText { html },
            ShownBlock::Heading { text, level } => Self::Heading { text, level },
            ShownBlock::Image { image, caption } => Self::Image { image: image.into(), caption },
            ShownBlock::Gallery { images: shown } => Self::Gallery { images: images(shown) },
            ShownBlock::Quote { text, cite } => Self::Quote { text, cite },
            ShownBlock::Video { url, title } => Self::Video { url, title },
            ShownBlock::Products { title, products: shown } => {
                Self::Products { title, products: products(shown) }
            }
            ShownBlock::Collection { title, collection, products: shown } => {
                Self::Collection { title, collection: collection.into(), products: products(shown) }
            }
            ShownBlock::Packages { title, packages } => {
                Self::Packages { title, packages: products(packages) }
            }
            ShownBlock::Form { form, title } => Self::Form { form: form.as_str(), title },
            ShownBlock::Html { html } => Self::Html { html },
        }
    }
}
