//! Lists in pages. Rule: every list of both APIs has this shape, and its links keep the query they came with.

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use domain::fields::FieldErrors;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::context::RequestContext;
use crate::error::ApiError;
use crate::reading;

/// The highest page number that is taken.
pub const MAX_PAGE: u32 = 1_000_000;
/// The most items a page can have.
pub const MAX_PER_PAGE: u32 = 100;
const PER_PAGE: u32 = 15;

/// Which page of a list is wanted, and what is needed to link to the others.
#[derive(Clone, Debug)]
pub struct Paging {
    page: u32,
    per_page: u32,
    url: String,
    other_parameters: String,
}

/// The query parameters of a list, for the `params(…)` of its documentation.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct PagingParams {
    /// The page, from 1.
    #[param(required = false, minimum = 1, maximum = 1_000_000, default = 1, example = 1)]
    page: Option<u32>,
    /// How many items a page has.
    #[param(required = false, minimum = 1, maximum = 100, default = 15, example = 15)]
    per_page: Option<u32>,
}

impl Paging {
    /// The page, from 1.
    #[must_use]
    pub fn page(&self) -> u32 {
        self.page
    }

    /// The most items the page can have: the `LIMIT` of the query.
    #[must_use]
    pub fn limit(&self) -> i64 {
        i64::from(self.per_page)
    }

    /// How many items come before the page: the `OFFSET` of the query.
    #[must_use]
    pub fn offset(&self) -> i64 {
        i64::from(self.page - 1) * i64::from(self.per_page)
    }

    /// How many items come before the page, and the most that it can have.
    #[must_use]
    pub fn window(&self) -> (u64, usize) {
        (u64::from(self.page - 1) * u64::from(self.per_page), self.per_page as usize)
    }

    /// The page as it is answered. `total` counts the items of all pages.
    #[must_use]
    pub fn page_of<T>(&self, data: Vec<T>, total: u64) -> ListBody<T> {
        let per_page = u64::from(self.per_page);
        let last_page = total.div_ceil(per_page).max(1);
        let page = u64::from(self.page);
        let before = (page - 1) * per_page;
        let shown = u64::try_from(data.len()).unwrap_or(u64::MAX);
        let is_empty = data.is_empty();
        ListBody {
            data,
            links: Links {
                first: self.link(1),
                last: self.link(last_page),
                prev: (page > 1).then(|| self.link((page - 1).min(last_page))),
                next: (page < last_page).then(|| self.link(page + 1)),
            },
            meta: Meta {
                current_page: page,
                from: (!is_empty).then_some(before + 1),
                path: self.url.clone(),
                per_page,
                to: (!is_empty).then_some(before + shown),
                last_page,
                total,
            },
        }
    }

    fn link(&self, page: u64) -> String {
        let Self { url, other_parameters, .. } = self;
        let separator = if other_parameters.is_empty() { "" } else { "&" };
        format!("{url}?{other_parameters}{separator}page={page}")
    }
}

/// One page of a list with links to the others.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ListBody<T> {
    /// The items of this page.
    pub data: Vec<T>,
    /// Where the other pages are.
    pub links: Links,
    /// Where this page stands in the list.
    pub meta: Meta,
}

/// Where the pages of a list are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({
    "first": "https://api.example.com/v1/things?page=1",
    "last": "https://api.example.com/v1/things?page=2",
    "prev": null,
    "next": "https://api.example.com/v1/things?page=2"
}))]
pub struct Links {
    /// The first page.
    pub first: String,
    /// The last page.
    pub last: String,
    /// The page before this one.
    #[schema(required)]
    pub prev: Option<String>,
    /// The page after this one.
    #[schema(required)]
    pub next: Option<String>,
}

/// Where a page stands in its list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "currentPage": 1,
    "from": 1,
    "path": "https://api.example.com/v1/things",
    "perPage": 15,
    "to": 15,
    "lastPage": 2,
    "total": 21
}))]
pub struct Meta {
    /// This page, from 1.
    pub current_page: u64,
    /// The position of the first item of this page in the whole list, from 1; null on an empty page.
    #[schema(required)]
    pub from: Option<u64>,
    /// The address of the list.
    pub path: String,
    /// How many items a page has.
    pub per_page: u64,
    /// The position of the last item of this page in the whole list; null on an empty page.
    #[schema(required)]
    pub to: Option<u64>,
    /// The number of the last page; 1 where there are no items.
    pub last_page: u64,
    /// How many items the list has on all its pages.
    pub total: u64,
}

