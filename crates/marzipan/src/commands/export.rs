//! `marzipan export`: a shop's catalogue and content in a folder.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use commerce::tenants;
use commerce::transfer::{self, Problem, Target};

use super::Printer;
use super::progress::Progress;
use super::tenant::told;
use crate::files::{Taken, Unfinished, private_folder, write_private};
use crate::settings::Settings;
use crate::wiring;

/// The file with everything but the pictures.
const FILE: &str = "shop.jsonl";

/// Writes a shop to a folder. What an earlier export left there is replaced.
pub(crate) async fn run(settings: &Settings, slug: &str, folder: &Path, printer: Printer) -> Result<()> {
    let commerce = wiring::open_for_command(settings).await?;
    let shop = tenants::find(&commerce, slug).await.map_err(told)?;
    private_folder(folder)?;
    let file = folder.join(FILE);
    let mut to = Folder {
        path: folder.to_owned(),
        file: Unfinished::begin(&file)?,
        progress: Progress::new(printer.is_json()),
    };
    let exported = transfer::export(&commerce, &shop, &mut to).await;
    to.progress.clear();
    let exported =
        exported.with_context(|| format!("the shop {slug} was not exported to {}", folder.display()))?;
    to.file.finish(Taken::Replace)?;
    let transfer::Exported {
        media,
        attributes,
        collections,
        products,
        pages,
        posts,
        menus,
        redirects,
        tax_rates,
        shipping_methods,
        discounts,
        rewards,
    } = exported;
    printer.say(
        &serde_json::json!({ "file": file, "exported": exported }),
        format!(
            "Wrote {products} products, {collections} collections, {attributes} attributes, {media} pictures, {pages} pages, \
             {posts} posts, {menus} menus, {redirects} redirects, {tax_rates} tax rates, {shipping_methods} shipping methods, \
             {discounts} discounts and {rewards} rewards programmes of {slug} to {}.\n\
             Customers, gift cards, staff, reviews and messages are not in it: `marzipan backup` has them.",
            file.display()
        ),
    )
}

struct Folder {
    path: PathBuf,
    file: Unfinished,
    progress: Progress,
}

impl Target for Folder {
    fn line(&mut self, line: &str) -> io::Result<()> {
        self.file.out.write_all(line.as_bytes())?;
        self.file.out.write_all(b"\n")
    }

    fn file(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let file = self.path.join(name);
        let beside = file.parent().unwrap_or(&self.path);
        let write = || {
            private_folder(beside)?;
            write_private(&file, Taken::Replace, |out| Ok(out.write_all(bytes)?))
        };
        write().map_err(|error| io::Error::other(format!("{error:#}")))
    }

    fn moved(&mut self, things: u64) {
        self.progress.draw_count(&format!("{things} written"));
    }

    fn told(&mut self, problem: Problem) {
        self.progress.say(&format!("note: {problem}"));
    }
}
