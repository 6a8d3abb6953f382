//! The sample shop's pictures, drawn by code. Rule: a picture is a matter of its name and the wine's data alone, so drawing it
//! again gives the same bytes.

mod bottle;
mod designs;
mod layouts;
mod lettering;
mod motifs;
mod palette;
mod patterns;
mod scenes;
mod sheet;
mod views;

use anyhow::{Context as _, Result, anyhow};
use png::{BitDepth, ColorType, Compression, Encoder, Filter};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

use lettering::Letters;
use sheet::Sheet;

/// What a label tells of a wine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wine {
    pub slug: String,
    /// Who made it: what stands largest.
    pub producer: String,
    /// What it is: the grape, or the name of its region.
    pub title: String,
    pub grape: String,
    pub region: String,
    pub country: String,
    pub vintage: String,
    pub abv: String,
    pub colour: String,
    pub style: String,
}

/// Draws the pictures of a shop.
pub(crate) struct Painter {
    letters: Letters,
    wines: Vec<Wine>,
}

/// Labels are drawn at this part of their own pixels.
const LABEL_SCALE: f64 = 0.875;

impl Painter {
    /// Draws for these wines.
    pub(crate) fn new(wines: Vec<Wine>) -> Result<Self> {
        Ok(Self { letters: Letters::load()?, wines })
    }

    /// The picture of this name as PNG; `None` where no picture is called so.
    pub(crate) fn draw(&self, file: &str) -> Result<Option<Vec<u8>>> {
        let Some((folder, name)) = file.strip_suffix(".png").and_then(|path| path.split_once('/')) else {
            return Ok(None);
        };
        let wine = self.wines.iter().find(|wine| wine.slug == name);
        let picture = match (folder, wine) {
            ("labels", Some(wine)) => self.label(wine, LABEL_SCALE)?,
            ("bottles", Some(wine)) => {
                let width = bottle::label_width(wine);
                let label = self.label(wine, width / layouts::WIDTH)?;
                bottle::shot(&self.letters, wine, &label)?
            }
            ("backs", Some(wine)) => {
                let palette = designs::of(&wine.slug).1;
                let mut sheet = Sheet::new(&self.letters, layouts::WIDTH, layouts::BACK_HEIGHT);
                layouts::back(&mut sheet, &palette, wine);
                paint(&sheet, LABEL_SCALE)?
            }
            ("views", None) => {
                let Some(sheet) = views::of(self, name) else { return Ok(None) };
                paint(&sheet, 1.0)?
            }
            _ => return Ok(None),
        };
        png(&picture).map(Some)
    }

    /// Whether a wine's label was designed for it.
    #[cfg(test)]
    pub(crate) fn has_design(wine: &Wine) -> bool {
        designs::is_known(&wine.slug)
    }

    /// Whether every face has the letters of a text.
    #[cfg(test)]
    pub(crate) fn can_write(&self, text: &str) -> bool {
        self.letters.can_write(text)
    }

    fn label(&self, wine: &Wine, scale: f64) -> Result<Pixmap> {
        let (layout, palette) = designs::of(&wine.slug);
        let mut sheet = Sheet::new(&self.letters, layouts::WIDTH, layout.height());
        sheet.within(&layout.outline(), |sheet| layout.draw(sheet, &palette, wine));
        paint(&sheet, scale)
    }
}

/// Turns a drawing into pixels.
fn paint(sheet: &Sheet<'_>, scale: f64) -> Result<Pixmap> {
    let mut pixmap = blank(sheet.width * scale, sheet.height * scale)?;
    paint_on(&mut pixmap, sheet, scale)?;
    Ok(pixmap)
}

fn paint_on(pixmap: &mut Pixmap, sheet: &Sheet<'_>, scale: f64) -> Result<()> {
    let tree = Tree::from_str(&sheet.finish(), &Options::default()).context("a drawing is not good SVG")?;
    let scale = narrow(scale);
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    Ok(())
}

fn blank(width: f64, height: f64) -> Result<Pixmap> {
    Pixmap::new(pixels(width), pixels(height)).ok_or_else(|| anyhow!("a picture has no size"))
}

#[expect(clippy::cast_possible_truncation, reason = "a scale needs few digits")]
const fn narrow(value: f64) -> f32 {
    value as f32
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is held within the sizes of pictures"
)]
fn pixels(value: f64) -> u32 {
    value.round().clamp(0.0, 4096.0) as u32
}

/// The picture as a file; without transparency where it has none, which is a quarter less to read.
fn png(pixmap: &Pixmap) -> Result<Vec<u8>> {
    let opaque = pixmap.pixels().iter().all(|pixel| pixel.alpha() == u8::MAX);
    let mut data = Vec::with_capacity(pixmap.data().len());
    for pixel in pixmap.pixels() {
        let colour = pixel.demultiply();
        data.extend([colour.red(), colour.green(), colour.blue()]);
        if !opaque {
            data.push(colour.alpha());
        }
    }
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, pixmap.width(), pixmap.height());
    encoder.set_color(if opaque { ColorType::Rgb } else { ColorType::Rgba });
    encoder.set_depth(BitDepth::Eight);
    // Small enough, and ten times as quick as the smallest.
    encoder.set_compression(Compression::Fast);
    encoder.set_filter(Filter::Adaptive);
    encoder.write_header()?.write_image_data(&data)?;
    Ok(file)
}
