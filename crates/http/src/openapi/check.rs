//! A lint of an `OpenAPI` document. Rule: what the reference promises of every operation is checked, not hoped for.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use utoipa::openapi::OpenApi;

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
/// Deep enough for every schema of ours, and an end for those that contain themselves.
const DEPTH: u8 = 12;

/// What is wrong with a document, a line each: every operation must have an id of its own, a summary, a declared tag,
/// known security, a description of each parameter, the error answers that follow from what it takes, and examples of
/// what it takes and gives.
#[must_use]
pub fn check(api: &OpenApi) -> Vec<String> {
    match serde_json::to_value(api) {
        Ok(document) => Check { document: &document, found: Vec::new() }.run(),
        Err(error) => vec![format!("the document can not be written as JSON: {error}")],
    }
}

struct Check<'a> {
    document: &'a Value,
    found: Vec<String>,
}

impl Check<'_> {
    fn run(mut self) -> Vec<String> {
        let document = self.document;
        self.references(document);
        let mut ids = BTreeSet::new();
        for (path, item) in entries(&document["paths"]) {
            for (method, operation) in METHODS.iter().filter_map(|method| Some((method, item.get(method)?))) {
                let name = format!("{} {path}", method.to_uppercase());
                let id = text(&operation["operationId"]);
                if id.is_empty() || !ids.insert(id) {
                    self.fault(&name, &format!("operationId {id:?} is missing or not its own"));
                }
                self.operation(&name, path, operation);
            }
        }
        self.found
    }

    fn fault(&mut self, operation: &str, what: &str) {
        self.found.push(format!("{operation}: {what}"));
    }

    /// Every `$ref` leads somewhere.
    fn references(&mut self, value: &Value) {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(target)) = fields.get("$ref")
                    && self.target(target).is_none()
                {
                    self.found.push(format!("{target} is not in the document"));
                }
                fields.values().for_each(|field| self.references(field));
            }
            Value::Array(items) => items.iter().for_each(|item| self.references(item)),
            _ => {}
        }
    }

    fn target(&self, reference: &str) -> Option<&Value> {
        self.document.pointer(reference.strip_prefix('#')?)
    }

    fn resolve<'v>(&'v self, value: &'v Value) -> &'v Value {
        let Some(Value::String(reference)) = value.get("$ref") else { return value };
        self.target(reference).unwrap_or(value)
    }

    fn operation(&mut self, name: &str, path: &str, operation: &Value) {
        if text(&operation["summary"]).is_empty() {
            self.fault(name, "has no summary");
        }
        self.tags(name, operation);
        let takes_token = self.security(name, operation);
        let takes_query = self.parameters(name, path, operation);
        let body = operation.get("requestBody");
        if let Some(body) = body {
            for (media_type, content) in entries(&body["content"]) {
                if !self.has_example(content) {
                    self.fault(name, &format!("its {media_type} body has no example"));
                }
            }
        }

        let mut expected = vec!["429", "500", "503"];
        if takes_token {
            expected.push("401");
        }
        if path.contains('{') {
            expected.push("404");
        }
        if body.is_some() {
            expected.extend(["400", "413", "415"]);
        }
        if body.is_some() || takes_query {
            expected.push("422");
        }
        let none = Map::new();
        let responses = operation["responses"].as_object().unwrap_or(&none);
        for status in expected {
            if !responses.contains_key(status) {
                self.fault(name, &format!("does not document {status}"));
            }
        }
        if !responses.keys().any(|status| status.starts_with('2')) {
            self.fault(name, "documents no success");
        }
        for (status, response) in responses {
            self.response(name, status, response);
        }
    }

    fn tags(&mut self, name: &str, operation: &Value) {
        let declared: BTreeSet<&str> = items(&self.document["tags"]).map(|tag| text(&tag["name"])).collect();
        let tags: Vec<&str> = items(&operation["tags"]).map(text).collect();
        if tags.is_empty() {
            self.fault(name, "has no tag");
        }
        for tag in tags {
            if !declared.contains(tag) {
                self.fault(name, &format!("its tag {tag:?} is not declared"));
            }
        }
    }

    /// Whether the operation asks for a token.
    fn security(&mut self, name: &str, operation: &Value) -> bool {
        let Some(requirements) = operation.get("security").or_else(|| self.document.get("security")) else {
            self.fault(name, "says nothing of its security; an open operation says security(())");
            return false;
        };
        let schemes: Vec<&str> =
            items(requirements).flat_map(|one| entries(one).map(|(scheme, _)| scheme)).collect();
        for scheme in &schemes {
            if self.document["components"]["securitySchemes"].get(scheme).is_none() {
                self.fault(name, &format!("its security {scheme:?} is not declared"));
            }
        }
        !schemes.is_empty()
    }

    /// Whether a query parameter can be refused.
    fn parameters(&mut self, name: &str, path: &str, operation: &Value) -> bool {
        let mut takes_query = false;
        let mut in_path = BTreeSet::new();
        for parameter in items(&operation["parameters"]) {
            let parameter = self.resolve(parameter).clone();
            let called = text(&parameter["name"]);
            if text(&parameter["description"]).is_empty() {
                self.fault(name, &format!("its parameter {called:?} has no description"));
            }
            match text(&parameter["in"]) {
                "query" => takes_query = true,
                "path" => {
                    in_path.insert(called.to_owned());
                }
                _ => {}
            }
        }
        for called in path.split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
            if !in_path.contains(called) {
                self.fault(name, &format!("its path parameter {called:?} is not documented"));
            }
        }
        takes_query
    }

    fn response(&mut self, name: &str, status: &str, response: &Value) {
        if status.parse::<u16>().is_err() {
            self.fault(name, &format!("documents {status:?}, which is no exact status"));
        }
        let response = self.resolve(response).clone();
        if text(&response["description"]).is_empty() {
            self.fault(name, &format!("its {status} has no description"));
        }
        let contents: Vec<(&str, &Value)> = entries(&response["content"]).collect();
        if matches!(status, "204" | "304") && !contents.is_empty() {
            self.fault(name, &format!("its {status} has a body"));
        }
        for (media_type, content) in &contents {
            if !self.has_example(content) {
                self.fault(name, &format!("its {status} {media_type} has no example"));
            }
        }
        let is_error = status.starts_with('4') || status.starts_with('5');
        if is_error && !contents.iter().any(|(media_type, _)| *media_type == "application/json") {
            self.fault(name, &format!("its {status} has no JSON body"));
        }
    }

    /// Whether a reader is shown what a body looks like: by an example of the whole, or by one of each part.
    fn has_example(&self, content: &Value) -> bool {
        content.get("example").is_some()
            || content.get("examples").is_some()
            || self.is_shown(&content["schema"], DEPTH)
    }

    fn is_shown(&self, schema: &Value, depth: u8) -> bool {
        let schema = self.resolve(schema);
        let says =
            ["example", "examples", "const", "enum", "default"].iter().any(|key| schema.get(key).is_some());
        if says || depth == 0 {
            return says;
        }
        let deeper = |schema: &Value| self.is_shown(schema, depth - 1);
        let parts = |key: &str| schema[key].as_array().filter(|parts| !parts.is_empty());
        if schema.get("items").is_some() {
            return deeper(&schema["items"]);
        }
        if let Some(properties) = schema["properties"].as_object() {
            return properties.values().all(deeper);
        }
        if let Some(all) = parts("allOf") {
            return all.iter().all(deeper);
        }
        if let Some(any) = parts("oneOf").or_else(|| parts("anyOf")) {
            return any.iter().any(deeper);
        }
        // A boolean shows itself.
        schema["type"] == "boolean"
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn entries(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

#[cfg(test)]
mod tests {
    use axum::Json;
    use serde::{Deserialize, Serialize};
    use utoipa::ToSchema;
    use utoipa_axum::router::OpenApiRouter;
    use utoipa_axum::routes;

    use super::*;
    use crate::list::{ListBody, PagingParams};
    use crate::openapi::{
        Always, BadBody, IdempotencyKeyParam, Idempotent, Invalid, NotFound, Unauthenticated, document,
    };
    use crate::testing::{post, send_json};
    use crate::{ApiError, JsonBody, Segment};

    #[derive(Debug, Serialize, Deserialize, ToSchema)]
    struct Note {
        /// What it says.
        #[schema(example = "Buy more quince.")]
        text: String,
    }

    /// Change a note.
    #[utoipa::path(
        put, path = "/notes/{noteId}", tag = "Notes", operation_id = "changeNote",
        params(("noteId" = u32, Path, description = "The note.")),
        security(("tenantAuth" = [])),
        request_body = Note,
        responses((status = 200, description = "The note.", body = Note), Unauthenticated, NotFound, BadBody, Invalid, Always),
    )]
    async fn change(
        Segment(_id): Segment<u32>,
        JsonBody(note): JsonBody<Note>,
    ) -> Result<Json<Note>, ApiError> {
        Ok(Json(note))
    }

    /// List the notes.
    #[utoipa::path(
        get, path = "/notes", tag = "Notes", operation_id = "listNotes",
        params(PagingParams, IdempotencyKeyParam),
        security(("tenantAuth" = [])),
        responses((status = 200, description = "The notes.", body = ListBody<Note>), Unauthenticated, Idempotent, Always),
    )]
    async fn list() {}

    #[utoipa::path(
        post, path = "/bad/{id}", operation_id = "listNotes",
        request_body = String,
        responses((status = "4XX", description = "")),
    )]
    async fn bad() {}

    fn router() -> OpenApiRouter {
        OpenApiRouter::with_openapi(
            document("Notes", "1.0.0", "Keeps notes.")
                .tag("Notes", "Notes.")
                .bearer("tenantAuth", Some("JWT"), "Names the shop.")
                .build(),
        )
    }

    #[test]
    fn a_well_documented_router_passes() {
        let (_, api) = router().routes(routes!(change)).routes(routes!(list)).split_for_parts();
        assert_eq!(check(&api), Vec::<String>::new());
        let json = serde_json::to_value(&api).expect("JSON");
        assert!(text(&json["openapi"]).starts_with("3.1"), "{}", json["openapi"]);
    }

    #[tokio::test]
    async fn the_router_does_what_it_documents() {
        let (router, _) = router().routes(routes!(change)).split_for_parts();
        let mut request = post("/notes/5", r#"{"text":"x"}"#);
        *request.method_mut() = axum::http::Method::PUT;
        let (head, body) = send_json(&router, request).await;
        assert_eq!((head.status.as_u16(), text(&body["text"])), (200, "x"));
    }

    #[test]
    fn each_fault_is_named() {
        let (_, api) = router().routes(routes!(list)).routes(routes!(bad)).split_for_parts();
        let found = check(&api);
        for fault in [
            "POST /bad/{id}: has no summary",
            "POST /bad/{id}: has no tag",
            "POST /bad/{id}: says nothing of its security; an open operation says security(())",
            "POST /bad/{id}: its path parameter \"id\" is not documented",
            "POST /bad/{id}: its text/plain body has no example",
            "POST /bad/{id}: does not document 429",
            "POST /bad/{id}: does not document 404",
            "POST /bad/{id}: does not document 415",
            "POST /bad/{id}: does not document 422",
            "POST /bad/{id}: documents no success",
            "POST /bad/{id}: documents \"4XX\", which is no exact status",
            "POST /bad/{id}: its 4XX has no description",
        ] {
            assert!(found.iter().any(|line| line == fault), "{fault} not in {found:#?}");
        }
        assert!(found.iter().any(|line| line.contains("not its own")), "{found:#?}");
    }
}
