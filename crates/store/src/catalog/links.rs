//! Products that name other products.

use diesel::prelude::*;
use domain::ids::ProductId;

use super::bytes;
use super::products::read_id;
use crate::error::StoreError;
use crate::schema::product_links;
use crate::tx::Tx;

/// Why one product names another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LinkKind {
    /// One might take it instead.
    Upsell,
    /// It goes with it.
    Related,
    /// A package that brings it.
    LinkedSubscription,
    /// It is a part of the bundle.
    BundleItem,
    /// It can be picked for the package's boxes.
    Pool,
}

impl LinkKind {
    const ALL: [Self; 5] =
        [Self::Upsell, Self::Related, Self::LinkedSubscription, Self::BundleItem, Self::Pool];

    const fn name(self) -> &'static str {
        match self {
            Self::Upsell => "upsell",
            Self::Related => "related",
            Self::LinkedSubscription => "linked_subscription",
            Self::BundleItem => "bundle_item",
            Self::Pool => "picknmix",
        }
    }
}

/// One product naming another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The one that names.
    pub product: ProductId,
    /// Why.
    pub kind: LinkKind,
    /// The one that is named.
    pub target: ProductId,
    /// How many: of a bundle's parts.
    pub quantity: i64,
}

type Columns = (Vec<u8>, String, Vec<u8>, i64);

fn read(rows: Vec<Columns>) -> Result<Vec<Link>, StoreError> {
    let link = |(product, kind, target, quantity): Columns| {
        let kind = LinkKind::ALL
            .into_iter()
            .find(|known| known.name() == kind)
            .ok_or_else(|| StoreError::Broken(format!("a link of the unknown kind {kind:?}")))?;
        Ok(Link { product: read_id(product)?, kind, target: read_id(target)?, quantity })
    };
    rows.into_iter().map(link).collect()
}

/// Those of these products, each kind in its order.
pub fn of(tx: &mut Tx<'_>, products: &[ProductId]) -> Result<Vec<Link>, StoreError> {
    if products.is_empty() {
        return Ok(Vec::new());
    }
    let rows = tx
        .from(product_links::table)
        .with(|all| {
            all.filter(product_links::product_id.eq_any(bytes(products)))
                .order((product_links::product_id.asc(), product_links::position.asc()))
                .select((
                    product_links::product_id,
                    product_links::kind,
                    product_links::target_id,
                    product_links::quantity,
                ))
        })
        .prepared()
        .all::<Columns>()?;
    read(rows)
}

/// Those of one kind that name one of these products.
pub fn naming(tx: &mut Tx<'_>, targets: &[ProductId], kind: LinkKind) -> Result<Vec<Link>, StoreError> {
    if targets.is_empty() {
        return Ok(Vec::new());
    }
    let rows = tx
        .from(product_links::table)
        .with(|all| {
            all.filter(product_links::target_id.eq_any(bytes(targets)))
                .filter(product_links::kind.eq(kind.name()))
                .select((
                    product_links::product_id,
                    product_links::kind,
                    product_links::target_id,
                    product_links::quantity,
                ))
        })
        .prepared()
        .all::<Columns>()?;
    read(rows)
}

/// Puts these in the place of the product's links.
pub fn replace(tx: &mut Tx<'_>, product: ProductId, links: &[Link]) -> Result<(), StoreError> {
    tx.from(product_links::table)
        .with(|all| all.filter(product_links::product_id.eq(product.to_bytes())))
        .delete()?;
    for (position, link) in (0_i64..).zip(links) {
        let row = (
            product_links::product_id.eq(product.to_bytes()),
            product_links::kind.eq(link.kind.name()),
            product_links::target_id.eq(link.target.to_bytes()),
            product_links::position.eq(position),
            product_links::quantity.eq(link.quantity),
        );
        tx.insert(product_links::table, row)?;
    }
    Ok(())
}

/// Removes the product's links to others, and others' to it.
pub fn forget(tx: &mut Tx<'_>, product: ProductId) -> Result<(), StoreError> {
    tx.from(product_links::table)
        .with(|all| {
            all.filter(
                product_links::product_id
                    .eq(product.to_bytes())
                    .or(product_links::target_id.eq(product.to_bytes())),
            )
        })
        .delete()
        .map(drop)
}
