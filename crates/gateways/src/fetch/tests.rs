use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;

/// A web server that answers by the path.
async fn server() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut head = vec![0; 4096];
                let read = stream.read(&mut head).await.unwrap_or(0);
                let head = String::from_utf8_lossy(&head[..read]).into_owned();
                let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                let moved =
                    |to: &str| format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n");
                let answer = match path.as_str() {
                    "/long" => "HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n".to_owned(),
                    "/endless" => format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{}", "x".repeat(5000)),
                    "/round" => moved("/round"),
                    "/moved" => moved("/file"),
                    "/file-scheme" => moved("file:///etc/passwd"),
                    "/other-machine" => moved("http://127.0.0.2/file"),
                    "/nowhere" => "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_owned(),
                    _ => "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nwine".to_owned(),
                };
                let _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    address
}

async fn fetch(path: &str) -> Result<Bytes, FetchError> {
    let url = format!("http://{}{path}", server().await);
    Fetcher::new(true).expect("a fetcher").fetch(&url, 1000).await
}

#[tokio::test]
async fn a_file_is_fetched() {
    assert_eq!(fetch("/file").await.expect("a file"), "wine");
    assert_eq!(fetch("/moved").await.expect("a file"), "wine");
}

#[tokio::test]
async fn what_is_too_long_is_not_read_to_its_end() {
    assert_eq!(fetch("/long").await, Err(FetchError::TooLong(1000)));
    assert_eq!(fetch("/endless").await, Err(FetchError::TooLong(1000)));
}

#[tokio::test]
async fn redirects_end_and_stay_on_the_web() {
    assert!(matches!(fetch("/round").await, Err(FetchError::NotCalled(_))));
    assert!(matches!(fetch("/file-scheme").await, Err(FetchError::NotCalled(_))));
    assert_eq!(fetch("/nowhere").await, Err(FetchError::Status(404)));
}

#[tokio::test]
async fn private_networks_are_not_called() {
    let port = server().await.port();
    let fetcher = Fetcher::new(false).expect("a fetcher");
    for url in [
        format!("http://127.0.0.1:{port}/file"),
        format!("http://localhost:{port}/file"),
        format!("http://[::1]:{port}/file"),
        format!("http://[::ffff:127.0.0.1]:{port}/file"),
        format!("http://2130706433:{port}/file"),
        format!("http://0x7f.1:{port}/file"),
        "http://169.254.169.254/latest/meta-data".to_owned(),
    ] {
        assert_eq!(fetcher.fetch(&url, 1000).await, Err(FetchError::Private), "{url}");
    }
}

#[tokio::test]
async fn only_web_addresses_are_called() {
    let fetcher = Fetcher::new(false).expect("a fetcher");
    for url in [
        "",
        "wine.png",
        "file:///etc/passwd",
        "ftp://example.com/x",
        "data:image/png;base64,AAAA",
        "http://",
        "https://user:secret@example.com/x",
    ] {
        assert!(matches!(fetcher.fetch(url, 1000).await, Err(FetchError::NotCalled(_))), "{url}");
    }
    let long = format!("https://example.com/{}", "x".repeat(5000));
    assert!(matches!(fetcher.fetch(&long, 1000).await, Err(FetchError::NotCalled(_))));
}

#[tokio::test]
async fn a_redirect_is_looked_at_as_the_first_address_is() {
    let fetcher = Fetcher::calling(|address| address == IpAddr::from([127, 0, 0, 1])).expect("a fetcher");
    let server = server().await;
    assert_eq!(fetcher.fetch(&format!("http://{server}/moved"), 1000).await.expect("a file"), "wine");
    let elsewhere = fetcher.fetch(&format!("http://{server}/other-machine"), 1000).await;
    assert_eq!(elsewhere, Err(FetchError::Private));
}
