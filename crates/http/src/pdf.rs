//! Answers that are a PDF.

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

/// A PDF, which browsers show rather than save.
#[derive(Clone, Debug)]
pub struct Pdf {
    /// What it is called when it is saved: letters, digits, dashes and a dot.
    pub file_name: String,
    /// The file.
    pub bytes: Vec<u8>,
}

impl IntoResponse for Pdf {
    fn into_response(self) -> Response {
        let disposition = format!("inline; filename=\"{}\"", self.file_name);
        let headers = [(CONTENT_TYPE, "application/pdf".to_owned()), (CONTENT_DISPOSITION, disposition)];
        (headers, self.bytes).into_response()
    }
}
