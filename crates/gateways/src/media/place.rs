//! Where files lie, as a setting says it: a folder, or `s3://bucket/prefix`.

use std::path::{Path, PathBuf};

use super::MediaStoreError;

/// A place for files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MediaPlace {
    /// A folder of this machine, or one that all nodes share.
    Folder(PathBuf),
    /// A bucket of S3-compatible storage.
    Bucket {
        /// Its name.
        name: String,
        /// What stands before the names of all files in it; may be empty.
        prefix: String,
    },
    /// This process's memory: for tests, and where nothing is kept.
    Memory,
}

impl MediaPlace {
    /// Reads the setting.
    pub fn parse(text: &str) -> Result<Self, MediaStoreError> {
        let wrong =
            || MediaStoreError::Setting("takes a folder, or s3://BUCKET or s3://BUCKET/PREFIX".to_owned());
        let Some(rest) = text.strip_prefix("s3://") else {
            if text.contains("://") || text.is_empty() {
                return Err(wrong());
            }
            return Ok(Self::Folder(Path::new(text).to_owned()));
        };
        let (name, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let is_fit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        let parts_are_fit = prefix
            .trim_matches('/')
            .split('/')
            .all(|part| part.chars().all(is_fit) && part != "." && part != "..");
        if name.len() < 3 || !name.chars().all(is_fit) || !parts_are_fit || prefix.contains("//") {
            return Err(wrong());
        }
        Ok(Self::Bucket { name: name.to_owned(), prefix: prefix.trim_matches('/').to_owned() })
    }
}

impl std::fmt::Display for MediaPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Folder(folder) => folder.display().fmt(f),
            Self::Bucket { name, prefix } if prefix.is_empty() => write!(f, "s3://{name}"),
            Self::Bucket { name, prefix } => write!(f, "s3://{name}/{prefix}"),
            Self::Memory => f.write_str("memory"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read() {
        let bucket = |name: &str, prefix: &str| MediaPlace::Bucket {
            name: name.to_owned(),
            prefix: prefix.to_owned(),
        };
        for (text, place) in [
            ("/var/lib/marzipan/media", MediaPlace::Folder(PathBuf::from("/var/lib/marzipan/media"))),
            ("./media", MediaPlace::Folder(PathBuf::from("./media"))),
            ("s3://pictures", bucket("pictures", "")),
            ("s3://pictures/", bucket("pictures", "")),
            ("s3://pictures/shop/media/", bucket("pictures", "shop/media")),
        ] {
            assert_eq!(MediaPlace::parse(text), Ok(place), "{text}");
        }
        for text in [
            "",
            "s3://",
            "s3://a",
            "s3:///x",
            "s3://ab cd",
            "s3://pictures/../x",
            "s3://pictures/a//b",
            "s3://key:secret@pictures",
            "gs://pictures",
            "https://pictures.example",
        ] {
            assert!(MediaPlace::parse(text).is_err(), "{text}");
        }
    }
}
