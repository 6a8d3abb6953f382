//! The frame of an `OpenAPI` document. Rule: what each document must have is asked for here.

use utoipa::openapi::info::{Info, License};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{Components, OpenApi, OpenApiBuilder, Paths, Server};
use utoipa::{PartialSchema, ToSchema};

use super::ErrorBody;

/// Begins a document: its title, version and description (Markdown).
pub fn document(title: &str, version: &str, description: &str) -> DocumentBuilder {
    let mut info = Info::new(title, version);
    info.description = Some(description.to_owned());
    info.license = Some(License::new("Apache-2.0"));
    let mut api = OpenApiBuilder::new().info(info).paths(Paths::new()).build();
    let mut components = Components::new();
    components.schemas.insert(ErrorBody::name().into_owned(), ErrorBody::schema());
    api.components = Some(components);
    DocumentBuilder { api }
}

/// A document that is being put together.
#[must_use]
pub struct DocumentBuilder {
    api: OpenApi,
}

impl DocumentBuilder {
    /// Where the API is served.
    pub fn server(mut self, url: &str) -> Self {
        self.api.servers.get_or_insert_default().push(Server::new(url));
        self
    }

    /// A tag with its description; tags stand in the order in which they are added.
    pub fn tag(mut self, name: &str, description: &str) -> Self {
        let tag = TagBuilder::new().name(name).description(Some(description)).build();
        self.api.tags.get_or_insert_default().push(tag);
        self
    }

    /// A kind of token that is sent as `Authorization: Bearer …`.
    pub fn bearer(mut self, name: &str, format: Option<&str>, description: &str) -> Self {
        let mut scheme = Http::new(HttpAuthScheme::Bearer);
        scheme.bearer_format = format.map(str::to_owned);
        scheme.description = Some(description.to_owned());
        let components = self.api.components.get_or_insert_default();
        components.add_security_scheme(name, SecurityScheme::Http(scheme));
        self
    }

    /// The document; operations are added to it by an `OpenApiRouter`.
    #[must_use]
    pub fn build(self) -> OpenApi {
        self.api
    }
}
