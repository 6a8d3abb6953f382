//! Traces to an OpenTelemetry collector (OTLP over HTTP). Rule: a collector that is slow or gone costs nobody a request:
//! spans wait in a queue of fixed length, and what does not fit is dropped.
//!
//! The collector is one beside us, reached by plain `http`; it is the one to carry traces on over TLS.

use anyhow::{Context as _, Result, bail};
use async_trait::async_trait;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio::runtime::Handle;
use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::registry::LookupSpan;
use url::Url;

/// The way to the collector, while the process runs.
#[derive(Debug)]
pub(crate) struct Traces(SdkTracerProvider);

impl Traces {
    /// Prepares to send to the collector at `url`. To be called within the runtime that will carry it.
    pub(crate) fn to(url: &Url) -> Result<Self> {
        if url.scheme() != "http" {
            bail!(
                "otlp_url takes a plain http address: run a collector beside the server, and let that one speak TLS"
            );
        }
        let post =
            Post { client: Client::builder(TokioExecutor::new()).build_http(), runtime: Handle::current() };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(post)
            .with_endpoint(format!("{}/v1/traces", url.as_str().trim_end_matches('/')))
            .build()
            .context("traces can not be set up (otlp_url)")?;
        let resource = Resource::builder_empty()
            .with_service_name("marzipan")
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Self(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build()))
    }

    /// Turns the program's spans into traces.
    pub(crate) fn layer<S: Subscriber + for<'span> LookupSpan<'span>>(&self) -> impl Layer<S> + use<S> {
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer("marzipan"))
            .with_location(false)
            .with_threads(false)
    }

    /// Sends what still waits.
    pub(crate) async fn finish(self) {
        let sent = tokio::task::spawn_blocking(move || self.0.shutdown()).await;
        if let Ok(Err(error)) = sent {
            tracing::warn!(%error, "the last traces were not sent");
        }
    }
}

/// Sends on the runtime: the queue's own thread has none.
#[derive(Clone, Debug)]
struct Post {
    client: Client<HttpConnector, Full<Bytes>>,
    runtime: Handle,
}

#[async_trait]
impl HttpClient for Post {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        let sent = self.runtime.spawn(async move {
            let (head, body) = client.request(request.map(Full::new)).await?.into_parts();
            Ok::<_, HttpError>(Response::from_parts(head, body.collect().await?.to_bytes()))
        });
        sent.await?
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_span_reaches_the_collector() {
        let collector = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/", collector.local_addr().expect("an address"));
        let heard = tokio::spawn(async move {
            let (mut stream, _) = collector.accept().await.expect("a connection");
            let mut heard = Vec::new();
            while !String::from_utf8_lossy(&heard).contains("a-span-of-ours") {
                assert_ne!(stream.read_buf(&mut heard).await.expect("reads"), 0);
            }
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.expect("writes");
            String::from_utf8_lossy(&heard).into_owned()
        });
        let traces = Traces::to(&url.parse().expect("a URL")).expect("sets up");
        let subscriber = tracing_subscriber::registry().with(traces.layer());
        tracing::subscriber::with_default(subscriber, || {
            tracing::info_span!("a-span-of-ours", tenant.id = "seven").in_scope(|| ());
        });
        traces.finish().await;
        let heard = heard.await.expect("hears it");
        assert!(heard.starts_with("POST /v1/traces HTTP/1.1") && heard.contains("tenant.id"), "{heard}");
    }

    #[tokio::test]
    async fn other_ways_are_refused() {
        assert!(Traces::to(&"https://collector.example".parse().expect("a URL")).is_err());
    }
}