impl<T: Serialize> IntoResponse for ListBody<T> {
    fn into_response(self) -> Response {
        Json(self).into_response()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Paging {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let context = RequestContext::from_request_parts(parts, state).await?;
        let query = context.raw_query();
        let PagingParams { page, per_page } = reading::from_query(query)?;
        let mut errors = FieldErrors::default();
        let page = page.unwrap_or(1);
        if !(1..=MAX_PAGE).contains(&page) {
            errors.add("page", format!("Must be a whole number from 1 to {MAX_PAGE}."));
        }
        let per_page = per_page.unwrap_or(PER_PAGE);
        if !(1..=MAX_PER_PAGE).contains(&per_page) {
            errors.add("perPage", format!("Must be a whole number from 1 to {MAX_PER_PAGE}."));
        }
        if !errors.is_empty() {
            return Err(errors.into());
        }
        Ok(Self { page, per_page, url: context.url(), other_parameters: without_page(query) })
    }
}

/// The query as it was sent, without its page.
fn without_page(query: &str) -> String {
    let is_page = |pair: &str| {
        url::form_urlencoded::parse(pair.as_bytes()).next().is_some_and(|(name, _)| name == "page")
    };
    let others: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty() && !is_page(pair)).collect();
    others.join("&")
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::routing::get as on_get;
    use serde_json::json;

    use super::*;
    use crate::testing::{answer, get, send, send_json, wrapped};

    /// The list of the numbers from 1 to 32.
    fn router() -> Router {
        let handler = |paging: Paging| async move {
            let first = paging.offset() + 1;
            let last = (paging.offset() + paging.limit()).min(32);
            paging.page_of((first..=last).collect(), 32)
        };
        wrapped(Router::new().nest("/v1", Router::new().route("/numbers", on_get(handler))))
    }

    #[tokio::test]
    async fn a_page_has_the_contracts_keys_in_order() {
        let (_, text) =
            answer(send(&router(), get("/v1/numbers?perPage=2&page=16&q=a%20b&page=16")).await).await;
        // Two pages are asked for.
        assert!(text.contains("Must be given once."), "{text}");
        let (_, text) = answer(send(&router(), get("/v1/numbers?perPage=2&page=16&q=a%20b")).await).await;
        assert_eq!(
            text,
            concat!(
                r#"{"data":[31,32],"links":{"first":"https://api.example.test/v1/numbers?perPage=2&q=a%20b&page=1","#,
                r#""last":"https://api.example.test/v1/numbers?perPage=2&q=a%20b&page=16","#,
                r#""prev":"https://api.example.test/v1/numbers?perPage=2&q=a%20b&page=15","next":null},"#,
                r#""meta":{"currentPage":16,"from":31,"path":"https://api.example.test/v1/numbers","#,
                r#""perPage":2,"to":32,"lastPage":16,"total":32}}"#
            )
        );
    }

    #[tokio::test]
    async fn fifteen_a_page_unless_asked() {
        let (_, body) = send_json(&router(), get("/v1/numbers")).await;
        assert_eq!(body["data"].as_array().map(Vec::len), Some(15));
        assert_eq!(body["links"]["next"], "https://api.example.test/v1/numbers?page=2");
        assert_eq!(body["links"]["prev"], json!(null));
    }

    #[tokio::test]
    async fn a_page_past_the_end_is_empty() {
        let (_, body) = send_json(&router(), get("/v1/numbers?page=9")).await;
        assert_eq!(
            (&body["data"], &body["meta"]["from"], &body["meta"]["to"]),
            (&json!([]), &json!(null), &json!(null))
        );
        assert_eq!(body["meta"]["lastPage"], 3);
    }

    #[tokio::test]
    async fn refused_parameters_are_named() {
        for (query, field) in [
            ("page=0", "page"),
            ("page=-1", "page"),
            ("page=x", "page"),
            ("page=1.5", "page"),
            ("page=1000001", "page"),
            ("page=99999999999999999999", "page"),
            ("perPage=0", "perPage"),
            ("perPage=101", "perPage"),
            ("perPage=", "perPage"),
        ] {
            let (head, body) = send_json(&router(), get(&format!("/v1/numbers?{query}"))).await;
            assert_eq!(head.status, 422, "{query}");
            assert!(body["errors"][field].is_array(), "{query}: {body}");
        }
    }
}
