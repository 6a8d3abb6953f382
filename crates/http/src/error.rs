//! The one error type of both APIs. Rule: an answer says what the caller can mend; what went wrong on our side goes to
//! the log, once, with the place where it was made.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::panic::Location;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::fields::FieldErrors;
use serde::Serialize;
use serde_json::{Map, Value};

/// What a handler gives back when it can not do what was asked.
#[derive(Debug)]
pub struct ApiError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    status: StatusCode,
    message: Cow<'static, str>,
    code: Option<&'static str>,
    errors: FieldErrors,
    details: Map<String, Value>,
    retry_after: Option<Duration>,
    cause: Option<Cause>,
}

/// Why a 5xx was answered: for the log only.
#[derive(Debug)]
struct Cause {
    text: String,
    location: &'static Location<'static>,
}

#[derive(Serialize)]
struct Shown<'a> {
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "FieldErrors::is_empty")]
    errors: &'a FieldErrors,
    #[serde(flatten)]
    details: &'a Map<String, Value>,
}

impl ApiError {
    /// An error with a status, a `code` for machines and a sentence for people.
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            status,
            message: message.into(),
            code: Some(code),
            errors: FieldErrors::default(),
            details: Map::new(),
            retry_after: None,
            cause: None,
        }))
    }

    /// 400: the body is not JSON.
    #[must_use]
    pub fn malformed_json() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed_json", "The body is not valid JSON.")
    }

    /// 401: no token, or one that opens nothing here. The body is the published one.
    #[must_use]
    pub fn unauthenticated() -> Self {
        let mut error = Self::new(StatusCode::UNAUTHORIZED, "", "Unauthenticated.");
        error.0.code = None;
        error
    }

    /// 401 with a reason: a sign-in that failed.
    #[must_use]
    pub fn unauthorized(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, message)
    }

    /// 403: who asks is known and may not.
    #[must_use]
    pub fn forbidden(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, message)
    }

    /// 404 for a thing: another shop's, one that is gone, and one that never existed read the same.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "There is no such thing here.")
    }

    /// 404 for an address that no route has.
    #[must_use]
    pub fn no_such_address() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "There is nothing at this address.")
    }

    /// 405; the router adds `Allow`.
    #[must_use]
    pub fn method_not_allowed() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "This address does not take that method.",
        )
    }

    /// 409: what is there stands in the way; the code says what.
    #[must_use]
    pub fn conflict(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::CONFLICT, code, message)
    }

    /// 412: `If-Match` names a version that is no longer the current one.
    #[must_use]
    pub fn precondition_failed() -> Self {
        Self::new(
            StatusCode::PRECONDITION_FAILED,
            "precondition_failed",
            "This was changed since you read it. Read it again and repeat your change.",
        )
    }

    /// 413: more than the server reads.
    #[must_use]
    pub fn body_too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "The body may have at most 1 MiB.")
    }

    /// 413: a larger file than is kept.
    #[must_use]
    pub fn upload_too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "The file may have at most 10 MiB.")
    }

    /// 400: a form that can not be read.
    #[must_use]
    pub fn malformed_form() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed_form", "The body is not valid multipart/form-data.")
    }

    /// 415: a body that is not marked as a form.
    #[must_use]
    pub fn no_form() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "The body must be sent as multipart/form-data, with its boundary.",
        )
    }

    /// 415: a body that is not marked as JSON.
    #[must_use]
    pub fn unsupported_media_type() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "The body must be sent as application/json.",
        )
    }

    /// 422 with the refused fields.
    #[must_use]
    pub fn invalid(errors: FieldErrors) -> Self {
        let mut error = Self::unprocessable("validation_failed", "Some of what was sent is not valid.");
        error.0.errors = errors;
        error
    }

    /// 422 for one refused field.
    #[must_use]
    pub fn invalid_field(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::invalid(FieldErrors::one(path, reason))
    }

    /// 422 with a code of its own: well formed, and not acceptable.
    #[must_use]
    pub fn unprocessable(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, message)
    }

    /// 429 from the rate limits of this server.
    #[must_use]
    pub fn rate_limited(retry_after: Duration) -> Self {
        Self::too_many("rate_limited", "Too many requests. Please slow down.", retry_after)
    }

    /// 429 with a code of its own, such as `too_many_attempts`.
    #[must_use]
    pub fn too_many(
        code: &'static str,
        message: impl Into<Cow<'static, str>>,
        retry_after: Duration,
    ) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, code, message).retry_after(retry_after)
    }

    /// 503: not now.
    #[must_use]
    pub fn unavailable(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code, message)
    }

    /// 503: the request ran into the time-out.
    #[must_use]
    pub fn timed_out() -> Self {
        Self::unavailable("timed_out", "The request took too long. Please try again.")
    }

    /// 500: something that should not happen. `cause`, with what caused it in turn, and the place of this call are
    /// logged when the error is answered; the caller learns neither.
    #[must_use]
    #[track_caller]
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let cause = cause.into();
        let mut text = cause.to_string();
        let mut deeper = cause.source();
        while let Some(source) = deeper {
            text.push_str(": ");
            text.push_str(&source.to_string());
            deeper = source.source();
        }
        let mut error = Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal_error",
            "Something went wrong on our side.",
        );
        error.0.cause = Some(Cause { text, location: Location::caller() });
        error
    }

    /// Adds refused fields, for a 422 that has a code of its own.
    #[must_use]
    pub fn with_errors(mut self, errors: FieldErrors) -> Self {
        self.0.errors = errors;
        self
    }

    /// Adds a key to the body, such as the `requirements` of a cart that is not ready.
    #[must_use]
    pub fn with_detail(mut self, key: &str, value: Value) -> Self {
        self.0.details.insert(key.to_owned(), value);
        self
    }

    /// Says in `Retry-After` when it is worth asking again.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self
    }

    /// The status that will be answered.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The code that will be answered.
    #[must_use]
    pub fn code(&self) -> Option<&'static str> {
        self.0.code
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0.status.as_u16(), self.0.message)
    }
}

