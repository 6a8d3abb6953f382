//! A clean-up that happens however we end. Its rule: it must also run when this process is killed.

use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

/// A shell that waits for our end of a pipe to close and then cleans up. The system closes the pipe when we
/// die, so the clean-up runs after an interrupt and a kill too.
pub(crate) struct Guard {
    shell: Child,
}

impl Guard {
    pub(crate) fn new(clean_up: &str) -> Result<Self> {
        let shell = Command::new("sh")
            .args(["-c", &format!("read -r _; {clean_up}")])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // An interrupt from the terminal goes to our process group; the guard must outlive it.
            .process_group(0)
            .spawn()
            .context("cannot start `sh`")?;
        Ok(Self { shell })
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(mut pipe) = self.shell.stdin.take() {
            // A guard that is gone already has nothing left to clean.
            drop(pipe.write_all(b"\n"));
        }
        drop(self.shell.wait());
    }
}
