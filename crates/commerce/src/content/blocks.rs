//! Blocks as pages show them: Markdown and HTML finished, pictures and products looked up. Rule: what is not there any more
//! is left out, and HTML is made safe once more, whatever was stored.

use std::collections::HashMap;

use domain::catalog::{ProductType, Reference, ShownStatus};
use domain::content::{Block, Blocks, FormKind};
use domain::ids::{CollectionId, MediaId, ProductId};
use domain::markup;
use domain::money::Money;
use store::catalog::{collections, products};
use store::{StoreError, Tx};

use crate::catalog::{Brief, ListFilter, briefs};
use crate::media::{Image, images};
use crate::{Commerce, Shop};

/// A block with everything that is needed to draw it.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are those of domain::content::Block")]
pub enum ShownBlock {
    RichText { html: String },
    Heading { text: String, level: u8 },
    Image { image: Image, caption: Option<String> },
    Gallery { images: Vec<Image> },
    Quote { text: String, cite: Option<String> },
    Video { url: String, title: Option<String> },
    Products { title: Option<String>, products: Vec<ShownProduct> },
    Collection { title: Option<String>, collection: ShownCollection, products: Vec<ShownProduct> },
    Packages { title: Option<String>, packages: Vec<ShownProduct> },
    Form { form: FormKind, title: Option<String> },
    Html { html: String },
}

/// A product or package of a block.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct ShownProduct {
    pub id: ProductId,
    pub name: String,
    pub slug: String,
    pub url: String,
    pub image: Option<Image>,
    pub price: Money,
    pub status: ShownStatus,
}

/// The collection of a block.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are those of the collection")]
pub struct ShownCollection {
    pub id: CollectionId,
    pub name: String,
    pub slug: String,
    pub url: String,
}

impl From<&Brief> for ShownProduct {
    fn from(brief: &Brief) -> Self {
        Self {
            id: brief.id,
            name: brief.name.clone(),
            slug: brief.slug.clone(),
            url: brief.url.clone(),
            image: brief.image.clone(),
            price: brief.price,
            status: brief.status,
        }
    }
}

/// The blocks of a page as they are shown now.
pub(super) fn shown(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    blocks: &Blocks,
) -> Result<Vec<ShownBlock>, StoreError> {
    let media: Vec<MediaId> = blocks.media("").into_iter().map(|(_, id)| id).collect();
    let pictures = images(commerce, tx, shop.number, &media)?;
    let chosen = Chosen::of(commerce, tx, shop, blocks.as_slice())?;
    let picture = |id: &MediaId, alt: &Option<String>| {
        let mut image = pictures.get(id)?.clone();
        if let Some(alt) = alt {
            image.alt.clone_from(alt);
        }
        Some(image)
    };
    let mut shown = Vec::with_capacity(blocks.as_slice().len());
    for block in blocks.as_slice() {
        shown.extend(match block {
            Block::RichText { markdown } => Some(ShownBlock::RichText { html: markup::render(markdown) }),
            Block::Html { html } => Some(ShownBlock::Html { html: markup::sanitise(html) }),
            Block::Heading { text, level } => Some(ShownBlock::Heading { text: text.clone(), level: *level }),
            Block::Quote { text, cite } => Some(ShownBlock::Quote { text: text.clone(), cite: cite.clone() }),
            Block::Video { url, title } => Some(ShownBlock::Video { url: url.clone(), title: title.clone() }),
            Block::Form { form, title } => Some(ShownBlock::Form { form: *form, title: title.clone() }),
            Block::Image { media_id, alt, caption } => {
                picture(media_id, alt).map(|image| ShownBlock::Image { image, caption: caption.clone() })
            }
            Block::Gallery { images } => Some(ShownBlock::Gallery {
                images: images.iter().filter_map(|image| picture(&image.media_id, &image.alt)).collect(),
            }),
            Block::Products { products, title } => Some(ShownBlock::Products {
                title: title.clone(),
                products: chosen.products(products).map(ShownProduct::from).collect(),
            }),
            Block::Packages { packages, title } => Some(ShownBlock::Packages {
                title: title.clone(),
                packages: chosen
                    .products(packages)
                    .filter(|brief| brief.product_type == ProductType::Subscription)
                    .map(ShownProduct::from)
                    .collect(),
            }),
            Block::Collection { collection, limit, title } => {
                chosen.collections.get(collection).map(|(collection, members)| ShownBlock::Collection {
                    title: title.clone(),
                    collection: collection.clone(),
                    products: members
                        .iter()
                        .filter_map(|id| chosen.briefs.get(id))
                        .take(usize::from(*limit))
                        .map(ShownProduct::from)
                        .collect(),
                })
            }
        });
    }
    Ok(shown)
}

/// The products and collections that blocks name.
struct Chosen {
    by_slug: HashMap<String, ProductId>,
    collections: HashMap<Reference, (ShownCollection, Vec<ProductId>)>,
    briefs: HashMap<ProductId, Brief>,
}

impl Chosen {
    fn of(commerce: &Commerce, tx: &mut Tx<'_>, shop: &Shop, blocks: &[Block]) -> Result<Self, StoreError> {
        let (mut ids, mut slugs) = (Vec::new(), Vec::new());
        let mut found = HashMap::new();
        for block in blocks {
            match block {
                Block::Products { products: named, .. } | Block::Packages { packages: named, .. } => {
                    for reference in named {
                        match reference {
                            Reference::Id(id) => ids.push(ProductId::new(*id)),
                            Reference::Slug(slug) => slugs.push(slug.as_str().to_owned()),
                        }
                    }
                }
                Block::Collection { collection, .. } if !found.contains_key(collection) => {
                    if let Some(one) = in_collection(commerce, tx, shop, collection)? {
                        ids.extend(&one.1);
                        found.insert(collection.clone(), one);
                    }
                }
                _ => {}
            }
        }
        let by_slug: HashMap<String, ProductId> = products::ids_of(tx, &slugs)?.into_iter().collect();
        ids.extend(by_slug.values());
        ids.sort_unstable();
        ids.dedup();
        let briefs = briefs(commerce, tx, shop, &ids)?.into_iter().map(|brief| (brief.id, brief)).collect();
        Ok(Self { by_slug, collections: found, briefs })
    }

    /// Those of the products that are listed, in the order they are named.
    fn products(&self, named: &[Reference]) -> impl Iterator<Item = &Brief> {
        named.iter().filter_map(|reference| {
            let id = match reference {
                Reference::Id(id) => ProductId::new(*id),
                Reference::Slug(slug) => *self.by_slug.get(slug.as_str())?,
            };
            self.briefs.get(&id)
        })
    }
}

/// A collection and its first products: as many as any block shows.
fn in_collection(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    name: &Reference,
) -> Result<Option<(ShownCollection, Vec<ProductId>)>, StoreError> {
    const MOST: usize = 50;
    let row = match name {
        Reference::Id(id) => collections::find(tx, CollectionId::new(*id))?,
        Reference::Slug(slug) => collections::find_by_slug(tx, slug.as_str())?,
    };
    let Some(row) = row else { return Ok(None) };
    let filter = ListFilter { collection: Some(row.slug.clone()), ..ListFilter::default() };
    let listed = commerce.shelves().look(tx, shop.now, |shelf| shelf.list(&filter, 0, MOST))?;
    let collection = ShownCollection {
        id: row.collection_id,
        url: commerce.page_url("collections", &row.slug),
        name: row.name,
        slug: row.slug,
    };
    Ok(Some((collection, listed.ids)))
}
