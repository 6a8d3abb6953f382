//! A stand-in for S3-compatible storage: moto's server, which other tools than ours agree with.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::http::Client;
use crate::sink::python;

/// The name of the bucket.
const NAME: &str = "pictures";

/// The storage of one test, with one empty bucket. It ends when its standard input closes, so with us.
pub struct Bucket {
    child: Child,
    address: SocketAddr,
}

impl Bucket {
    /// Starts one.
    pub fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tools/s3_stand_in.py");
        let mut child = Command::new(python())
            .arg(script)
            .args([NAME, "0"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Python starts");
        let mut line = String::new();
        let output = child.stdout.take().expect("piped");
        BufReader::new(output).read_line(&mut line).expect("the storage tells its port");
        let port: u16 = line.trim().parse().expect("moto is installed: `cargo xtask test` sees to it");
        Self { child, address: SocketAddr::from(([127, 0, 0, 1], port)) }
    }

    /// The settings that keep files here, under this prefix.
    pub fn settings(&self, prefix: &str) -> Vec<(&'static str, String)> {
        vec![
            ("MARZIPAN_MEDIA_URL", format!("s3://{NAME}/{prefix}")),
            ("AWS_ENDPOINT_URL", format!("http://{}", self.address)),
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", "key".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "top-secret".to_owned()),
        ]
    }

    /// The bytes and the type of an object, if it is there.
    pub fn object(&self, key: &str) -> Option<(Vec<u8>, String)> {
        let answer = Client::new(self.address, None).get(&format!("/{NAME}/{key}")).send();
        let content_type = answer.header("content-type").unwrap_or_default().to_owned();
        (answer.status == 200).then_some((answer.body, content_type))
    }

    /// Ends it.
    pub fn stop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Drop for Bucket {
    fn drop(&mut self) {
        self.stop();
    }
}
