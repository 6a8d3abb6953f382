//! Answers and parameters that many operations share. Rule: each names its status and shows the very body that is sent.

use std::collections::BTreeMap;

use axum::body::to_bytes;
use axum::response::IntoResponse;
use domain::fields::FieldErrors;
use futures_util::FutureExt;
use serde_json::{Value, json};
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::Type;
use utoipa::openapi::{ContentBuilder, Header, Object, Ref, RefOr, Response};
use utoipa::{IntoParams, IntoResponses, ToSchema};

use crate::error::ApiError;

/// What every error answers. Some add keys of their own beside these.
#[derive(Debug, ToSchema)]
#[schema(example = json!({"message": "There is no such thing here.", "code": "not_found"}))]
pub struct ErrorBody {
    /// What is wrong, as a sentence for people.
    pub message: String,
    /// What is wrong, for programs. Absent from a 401 for a missing or wrong token.
    #[schema(nullable = false)]
    pub code: Option<String>,
    /// The refused fields, by path, each with its reasons.
    #[schema(nullable = false)]
    pub errors: Option<BTreeMap<String, Vec<String>>>,
}

macro_rules! answers {
    ($($(#[$doc:meta])* $name:ident { $($description:literal: $error:expr;)+ })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                BTreeMap::from_iter([$(shown($description, $error),)+])
            }
        }
    )*};
}

answers! {
    /// 401: no token, or one that opens nothing here.
    Unauthenticated {
        "The token is missing, wrong, revoked or of another kind.": ApiError::unauthenticated();
    }
    /// 402: the payment was refused.
    PaymentDeclined {
        "The payment was refused, and nothing was charged.": ApiError::new(
            axum::http::StatusCode::PAYMENT_REQUIRED,
            "payment_declined",
            "The card was declined. Please try another one.",
        );
    }
    /// 403: the token is good and does not permit this.
    Forbidden {
        "The token does not permit this.": ApiError::forbidden("forbidden", "You may not do this.");
    }
    /// 404: another shop's, gone, or never there.
    NotFound {
        "There is no such thing in this shop.": ApiError::not_found();
    }
    /// 409: what is there stands in the way.
    Conflict {
        "It conflicts with what is there; `code` says how.":
            ApiError::conflict("conflict", "This conflicts with what is there.");
    }
    /// 412: `If-Match` names another version than the current one.
    PreconditionFailed {
        "It was changed since it was read.": ApiError::precondition_failed();
    }
    /// 400, 413, 415: what can be wrong with a body before its fields are looked at.
    BadBody {
        "The body is not valid JSON.": ApiError::malformed_json();
        "The body is larger than 1 MiB.": ApiError::body_too_large();
        "The body is not marked as JSON.": ApiError::unsupported_media_type();
    }
    /// 400, 413, 415: what can be wrong with a form before its fields are looked at.
    BadForm {
        "The body is not a form, or not a whole one.": ApiError::malformed_form();
        "The file is larger than 10 MiB.": ApiError::upload_too_large();
        "The body is not marked as multipart/form-data.": ApiError::no_form();
    }
    /// 422: refused fields or parameters.
    Invalid {
        "Fields are refused; `errors` names each.":
            ApiError::invalid(FieldErrors::one("email", "Is required."));
    }
    /// 409 and 422 of an operation that honours `Idempotency-Key`. Name [`Invalid`] or [`Conflict`] after it to show
    /// their example instead.
    Idempotent {
        "The same request is still running.": ApiError::conflict(
            "request_in_progress",
            "The same request is still running. Please try again shortly.",
        );
        "Fields are refused, or the key was used for another request.": ApiError::unprocessable(
            "idempotency_key_reused",
            "This Idempotency-Key was used for another request. Use a new key.",
        );
    }
    /// 429, 500 and 503: what every operation can answer.
    Always {
        "Too many requests.": ApiError::rate_limited(std::time::Duration::from_secs(3));
        "Something went wrong on the server's side.":
            ApiError::new(
                axum::http::StatusCode::INTERNAL_SERVER_ERROR,
                "internal_error",
                "Something went wrong on our side.",
            );
        "The server is busy or stopping, or the request took too long.": ApiError::timed_out();
    }
}

/// 304: the client holds what is current.
#[derive(Clone, Copy, Debug)]
pub struct NotModified;

impl IntoResponses for NotModified {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let response = ResponseBuilder::new()
            .description("What `If-None-Match` names is still current.")
            .header("ETag", header(Type::String, "The version that is current."))
            .build();
        BTreeMap::from_iter([("304".to_owned(), RefOr::T(response))])
    }
}

/// The answer that an error really gives, as the document shows it.
fn shown(description: &str, error: ApiError) -> (String, RefOr<Response>) {
    let status = error.status().as_u16();
    let mut response = ResponseBuilder::new().description(description);
    response = match status {
        401 => response.header("WWW-Authenticate", header(Type::String, "Always `Bearer`.")),
        429 => response
            .header("Retry-After", header(Type::Integer, "Seconds until it is worth asking again."))
            .header("X-RateLimit-Limit", header(Type::Integer, "Requests a minute."))
            .header("X-RateLimit-Remaining", header(Type::Integer, "Requests left."))
            .header("X-RateLimit-Reset", header(Type::Integer, "Seconds until all of them are there again.")),
        _ => response,
    };
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name(ErrorBody::name())))
        .example(Some(body_of(error)))
        .build();
    (status.to_string(), RefOr::T(response.content("application/json", content).build()))
}

fn header(kind: Type, description: &str) -> Header {
    let mut header = Header::new(Object::with_type(kind));
    header.description = Some(description.to_owned());
    header
}

fn body_of(error: ApiError) -> Value {
    let body = error.into_response().into_body();
    // The body is in memory, so its future is ready at once.
    let bytes = to_bytes(body, usize::MAX).now_or_never().and_then(Result::ok).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_else(|_| json!({}))
}

/// The header of an operation that honours idempotency keys, for its `params(…)`.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
pub struct IdempotencyKeyParam {
    /// A name for this request, of your choice. Sent again with the same key and body, it acts once, and the first answer
    /// is given again with `Idempotent-Replayed: true`. Kept for 24 hours.
    #[param(
        rename = "Idempotency-Key",
        required = false,
        min_length = 1,
        max_length = 255,
        example = "7f1c2a0e-5a0f-4c58-9a6e-0d7b1c0a2f11"
    )]
    pub idempotency_key: Option<String>,
}

/// The header of a conditional GET, for its `params(…)`.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
pub struct IfNoneMatchParam {
    /// The `ETag` that the client holds.
    #[param(rename = "If-None-Match", required = false, example = "\"v3\"")]
    pub if_none_match: Option<String>,
}

/// The header of a conditional write, for its `params(…)`.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
pub struct IfMatchParam {
    /// The `ETag` of the version that the change was made for.
    #[param(rename = "If-Match", required = false, example = "\"v3\"")]
    pub if_match: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_the_bodies_that_are_sent() {
        let documented = serde_json::to_value(Unauthenticated::responses()).expect("JSON");
        let content = &documented["401"]["content"]["application/json"];
        assert_eq!(content["example"], json!({"message": "Unauthenticated."}));
        assert_eq!(content["schema"]["$ref"], "#/components/schemas/ErrorBody");
    }

    #[test]
    fn a_word_can_stand_for_several_answers() {
        assert_eq!(BadBody::responses().into_keys().collect::<Vec<_>>(), ["400", "413", "415"]);
        assert_eq!(Always::responses().into_keys().collect::<Vec<_>>(), ["429", "500", "503"]);
    }
}