impl Error for ApiError {}

impl From<FieldErrors> for ApiError {
    fn from(errors: FieldErrors) -> Self {
        Self::invalid(errors)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let Inner { status, message, code, errors, details, retry_after, cause } = *self.0;
        if let Some(Cause { text, location }) = cause {
            tracing::error!(error = %text, location = %location, "request failed on our side");
        }
        let shown = Shown { message: &message, code, errors: &errors, details: &details };
        let body = serde_json::to_vec(&shown).expect("texts and JSON values always serialise");

        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(wait) = retry_after {
            headers.insert(RETRY_AFTER, whole_seconds(wait).into());
        }
        response
    }
}

/// Seconds rounded up: a caller that waits so long is not sent away again.
pub(crate) fn whole_seconds(span: Duration) -> u64 {
    span.as_secs() + u64::from(span.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::answer;

    #[tokio::test]
    async fn the_published_401_has_a_message_only() {
        let (response, body) = answer(ApiError::unauthenticated()).await;
        assert_eq!(response.status, 401);
        assert_eq!(response.headers[WWW_AUTHENTICATE], "Bearer");
        assert_eq!(body, r#"{"message":"Unauthenticated."}"#);
    }

    #[tokio::test]
    async fn refused_fields_stand_in_errors() {
        let (response, body) = answer(ApiError::invalid_field("email", "Is required.")).await;
        assert_eq!(response.status, 422);
        assert_eq!(
            body,
            r#"{"message":"Some of what was sent is not valid.","code":"validation_failed","errors":{"email":["Is required."]}}"#
        );
    }

    #[tokio::test]
    async fn a_failure_of_ours_says_nothing_of_its_cause() {
        let (response, body) = answer(ApiError::internal("password=hunter2 in table users")).await;
        assert_eq!(response.status, 500);
        assert_eq!(body, r#"{"message":"Something went wrong on our side.","code":"internal_error"}"#);
    }

    #[tokio::test]
    async fn waits_are_rounded_up_to_whole_seconds() {
        let (response, _) = answer(ApiError::rate_limited(Duration::from_millis(1200))).await;
        assert_eq!(response.headers[RETRY_AFTER], "2");
    }

    #[tokio::test]
    async fn details_stand_beside_the_message() {
        let error = ApiError::conflict("cart_not_ready", "The cart is not ready.")
            .with_detail("requirements", serde_json::json!(["email"]));
        let (_, body) = answer(error).await;
        assert_eq!(
            body,
            r#"{"message":"The cart is not ready.","code":"cart_not_ready","requirements":["email"]}"#
        );
    }
}
