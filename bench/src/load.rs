//! The load: a closed loop of keep-alive connections. Rule: it does as little as it can for each request, because it
//! takes its time from the same two cores as what it measures, and every answer's status is checked.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What to send, to whom and for how long.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Plan {
    /// Where the server listens.
    pub(crate) address: SocketAddr,
    /// How many connections there are; each has one request on its way at a time.
    pub(crate) connections: usize,
    /// The requests, taken in order by whichever connection is free.
    pub(crate) requests: Vec<String>,
    /// Whether to begin again when the requests are used up, or to end.
    pub(crate) again: bool,
    /// How long to go on at the most.
    pub(crate) seconds: f64,
    /// How long to load before what is measured begins.
    pub(crate) warm_up_seconds: f64,
    /// Between the beginnings of a connection's requests; 0 sends each as soon as the last one is answered.
    pub(crate) pause_ms: f64,
    /// The status that each answer must have.
    pub(crate) status: u16,
}

/// What came of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) answers: usize,
    pub(crate) seconds: f64,
    pub(crate) per_second: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) max_ms: f64,
}

struct Shared {
    plan: Plan,
    next: AtomicUsize,
    stop: AtomicBool,
    measure_from: Instant,
    end: Instant,
}

/// Reads the plan from standard input, carries it out, and prints the report.
pub(crate) fn child() -> Result<()> {
    let plan = serde_json::from_reader(std::io::stdin().lock()).context("the plan")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let report = runtime.block_on(run(plan))?;
    serde_json::to_writer(std::io::stdout().lock(), &report)?;
    Ok(())
}

async fn run(plan: Plan) -> Result<Report> {
    ensure!(!plan.requests.is_empty(), "there is nothing to send");
    let mut streams = Vec::new();
    for _ in 0..plan.connections {
        let stream = TcpStream::connect(plan.address).await.context("cannot connect")?;
        stream.set_nodelay(true)?;
        streams.push(stream);
    }
    let begun = Instant::now();
    let measure_from = begun + Duration::from_secs_f64(plan.warm_up_seconds);
    let end = measure_from + Duration::from_secs_f64(plan.seconds);
    let shared =
        Arc::new(Shared { plan, next: AtomicUsize::new(0), stop: AtomicBool::new(false), measure_from, end });
    let mut connections = tokio::task::JoinSet::new();
    for stream in streams {
        connections.spawn(connection(shared.clone(), stream));
    }
    let mut latencies = Vec::new();
    let mut last = measure_from;
    while let Some(ended) = connections.join_next().await {
        let (mut of_one, ended_at) = ended??;
        latencies.append(&mut of_one);
        last = last.max(ended_at);
    }
    report(latencies, last - measure_from)
}

/// Sends until time or requests are up; gives the latencies in microseconds and when the last answer came.
async fn connection(shared: Arc<Shared>, mut stream: TcpStream) -> Result<(Vec<u32>, Instant)> {
    let plan = &shared.plan;
    let pause = Duration::from_secs_f64(plan.pause_ms / 1000.0);
    let mut latencies = Vec::with_capacity(1 << 16);
    let mut buffer = vec![0; 64 * 1024];
    let mut due = Instant::now();
    let mut last = due;
    while due.max(last) < shared.end && !shared.stop.load(Ordering::Relaxed) {
        let number = shared.next.fetch_add(1, Ordering::Relaxed);
        if number >= plan.requests.len() && !plan.again {
            break;
        }
        let mut began = Instant::now();
        if !pause.is_zero() {
            if due > began {
                tokio::time::sleep_until(due.into()).await;
                began = Instant::now();
            } else {
                // The last answer was late: this request has waited since it was due, and that counts.
                began = due;
            }
            due += pause;
        }
        let request = &plan.requests[number % plan.requests.len()];
        let (status, _) = ask(&mut stream, &mut buffer, request).await?;
        if status != plan.status {
            shared.stop.store(true, Ordering::Relaxed);
            bail!("answered {status} instead of {}", plan.status);
        }
        last = Instant::now();
        if began >= shared.measure_from {
            latencies.push(u32::try_from((last - began).as_micros()).unwrap_or(u32::MAX));
        }
    }
    Ok((latencies, last))
}

/// Sends a request and reads one whole answer; gives its status and its body.
pub(crate) async fn ask<'a>(
    stream: &mut TcpStream,
    buffer: &'a mut [u8],
    request: &str,
) -> Result<(u16, &'a [u8])> {
    stream.write_all(request.as_bytes()).await?;
    let mut have = 0;
    let (status, body, whole) = loop {
        let read = stream.read(&mut buffer[have..]).await?;
        ensure!(read > 0, "the connection was closed before an answer");
        have += read;
        if let Some(head) = head(&buffer[..have])? {
            break head;
        }
        ensure!(have < buffer.len(), "an answer without an end to its head");
    };
    while have < whole {
        ensure!(whole <= buffer.len(), "an answer of {whole} bytes");
        let read = stream.read(&mut buffer[have..whole]).await?;
        ensure!(read > 0, "the connection was closed within an answer");
        have += read;
    }
    ensure!(have == whole, "more than an answer");
    Ok((status, &buffer[body..whole]))
}

/// The status, where the body begins and where it ends, once the head is there.
fn head(bytes: &[u8]) -> Result<Option<(u16, usize, usize)>> {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let status = bytes.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok());
    let status = status.and_then(|digits| digits.parse().ok()).context("an answer without a status")?;
    let mut body = 0;
    for line in bytes[..end].split(|byte| *byte == b'\n') {
        const NAME: &[u8] = b"content-length:";
        if line.len() > NAME.len() && line[..NAME.len()].eq_ignore_ascii_case(NAME) {
            let length = std::str::from_utf8(&line[NAME.len()..])?;
            body = length.trim().parse().context("Content-Length")?;
        }
    }
    Ok(Some((status, end + 4, end + 4 + body)))
}

#[expect(clippy::cast_precision_loss, reason = "counts of requests are far below 2^52")]
pub(crate) fn report(mut latencies: Vec<u32>, spent: Duration) -> Result<Report> {
    ensure!(!latencies.is_empty(), "no answer came in the time that is measured");
    latencies.sort_unstable();
    let at = |per_mille: usize| f64::from(latencies[(latencies.len() - 1) * per_mille / 1000]) / 1000.0;
    let seconds = spent.as_secs_f64();
    Ok(Report {
        answers: latencies.len(),
        seconds,
        per_second: latencies.len() as f64 / seconds,
        p50_ms: at(500),
        p99_ms: at(990),
        max_ms: at(1000),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_known_by_its_head() {
        let bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel";
        assert_eq!(head(bytes).expect("a head"), Some((200, bytes.len() - 3, bytes.len() + 2)));
        assert_eq!(head(b"HTTP/1.1 204 No Content\r\n\r\n").expect("a head"), Some((204, 27, 27)));
        assert_eq!(head(b"HTTP/1.1 204 No Con").expect("no error"), None);
        assert!(head(b"HTTP/1.1 xyz\r\n\r\n").is_err());
    }

    #[test]
    fn the_report_counts() {
        let report = report((1..=1000).rev().collect(), Duration::from_secs(2)).expect("a report");
        assert_eq!((report.answers, report.per_second), (1000, 500.0));
        assert_eq!((report.p50_ms, report.p99_ms, report.max_ms), (0.5, 0.99, 1.0));
    }
}
