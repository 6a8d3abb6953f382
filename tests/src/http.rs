//! An HTTP/1.1 client as plain as a wire: what a test writes is what is sent, byte for byte, and what comes
//! back is kept as it came.

use std::fmt;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// No request of a test takes this long; one that does has failed.
const PATIENCE: Duration = Duration::from_mins(1);

/// Someone who calls one server with one token, or with none.
#[derive(Clone, Debug)]
pub struct Client {
    address: SocketAddr,
    token: Option<String>,
}

impl Client {
    /// A caller of the server at this address.
    pub fn new(address: SocketAddr, token: Option<&str>) -> Self {
        Self { address, token: token.map(ToOwned::to_owned) }
    }

    /// The same token at another node.
    pub fn at(&self, address: SocketAddr) -> Self {
        Self { address, token: self.token.clone() }
    }

    /// Another caller of the same server.
    pub fn with_token(&self, token: &str) -> Self {
        Self::new(self.address, Some(token))
    }

    /// The token that this caller sends.
    pub fn token(&self) -> &str {
        self.token.as_deref().expect("this caller has a token")
    }

    /// Begins a GET.
    pub fn get(&self, target: &str) -> Request {
        self.request("GET", target)
    }

    /// Begins a POST.
    pub fn post(&self, target: &str) -> Request {
        self.request("POST", target)
    }

    /// Begins a PUT.
    pub fn put(&self, target: &str) -> Request {
        self.request("PUT", target)
    }

    /// Begins a PATCH.
    pub fn patch(&self, target: &str) -> Request {
        self.request("PATCH", target)
    }

    /// Begins a DELETE.
    pub fn delete(&self, target: &str) -> Request {
        self.request("DELETE", target)
    }

    /// Begins a request of any method.
    pub fn request(&self, method: &str, target: &str) -> Request {
        let mut headers = vec![
            ("Host".to_owned(), self.address.to_string()),
            ("Connection".to_owned(), "close".to_owned()),
        ];
        if let Some(token) = &self.token {
            headers.push(("Authorization".to_owned(), format!("Bearer {token}")));
        }
        Request {
            address: self.address,
            method: method.to_owned(),
            target: target.to_owned(),
            headers,
            body: None,
        }
    }
}

/// A request in the making.
#[derive(Clone, Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct Request {
    address: SocketAddr,
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

impl Request {
    /// Adds a header; a name that is there already is replaced.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sends these bytes under this content type; an empty type sends none.
    pub fn body(mut self, content_type: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.body = Some(bytes.into());
        if content_type.is_empty() { self } else { self.header("Content-Type", content_type) }
    }

    /// Sends this value as JSON.
    pub fn json(self, value: &Value) -> Self {
        self.body("application/json", value.to_string())
    }

    /// Sends these bytes as if they were JSON.
    pub fn json_bytes(self, bytes: impl Into<Vec<u8>>) -> Self {
        self.body("application/json", bytes)
    }

    /// Sends an idempotency key.
    pub fn key(self, key: &str) -> Self {
        self.header("Idempotency-Key", key)
    }

    /// Sends it and reads the answer.
    #[track_caller]
    pub fn send(self) -> Answer {
        let line = format!("{} {}", self.method, self.target);
        match self.try_send() {
            Ok(answer) => answer,
            Err(error) => panic!("no answer to {line}: {error}"),
        }
    }

