//! Logs. Rule: they go to the standard error, as text for people and as JSON for machines; a command's own output goes
//! to the standard output.

use std::io::IsTerminal as _;

use anyhow::{Context as _, Result};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::cli::Command;
use crate::settings::{LogFormat, Settings};

/// What still has to be sent when the process ends.
#[must_use]
pub(crate) struct Logs {
    #[cfg(feature = "otlp")]
    traces: Option<crate::traces::Traces>,
}

impl Logs {
    /// Sends what still waits.
    #[cfg_attr(
        not(feature = "otlp"),
        expect(clippy::unused_async, reason = "traces are left out of this build")
    )]
    pub(crate) async fn finish(self) {
        #[cfg(feature = "otlp")]
        if let Some(traces) = self.traces {
            traces.finish().await;
        }
    }
}

/// Starts the logs of the whole process, and its traces where they are set.
pub(crate) fn start(settings: &Settings, command: &Command) -> Result<Logs> {
    // What a short command has to say it prints; its log is for those who ask for more than the usual.
    let serves = matches!(command, Command::Serve(_) | Command::Demo);
    let wanted = if !serves && settings.log == "info" { "error" } else { settings.log.as_str() };
    let filter = EnvFilter::builder().parse(wanted).with_context(|| {
        format!("log takes a level or a filter such as warn,commerce=debug, not {wanted:?}")
    })?;
    let terminal = std::io::stderr().is_terminal();
    let json = match settings.log_format {
        LogFormat::Auto => !terminal,
        LogFormat::Text => false,
        LogFormat::Json => true,
    };
    let text_layer =
        (!json).then(|| fmt::layer().with_writer(std::io::stderr).with_ansi(terminal).with_target(false));
    let json_layer = json
        .then(|| fmt::layer().json().flatten_event(true).with_span_list(false).with_writer(std::io::stderr));
    let subscriber = tracing_subscriber::registry().with(filter).with(text_layer).with(json_layer);
    if serves {
        log_panics();
    }
    #[cfg(feature = "otlp")]
    {
        let url = settings.otlp_url.as_ref().filter(|_| serves);
        let traces = url.map(crate::traces::Traces::to).transpose()?;
        subscriber.with(traces.as_ref().map(crate::traces::Traces::layer)).init();
        Ok(Logs { traces })
    }
    #[cfg(not(feature = "otlp"))]
    {
        anyhow::ensure!(
            settings.otlp_url.is_none(),
            "otlp_url is set, and this build has no traces (feature otlp)"
        );
        subscriber.init();
        Ok(Logs {})
    }
}

/// A panic is a line of the log like any other, so that whoever reads JSON can read it too.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let thread = std::thread::current().name().unwrap_or_default().to_owned();
        let text = panic.payload_as_str().unwrap_or("without a text");
        tracing::error!(location = place, thread, text, "a part of the program panicked");
    }));
}
