//! What a list of products is asked for. Rule: an unknown parameter or an empty one, as forms send it, is ignored; a refused
//! one is named with what it takes.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use commerce::catalog::{ListFilter, Sort};
use domain::catalog::{ProductType, ShownStatus, SubscriptionType};
use domain::fields::{Fields, Invalid};
use domain::money;
use marzipan_http::ApiError;
use url::form_urlencoded;
use utoipa::IntoParams;

/// Longer queries are refused.
const LONGEST_QUERY: usize = 8192;
/// Attributes that one list can be narrowed by, and values of all of them together.
const MOST_ATTRIBUTES: usize = 20;
const MOST_VALUES: usize = 200;

/// What of the query narrows and orders a list.
pub(crate) struct Filter {
    pub(crate) list: ListFilter,
    pub(crate) with_facets: bool,
}

/// The query parameters of a list of products, for its documentation.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "documents what `Filter` reads")]
pub(crate) struct FilterParams {
    /// The slug or the name of a collection; the list is then in its order.
    #[param(required = false, example = "reds")]
    collection: Option<String>,
    /// `attr[slug]=v1,v2`: with one of these values of the attribute; several attributes must all fit.
    #[param(required = false, rename = "attr[grape]", example = "malbec,merlot")]
    attr: Option<String>,
    /// Only those with this status.
    #[param(required = false, pattern = "^(active|inactive|out_of_stock)?$", example = "active")]
    status: Option<String>,
    /// The lowest price, in minor units.
    #[param(required = false, rename = "minPrice", minimum = 0, maximum = 1_000_000_000, example = 1000)]
    min_price: Option<i64>,
    /// The highest price, in minor units.
    #[param(required = false, rename = "maxPrice", minimum = 0, maximum = 1_000_000_000, example = 2500)]
    max_price: Option<i64>,
    /// The order; with `-` before it backwards.
    #[param(required = false, pattern = "^(-?(position|name|price|createdAt))?$", example = "-price")]
    sort: Option<String>,
}

/// Whether `type` names a type of product or of package.
pub(crate) trait Kind {
    fn read(filter: &mut ListFilter, word: &str) -> Result<(), Invalid>;
}

/// Of products.
pub(crate) struct OfProducts;

impl Kind for OfProducts {
    fn read(filter: &mut ListFilter, word: &str) -> Result<(), Invalid> {
        filter.product_type = Some(ProductType::parse(word)?);
        Ok(())
    }
}

/// Of packages.
pub(crate) struct OfPackages;

impl Kind for OfPackages {
    fn read(filter: &mut ListFilter, word: &str) -> Result<(), Invalid> {
        filter.subscription_type = Some(SubscriptionType::parse(word)?);
        Ok(())
    }
}

/// The filter of a list in which `type` means `K`.
pub(crate) struct FilterOf<K>(pub(crate) Filter, pub(crate) std::marker::PhantomData<fn() -> K>);

impl<S: Send + Sync, K: Kind> FromRequestParts<S> for FilterOf<K> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        read::<K>(parts.uri.query().unwrap_or_default()).map(|filter| Self(filter, std::marker::PhantomData))
    }
}

fn read<K: Kind>(query: &str) -> Result<Filter, ApiError> {
    if query.len() > LONGEST_QUERY {
        return Err(ApiError::invalid_field("query", "Must not be longer than 8192 characters."));
    }
    let mut fields = Fields::default();
    let (mut list, mut with_facets) = (ListFilter::default(), false);
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let value = value.trim();
        if let Some(attribute) = name.strip_prefix("attr[") {
            attribute_values(&mut fields, &mut list, &name, attribute, value);
            continue;
        }
        if value.is_empty() {
            continue;
        }
        match &*name {
            "collection" => list.collection = Some(value.chars().take(200).collect()),
            "type" => drop(fields.take("type", K::read(&mut list, value))),
            "status" => list.status = fields.take("status", ShownStatus::parse(value)),
            "minPrice" => list.min_price = fields.take("minPrice", price(value)),
            "maxPrice" => list.max_price = fields.take("maxPrice", price(value)),
            "sort" => {
                if let Some((sort, is_descending)) = fields.take("sort", sort(value)) {
                    (list.sort, list.is_descending) = (sort, is_descending);
                }
            }
            "facets" => with_facets = fields.take("facets", flag(value)).unwrap_or_default(),
            _ => {}
        }
    }
    fields.finish()?;
    Ok(Filter { list, with_facets })
}

