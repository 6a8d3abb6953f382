//! The one place that gives a failure of the shop its status.

use axum::http::StatusCode;
use domain::problem::{Kind, Problem};

use crate::error::ApiError;

impl From<Problem> for ApiError {
    #[track_caller]
    fn from(problem: Problem) -> Self {
        let Problem { kind, code, message } = problem;
        match kind {
            Kind::Unauthenticated => Self::unauthenticated(),
            Kind::SignInFailed => Self::unauthorized(code, message),
            Kind::BadRequest => Self::new(StatusCode::BAD_REQUEST, code, message),
            Kind::PaymentRequired => Self::new(StatusCode::PAYMENT_REQUIRED, code, message),
            Kind::Forbidden => Self::forbidden(code, message),
            Kind::NotFound => Self::not_found(),
            Kind::Conflict => Self::conflict(code, message),
            Kind::Stale => Self::new(StatusCode::PRECONDITION_FAILED, code, message),
            Kind::Invalid(fields) => Self::unprocessable(code, message).with_errors(fields),
            Kind::TooMany(wait) => Self::too_many(code, message, wait),
            Kind::Unavailable => Self::unavailable(code, message),
            Kind::Internal(cause) => Self::internal(cause),
        }
    }
}
