//! Fills the sample shop's shelves. Rule: all of it goes in through the same import as any shop's file, so that nothing here
//! knows how a product is kept, and so that doing it again changes nothing.

use std::fs::{self, File};
use std::path::Path;
use std::thread;

use anyhow::{Context as _, Result, anyhow, bail};
use commerce::transfer::{self, Format, Grade, Input, Options, Problem, Watcher};
use commerce::{Commerce, Shop};

use super::catalogue;
use super::pictures::Painter;

const FILE: &str = "catalogue.jsonl";

/// Draws the pictures, and imports them with all that the shop sells.
pub(super) async fn fill(commerce: &Commerce, shop: &Shop) -> Result<()> {
    let folder = tempfile::tempdir().context("there is no room for the sample shop's pictures")?;
    let path = folder.path().to_owned();
    let laid = tokio::task::spawn_blocking(move || lay_out(&path)).await;
    laid.context("the sample shop's pictures were not drawn")??;
    let input = Input {
        file: File::open(folder.path().join(FILE))?,
        name: "the sample shop".to_owned(),
        folder: Some(folder.path().to_owned()),
    };
    let options = Options { format: Format::MarzipanJsonl, dry_run: false, pictures: true };
    let mut problems = Problems::default();
    let imported = transfer::import(commerce, shop, input, options, &mut problems).await;
    imported.context("the sample shop's catalogue was not imported")?;
    match problems.0.first() {
        None => Ok(()),
        Some(first) => {
            bail!("{} of the sample shop's lines have faults, the first: {first}", problems.0.len())
        }
    }
}

/// Writes the catalogue and its pictures into a folder.
fn lay_out(folder: &Path) -> Result<()> {
    fs::write(folder.join(FILE), catalogue::text())?;
    let painter = Painter::new(catalogue::wines()?)?;
    let pictures = catalogue::pictures()?;
    for parent in pictures.iter().filter_map(|picture| Path::new(picture).parent()) {
        fs::create_dir_all(folder.join(parent))?;
    }
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let share = pictures.len().div_ceil(threads);
    thread::scope(|scope| {
        let painter = &painter;
        let paint = |names: &[String]| -> Result<()> {
            for name in names {
                let drawn = painter.draw(name)?.ok_or_else(|| anyhow!("{name} has no drawing"))?;
                fs::write(folder.join(name), drawn)?;
            }
            Ok(())
        };
        let parts: Vec<_> = pictures.chunks(share).map(|names| scope.spawn(move || paint(names))).collect();
        for part in parts {
            part.join().map_err(|_| anyhow!("a picture could not be drawn"))??;
        }
        Ok(())
    })
}

/// What went wrong, for nothing should.
#[derive(Default)]
struct Problems(Vec<Problem>);

impl Watcher for Problems {
    fn moved(&mut self, _done: u64, _total: u64, _things: u64) {}

    fn told(&mut self, problem: Problem) {
        if matches!(problem.grade, Grade::Refused | Grade::Picture) {
            self.0.push(problem);
        }
    }
}