    /// Sends it to a server that may be killed at any moment.
    pub fn try_send(self) -> std::io::Result<Answer> {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        for (name, value) in &self.headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        if let Some(body) = &self.body {
            head.extend(["Content-Length: ", &body.len().to_string(), "\r\n"]);
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend(self.body.unwrap_or_default());
        exchange(self.address, &bytes, &self.method, &self.target)
    }
}

/// Sends exactly these bytes and reads one answer.
#[track_caller]
pub fn raw(address: SocketAddr, bytes: &[u8]) -> Answer {
    match exchange(address, bytes, "RAW", "request") {
        Ok(answer) => answer,
        Err(error) => panic!("no answer to a raw request: {error}"),
    }
}

fn exchange(address: SocketAddr, bytes: &[u8], method: &str, target: &str) -> std::io::Result<Answer> {
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    std::thread::scope(|scope| {
        // A server may answer before it has read a long body; whoever only writes would miss it.
        let long = bytes.len() > 32 * 1024;
        if long {
            scope.spawn(|| drop((&stream).write_all(bytes)));
        } else {
            (&stream).write_all(bytes)?;
        }
        let answer = read_answer(&stream, method, target);
        drop(stream.shutdown(std::net::Shutdown::Both));
        answer
    })
}

fn read_answer(stream: &TcpStream, method: &str, target: &str) -> std::io::Result<Answer> {
    let broken = |what: &str| std::io::Error::new(std::io::ErrorKind::InvalidData, what.to_owned());
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    if line.is_empty() {
        return Err(std::io::Error::new(std::io::ErrorKind::UnexpectedEof, "closed without an answer"));
    }
    let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status: u16 = status.ok_or_else(|| broken(&format!("not a status line: {line}")))?;

    let mut headers = Vec::new();
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            return Err(broken("the head ends early"));
        }
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let header =
        |wanted: &str| headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());

    let mut body = Vec::new();
    if method == "HEAD" || status == 204 || status == 304 {
        // These have no body, whatever their headers say.
    } else if header("transfer-encoding").is_some() {
        loop {
            line.clear();
            reader.read_line(&mut line)?;
            let length = usize::from_str_radix(line.trim(), 16).map_err(|_| broken("a broken chunk"))?;
            let mut chunk = vec![0; length + 2];
            reader.read_exact(&mut chunk)?;
            if length == 0 {
                break;
            }
            body.extend_from_slice(&chunk[..length]);
        }
    } else if let Some(length) = header("content-length") {
        body = vec![0; length.parse().map_err(|_| broken("a broken length"))?];
        reader.read_exact(&mut body)?;
    } else {
        reader.read_to_end(&mut body)?;
    }
    Ok(Answer { asked: format!("{method} {target}"), status, headers, body })
}

/// What the server answered.
#[derive(Clone, Debug)]
pub struct Answer {
    asked: String,
    /// The status code.
    pub status: u16,
    headers: Vec<(String, String)>,
    /// The body, exactly as it came.
    pub body: Vec<u8>,
}

impl Answer {
    /// Insists on a status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self}");
        self
    }

    /// Insists on an error of this status and code, and on its shape.
    #[track_caller]
    pub fn expect_error(self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{self}");
        let body = self.json();
        assert_eq!(body["code"], code, "{self}");
        assert!(body["message"].as_str().is_some_and(|message| !message.is_empty()), "no message: {self}");
        body
    }

    /// Insists on a 422 that names exactly these fields, each with a reason.
    #[track_caller]
    pub fn expect_invalid(self, fields: &[&str]) -> Value {
        assert_eq!(self.status, 422, "{self}");
        let body = self.json();
        assert_eq!(body["code"], "validation_failed", "{self}");
        let Some(errors) = body["errors"].as_object() else { panic!("no `errors`: {self}") };
        let mut named: Vec<&str> = errors.keys().map(String::as_str).collect();
        let mut wanted = fields.to_vec();
        named.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(named, wanted, "{self}");
        for reasons in errors.values() {
            let reasons = reasons.as_array().unwrap_or_else(|| panic!("not a list of reasons: {self}"));
            assert!(!reasons.is_empty() && reasons.iter().all(Value::is_string), "{self}");
        }
        body
    }

    /// Insists on the one answer to every missing, wrong or foreign token.
    #[track_caller]
    pub fn expect_unauthenticated(self) {
        assert_eq!(self.status, 401, "{self}");
        assert_eq!(self.text(), r#"{"message":"Unauthenticated."}"#, "{self}");
        assert_eq!(self.header("www-authenticate"), Some("Bearer"), "{self}");
    }

    /// The body as text.
    #[track_caller]
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap_or_else(|_| panic!("not UTF-8: {self}"))
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("not JSON ({error}): {self}"))
    }

    /// What stands under `data`.
    #[track_caller]
    pub fn data(&self) -> Value {
        let mut body = self.json();
        body.get_mut("data").map_or_else(|| panic!("no `data`: {self}"), Value::take)
    }

    /// The text under this key of the body.
    #[track_caller]
    pub fn string(&self, key: &str) -> String {
        self.json()[key].as_str().unwrap_or_else(|| panic!("no text `{key}`: {self}")).to_owned()
    }

    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// A header that holds a number.
    #[track_caller]
    pub fn number(&self, name: &str) -> u64 {
        let value = self.header(name).and_then(|value| value.parse().ok());
        value.unwrap_or_else(|| panic!("no number in `{name}`: {self}"))
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} was answered {}", self.asked, self.status)?;
        for (name, value) in &self.headers {
            write!(out, "\n  {name}: {value}")?;
        }
        let text = String::from_utf8_lossy(&self.body);
        write!(out, "\n  {}", text.chars().take(2_000).collect::<String>())
    }
}
