//! Reads the `Authorization` header. Rule: a token is borrowed from the request and copied nowhere.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;

/// The token of `Authorization: Bearer …`; `None` where there is no such header or another scheme.
#[must_use]
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn takes_bearer_tokens_only() {
        for (value, token) in [
            (&b"Bearer mza_x"[..], Some("mza_x")),
            (b"bearer  mza_x ", Some("mza_x")),
            (b"Bearer", None),
            (b"Bearer ", None),
            (b"Basic eDp5", None),
            (b"Bearer \xff", None),
        ] {
            let value = HeaderValue::from_bytes(value).expect("a value");
            let headers = HeaderMap::from_iter([(AUTHORIZATION, value)]);
            assert_eq!(bearer(&headers), token);
        }
        assert_eq!(bearer(&HeaderMap::new()), None);
    }
}
