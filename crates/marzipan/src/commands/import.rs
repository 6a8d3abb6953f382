//! `marzipan import`: a catalogue file into a shop.

use std::fs::File;
use std::io::{self, Seek as _};
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use commerce::tenants;
use commerce::transfer::{self, Format, Grade, Input, Kind, Options, Problem, Report, Tally, Watcher};
use serde::Serialize;

use super::Printer;
use super::progress::Progress;
use super::tenant::told;
use crate::cli::{FileFormat, Import};
use crate::settings::Settings;
use crate::wiring;

/// As many problems are part of the JSON; the rest are only counted.
const MOST_PROBLEMS: usize = 1000;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Printed<'r> {
    #[serde(flatten)]
    report: &'r Report,
    problems: Vec<Problem>,
    problems_omitted: u64,
}

/// Imports a file, and tells what became of it. It fails where something was refused, after all else went in.
pub(crate) async fn run(settings: &Settings, words: Import, printer: Printer) -> Result<()> {
    let input = open(&words.file)?;
    let name = input.name.clone();
    let commerce = wiring::open_for_command(settings).await?;
    let shop = tenants::find(&commerce, &words.tenant).await.map_err(told)?;
    let format = match words.format {
        FileFormat::ShopifyCsv => Format::ShopifyCsv,
        FileFormat::MarzipanJsonl => Format::MarzipanJsonl,
    };
    let options = Options { format, dry_run: words.dry_run, pictures: !words.no_images };
    let mut terminal = Terminal {
        progress: Progress::new(printer.is_json()),
        is_json: printer.is_json(),
        problems: Vec::new(),
        omitted: 0,
    };
    let imported = transfer::import(&commerce, &shop, input, options, &mut terminal).await;
    terminal.progress.clear();
    let report = imported.with_context(|| format!("{name} was not imported to its end"))?;
    let shown = Printed { report: &report, problems: terminal.problems, problems_omitted: terminal.omitted };
    printer.say(&shown, summary(&report, &shop.slug))?;
    match report.refused() {
        0 => Ok(()),
        refused => bail!(
            "{refused} of {} things were refused, the others {} in: mend their lines and import {name} again",
            report.sum(),
            if report.dry_run { "would go" } else { "went" }
        ),
    }
}

/// The file; the standard input is copied to the disk, for a file is read more than once.
fn open(path: &Path) -> Result<Input> {
    if path.as_os_str() == "-" {
        let mut file = tempfile::tempfile().context("there is no room for a copy of the standard input")?;
        io::copy(&mut io::stdin().lock(), &mut file).context("the standard input can not be read")?;
        file.rewind()?;
        return Ok(Input {
            file,
            name: "the standard input".to_owned(),
            folder: std::env::current_dir().ok(),
        });
    }
    let context = || format!("{} can not be read", path.display());
    let file = File::open(path).with_context(context)?;
    if !file.metadata().with_context(context)?.is_file() {
        bail!("{} is no file", path.display());
    }
    let name = path
        .file_name()
        .map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
    let folder = path.parent().map(Path::to_owned);
    Ok(Input { file, name, folder })
}

struct Terminal {
    progress: Progress,
    is_json: bool,
    problems: Vec<Problem>,
    omitted: u64,
}

impl Watcher for Terminal {
    fn moved(&mut self, done: u64, total: u64, things: u64) {
        self.progress.draw(done, total, &format!("{things} read"));
    }

    fn told(&mut self, problem: Problem) {
        if !self.is_json {
            self.progress.say(&match problem.grade {
                Grade::Refused => problem.to_string(),
                Grade::Picture | Grade::Note => format!("note: {problem}"),
            });
        } else if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(problem);
        } else {
            self.omitted += 1;
        }
    }
}

fn summary(report: &Report, slug: &str) -> String {
    let mut lines = vec![format!(
        "{} {slug}:",
        if report.dry_run { "This would become of the shop" } else { "Imported into" }
    )];
    for (kind, tally) in &report.kinds {
        let Tally { created, changed, unchanged, refused } = tally;
        let name = match kind {
            Kind::Settings => "settings",
            Kind::Attribute => "attributes",
            Kind::Media => "pictures of their own",
            Kind::Collection => "collections",
            Kind::Product => "products",
            Kind::Page => "pages",
            Kind::Post => "posts",
            Kind::Menu => "menus",
            Kind::Redirect => "redirects",
            Kind::TaxRate => "tax rates",
            Kind::ShippingMethod => "shipping methods",
            Kind::Discount => "discounts",
            Kind::Rewards => "rewards programmes",
            Kind::Unknown => "other lines",
        };
        lines.push(format!(
            "  {name}: {created} created, {changed} changed, {unchanged} unchanged, {refused} refused"
        ));
    }
    let pictures = report.pictures;
    if pictures != transfer::Pictures::default() {
        let (added, known, failed) = (pictures.added, pictures.known, pictures.failed);
        lines.push(format!("  pictures: {added} added, {known} known, {failed} not to be had"));
    }
    lines.join("\n")
}
