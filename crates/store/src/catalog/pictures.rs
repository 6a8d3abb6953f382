//! Which pictures belong to which product.

use diesel::prelude::*;
use domain::ids::{MediaId, ProductId};

use super::bytes;
use super::products::read_id;
use crate::error::StoreError;
use crate::schema::product_images;
use crate::tx::Tx;

/// What a picture is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PictureKind {
    /// The product.
    Product,
    /// The front of its label.
    Front,
    /// The back of its label.
    Back,
}

impl PictureKind {
    const ALL: [Self; 3] = [Self::Product, Self::Front, Self::Back];

    const fn name(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Front => "front",
            Self::Back => "back",
        }
    }
}

/// A picture of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The product.
    pub product: ProductId,
    /// What it is of.
    pub kind: PictureKind,
    /// The picture.
    pub media: MediaId,
}

type Columns = (Vec<u8>, String, Vec<u8>);

/// Those of these products, each kind in its order.
pub fn of(tx: &mut Tx<'_>, products: &[ProductId]) -> Result<Vec<Picture>, StoreError> {
    if products.is_empty() {
        return Ok(Vec::new());
    }
    let rows = tx
        .from(product_images::table)
        .with(|all| {
            all.filter(product_images::product_id.eq_any(bytes(products)))
                .order((product_images::product_id.asc(), product_images::position.asc()))
                .select((product_images::product_id, product_images::kind, product_images::media_id))
        })
        .prepared()
        .all::<Columns>()?;
    rows.into_iter().map(read).collect()
}

fn read((product, kind, media): Columns) -> Result<Picture, StoreError> {
    let kind = PictureKind::ALL
        .into_iter()
        .find(|known| known.name() == kind)
        .ok_or_else(|| StoreError::Broken(format!("a picture of the unknown kind {kind:?}")))?;
    let media = MediaId::try_from(media).map_err(|error| StoreError::Broken(error.to_string()))?;
    Ok(Picture { product: read_id(product)?, kind, media })
}

/// The products that have this picture, some of them.
pub fn products_with(tx: &mut Tx<'_>, media: MediaId) -> Result<Vec<ProductId>, StoreError> {
    let rows = tx
        .from(product_images::table)
        .with(|all| {
            all.filter(product_images::media_id.eq(media.to_bytes()))
                .limit(100)
                .select(product_images::product_id)
        })
        .all::<Vec<u8>>()?;
    rows.into_iter().map(read_id).collect()
}

/// Puts these in the place of the product's pictures.
pub fn replace(tx: &mut Tx<'_>, product: ProductId, pictures: &[Picture]) -> Result<(), StoreError> {
    tx.from(product_images::table)
        .with(|all| all.filter(product_images::product_id.eq(product.to_bytes())))
        .delete()?;
    for (position, picture) in (0_i64..).zip(pictures) {
        let row = (
            product_images::product_id.eq(product.to_bytes()),
            product_images::kind.eq(picture.kind.name()),
            product_images::position.eq(position),
            product_images::media_id.eq(picture.media.to_bytes()),
        );
        tx.insert(product_images::table, row)?;
    }
    Ok(())
}