fn attribute_values(fields: &mut Fields, list: &mut ListFilter, name: &str, attribute: &str, value: &str) {
    let Some(slug) =
        attribute.strip_suffix(']').filter(|slug| !slug.is_empty() && !slug.contains(['[', ']']))
    else {
        fields.refuse(name, "Must be attr[slug]=value,value with the slug of one attribute.");
        return;
    };
    let values: Vec<String> =
        value.split(',').map(str::trim).filter(|value| !value.is_empty()).map(ToOwned::to_owned).collect();
    if values.is_empty() {
        return;
    }
    match list.attributes.iter_mut().find(|(known, _)| known == slug) {
        Some((_, known)) => known.extend(values),
        None => list.attributes.push((slug.to_owned(), values)),
    }
    let count: usize = list.attributes.iter().map(|(_, values)| values.len()).sum();
    if list.attributes.len() > MOST_ATTRIBUTES || count > MOST_VALUES {
        fields.refuse(name, "There must be at most 20 attributes and 200 values in one query.");
        list.attributes.clear();
    }
}

fn price(text: &str) -> Result<i64, Invalid> {
    text.parse()
        .map_or(Err(Invalid::fixed("Must be a whole number of minor units, such as 2499.")), money::price)
}

fn sort(text: &str) -> Result<(Sort, bool), Invalid> {
    let (name, is_descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
    let sort = match name {
        "position" => Sort::Position,
        "name" => Sort::Name,
        "price" => Sort::Price,
        "createdAt" => Sort::CreatedAt,
        _ => {
            return Err(Invalid::fixed(
                "Must be one of position name price createdAt, with - before it for descending.",
            ));
        }
    };
    Ok((sort, is_descending))
}

fn flag(text: &str) -> Result<bool, Invalid> {
    match text {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(Invalid::fixed("Must be true or false.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(query: &str) -> ListFilter {
        read::<OfProducts>(query).expect(query).list
    }

    #[test]
    fn a_query_narrows_and_orders() {
        let read = filter(
            "collection=Reds&attr[grape]=malbec,Pinot%20Noir&attr%5Bcolour%5D=red&attr[grape]=x&minPrice=10&sort=-price&page=2&nonsense=1",
        );
        assert_eq!(read.collection.as_deref(), Some("Reds"));
        assert_eq!(
            read.attributes,
            [
                ("grape".to_owned(), vec!["malbec".to_owned(), "Pinot Noir".to_owned(), "x".to_owned()]),
                ("colour".to_owned(), vec!["red".to_owned()]),
            ]
        );
        assert_eq!((read.min_price, read.sort, read.is_descending), (Some(10), Sort::Price, true));
        for query in ["", "&&=&", "attr[grape]=", "attr[grape]=,,", "sort=", "%ff=%ff"] {
            assert_eq!(filter(query), ListFilter::default(), "{query}");
        }
    }

    #[test]
    fn what_is_refused_is_named() {
        for (query, field) in [
            ("type=wine", "type"),
            ("status=gone", "status"),
            ("minPrice=-1", "minPrice"),
            ("maxPrice=1.5", "maxPrice"),
            ("sort=colour", "sort"),
            ("facets=perhaps", "facets"),
            ("attr[a][b]=", "attr[a][b]"),
            ("attr[]=x", "attr[]"),
            ("attr[a=x", "attr[a"),
        ] {
            let error = read::<OfProducts>(query).err().expect(query);
            assert_eq!(error.status(), 422, "{query}");
            let body = format!("{error:?}");
            assert!(body.contains(field), "{query}: {body}");
        }
        let values = "x,".repeat(5000);
        assert!(read::<OfProducts>(&format!("attr[a]={values}")).is_err());
        assert!(read::<OfProducts>(&"a=1&".repeat(3000)).is_err());
        assert!(read::<OfPackages>("type=physical").is_err());
        assert!(read::<OfPackages>("type=picknmix").is_ok());
    }
}
