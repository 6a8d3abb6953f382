//! The figures as a Markdown table, and the page that is kept of them.

use std::fmt::Write;

use crate::machine::Machine;
use crate::measure::Lengths;

/// One figure.
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) ours: String,
    pub(crate) baseline: String,
    pub(crate) ratio: String,
    pub(crate) target: String,
    /// Whether it reached its target, if it has one.
    pub(crate) met: Option<bool>,
}

/// The table.
pub(crate) fn table(rows: &[Row]) -> String {
    let mut table =
        String::from("| what | ours | baseline | ratio | target | met |\n|---|---:|---:|---:|---:|---|\n");
    for row in rows {
        let met = match row.met {
            Some(true) => "yes",
            Some(false) => "**no**",
            None => "",
        };
        let Row { what, ours, baseline, ratio, target, .. } = row;
        let _ = writeln!(table, "| {what} | {ours} | {baseline} | {ratio} | {target} | {met} |");
    }
    table
}

/// The page.
pub(crate) fn document(rows: &[Row], machine: &Machine, lengths: &Lengths, notes: &[String]) -> String {
    let Machine { date, cores, model, memory, kernel, filesystem, rustc, commit, load } = machine;
    let Lengths { runs, seconds, logouts, cold_starts, .. } = lengths;
    let mut page = format!(
        "# Measured\n\n\
         Written by `cargo run --release -p marzipan-bench` ([what it does](README.md)).\n\n\
         {}\n\
         | | |\n|---|---|\n\
         | date | {date} |\n\
         | machine | {cores} cores ({model}), {memory} of memory, shared by the server and its load |\n\
         | system | Linux {kernel}, {filesystem} |\n\
         | versions | {rustc}, Marzipan at {commit} |\n\
         | other work | load average {load} when it began |\n\
         | each figure | the median of {runs} runs of {seconds} s or {logouts} logouts, alternating with their \
         baseline; each ratio the median of the pairs' ratios; the start the median of {cold_starts} |\n\n\
         ## The runs\n\n",
        table(rows),
    );
    for note in notes {
        let _ = writeln!(page, "- {note}");
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missed_target_stands_out() {
        let row = Row {
            what: "size".to_owned(),
            ours: "41 MB".to_owned(),
            baseline: String::new(),
            ratio: String::new(),
            target: "≤ 40 MB".to_owned(),
            met: Some(false),
        };
        assert!(table(&[row]).ends_with("| size | 41 MB |  |  | ≤ 40 MB | **no** |\n"));
    }
}
