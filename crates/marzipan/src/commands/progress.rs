//! A line on the terminal that tells how far a long command is.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

/// So often the line is drawn anew.
const REDRAWN: Duration = Duration::from_millis(100);

/// The line, where there is a terminal to draw it on; nothing where there is none.
pub(crate) struct Progress {
    is_drawn: bool,
    last: Option<Instant>,
    shown: bool,
}

impl Progress {
    /// A line on the standard error, unless that is a file or a pipe, or the command is quiet.
    pub(crate) fn new(is_quiet: bool) -> Self {
        Self { is_drawn: !is_quiet && std::io::stderr().is_terminal(), last: None, shown: false }
    }

    /// Draws how far it is: `[=====>    ]  42%  1234 things`.
    pub(crate) fn draw(&mut self, done: u64, total: u64, told: &str) {
        self.redraw(|| bar(done, total, told));
    }

    /// Draws how much is done, where nobody knows how much there is.
    pub(crate) fn draw_count(&mut self, told: &str) {
        self.redraw(|| told.to_owned());
    }

    fn redraw(&mut self, line: impl FnOnce() -> String) {
        let now = Instant::now();
        if !self.is_drawn || self.last.is_some_and(|last| now.duration_since(last) < REDRAWN) {
            return;
        }
        self.last = Some(now);
        self.shown = true;
        write_error(&format!("\r{}\x1b[K", line()));
    }

    /// Writes a line above it.
    pub(crate) fn say(&mut self, line: &str) {
        self.clear();
        write_error(&format!("{line}\n"));
    }

    /// Takes it away.
    pub(crate) fn clear(&mut self) {
        if self.shown {
            self.shown = false;
            self.last = None;
            write_error("\r\x1b[K");
        }
    }
}

/// A reader that has gone away does not want to know.
fn write_error(text: &str) {
    let mut out = std::io::stderr().lock();
    drop(out.write_all(text.as_bytes()).and_then(|()| out.flush()));
}

fn bar(done: u64, total: u64, told: &str) -> String {
    const WIDTH: usize = 30;
    let percent = done.min(total).saturating_mul(100).checked_div(total).unwrap_or(100);
    let filled = usize::try_from(percent).unwrap_or(0) * WIDTH / 100;
    let head = if filled < WIDTH { ">" } else { "" };
    let blank = WIDTH - filled - head.len();
    format!("[{}{head}{}] {percent:>3}%  {told}", "=".repeat(filled), " ".repeat(blank))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_fills() {
        for (done, total, drawn) in [
            (0, 200, "[>                             ]   0%  x"),
            (84, 200, "[============>                 ]  42%  x"),
            (200, 200, "[==============================] 100%  x"),
            (300, 200, "[==============================] 100%  x"),
            (0, 0, "[==============================] 100%  x"),
        ] {
            assert_eq!(bar(done, total, "x"), drawn);
        }
    }
}
