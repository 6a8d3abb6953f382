//! Letters and their widths. Rule: what is measured is what is drawn, letter by letter, with the two fonts that are built
//! in; a letter that they have not is drawn as a box, and copied from the document as what it is.

use krilla::text::{Font, GlyphId, KrillaGlyph};
use ttf_parser::Face;

use super::DocumentError;

const REGULAR: &[u8] = include_bytes!("../../assets/fonts/regular.otf");
const BOLD: &[u8] = include_bytes!("../../assets/fonts/bold.otf");

/// How heavy letters are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    Regular,
    Bold,
}

/// The fonts.
pub(super) struct Letters {
    regular: Typeface,
    bold: Typeface,
}

struct Typeface {
    face: Face<'static>,
    font: Font,
    /// Units of the font in one em.
    em: f32,
    /// What stands for a letter that the font has not.
    missing: ttf_parser::GlyphId,
}

/// A line of letters, each in its place. Lengths are in ems: times the size of the letters they are points.
#[derive(Clone)]
pub(super) struct Setting {
    pub text: String,
    pub glyphs: Vec<KrillaGlyph>,
    pub width: f32,
}

impl Letters {
    pub(super) fn load() -> Result<Self, DocumentError> {
        Ok(Self { regular: Typeface::read(REGULAR)?, bold: Typeface::read(BOLD)? })
    }

    const fn typeface(&self, weight: Weight) -> &Typeface {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }

    /// The font, to draw with.
    pub(super) const fn font(&self, weight: Weight) -> &Font {
        &self.typeface(weight).font
    }

    /// Puts the letters of a line in their places.
    pub(super) fn set(&self, text: &str, weight: Weight) -> Setting {
        let typeface = self.typeface(weight);
        let mut glyphs: Vec<KrillaGlyph> = Vec::with_capacity(text.len());
        let mut width = 0.0;
        let mut before = None;
        for (at, letter) in text.char_indices() {
            let glyph = typeface.glyph(letter);
            let closer = before.map_or(0.0, |before| typeface.kerning(before, glyph));
            if let Some(last) = glyphs.last_mut() {
                last.x_advance += closer;
            }
            let advance = typeface.advance(glyph);
            let range = at..at + letter.len_utf8();
            let id = GlyphId::new(u32::from(glyph.0));
            glyphs.push(KrillaGlyph::new(id, advance, 0.0, 0.0, 0.0, range, None));
            width += closer + advance;
            before = Some(glyph);
        }
        Setting { text: text.to_owned(), glyphs, width }
    }

    /// How wide a line is, in ems.
    pub(super) fn width(&self, text: &str, weight: Weight) -> f32 {
        let typeface = self.typeface(weight);
        let mut width = 0.0;
        let mut before = None;
        for letter in text.chars() {
            let glyph = typeface.glyph(letter);
            width += before.map_or(0.0, |before| typeface.kerning(before, glyph)) + typeface.advance(glyph);
            before = Some(glyph);
        }
        width
    }

    /// Breaks a line between its words where it would be wider than so many ems, and a word where it alone is wider. A
    /// space where it was broken hangs at the line's end, so that who copies the lines or hears them has all of it. What is
    /// left over after `most` lines is told by an ellipsis. There is always one line, though it may be empty.
    pub(super) fn wrap(&self, text: &str, weight: Weight, widest: f32, most: usize) -> Vec<String> {
        // Nothing is kerned with a space, so the widths of words add up.
        let space = self.width(" ", weight);
        let mut lines = Vec::new();
        let mut line = String::new();
        let mut filled = 0.0;
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let width = self.width(word, weight);
            if !line.is_empty() && filled + space + width <= widest {
                line.push(' ');
                line.push_str(word);
                filled += space + width;
                continue;
            }
            if !line.is_empty() {
                line.push(' ');
                lines.push(std::mem::take(&mut line));
            }
            (line, filled) = self.break_word(word, weight, widest, &mut lines);
        }
        if !line.is_empty() || lines.is_empty() {
            lines.push(line);
        }
        self.keep(lines, weight, widest, most)
    }

    /// Writes the full lines of a word into `lines`, and gives what is left of it and how wide that is.
    fn break_word(&self, word: &str, weight: Weight, widest: f32, lines: &mut Vec<String>) -> (String, f32) {
        let typeface = self.typeface(weight);
        let mut piece = String::new();
        let mut width = 0.0;
        let mut before = None;
        for letter in word.chars() {
            let glyph = typeface.glyph(letter);
            let closer = before.map_or(0.0, |before| typeface.kerning(before, glyph));
            let advance = typeface.advance(glyph);
            width += closer + advance;
            if width > widest && !piece.is_empty() {
                lines.push(std::mem::take(&mut piece));
                width = advance;
            }
            piece.push(letter);
            before = Some(glyph);
        }
        (piece, width)
    }

    fn keep(&self, mut lines: Vec<String>, weight: Weight, widest: f32, most: usize) -> Vec<String> {
        if lines.len() <= most {
            return lines;
        }
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            last.truncate(last.trim_end().len());
            last.push('…');
            while self.width(last, weight) > widest && last.chars().count() > 1 {
                last.pop();
                last.pop();
                last.push('…');
            }
        }
        lines
    }

    /// Whether both fonts have a letter.
    #[cfg(test)]
    pub(super) fn have(&self, letter: char) -> bool {
        [&self.regular, &self.bold].iter().all(|typeface| typeface.face.glyph_index(letter).is_some())
    }
}

impl Typeface {
    fn read(data: &'static [u8]) -> Result<Self, DocumentError> {
        let face = Face::parse(data, 0).map_err(|_| DocumentError::Font)?;
        let font = Font::new(data.into(), 0).ok_or(DocumentError::Font)?;
        let em = f32::from(face.units_per_em());
        let missing = face.glyph_index('□').ok_or(DocumentError::Font)?;
        Ok(Self { face, font, em, missing })
    }

    fn glyph(&self, letter: char) -> ttf_parser::GlyphId {
        self.face.glyph_index(letter).unwrap_or(self.missing)
    }

    fn advance(&self, glyph: ttf_parser::GlyphId) -> f32 {
        f32::from(self.face.glyph_hor_advance(glyph).unwrap_or(0)) / self.em
    }

    /// By how much two letters stand farther apart than they would by themselves.
    fn kerning(&self, left: ttf_parser::GlyphId, right: ttf_parser::GlyphId) -> f32 {
        let Some(kern) = self.face.tables().kern else { return 0.0 };
        let units = kern.subtables.into_iter().find_map(|pairs| pairs.glyphs_kerning(left, right));
        units.map_or(0.0, |units| f32::from(units) / self.em)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters() -> Letters {
        Letters::load().expect("the fonts that are built in")
    }

    #[test]
    fn the_fonts_have_what_shops_of_europe_write() {
        let letters = letters();
        for letter in "Château Rosé £€ ñ ł Žižkov őű ț ğ Ørsted ẞ Ελλάδα Україна – — ‘’“” … № × ½ ™ □".chars()
        {
            assert!(letters.have(letter), "{letter}");
        }
    }

    #[test]
    fn figures_are_equally_wide() {
        let letters = letters();
        for weight in [Weight::Regular, Weight::Bold] {
            let widths: Vec<u32> =
                ('0'..='9').map(|figure| letters.width(&figure.to_string(), weight).to_bits()).collect();
            assert!(widths.iter().all(|width| *width == widths[0]), "{widths:?}");
        }
    }

    #[test]
    fn pairs_of_letters_are_kerned() {
        let letters = letters();
        let apart = letters.width("A", Weight::Regular) + letters.width("V", Weight::Regular);
        assert!(letters.width("AV", Weight::Regular) < apart);
    }

    #[test]
    fn lines_break_between_words_and_are_never_too_wide() {
        let letters = letters();
        let text = "A wine for long evenings by the fire, and for short ones";
        let lines = letters.wrap(text, Weight::Regular, 10.0, 99);
        assert!(lines.len() > 2);
        assert_eq!(lines.concat(), text);
        assert!(lines.iter().all(|line| letters.width(line.trim_end(), Weight::Regular) <= 10.0));
    }

    #[test]
    fn a_word_that_is_too_wide_is_broken() {
        let letters = letters();
        let word = "M".repeat(300);
        let lines = letters.wrap(&word, Weight::Regular, 10.0, 99);
        assert_eq!(lines.concat(), word);
        assert!(lines.iter().all(|line| letters.width(line, Weight::Regular) <= 10.0));
    }

    #[test]
    fn lines_that_are_left_over_are_told_by_an_ellipsis() {
        let letters = letters();
        let lines = letters.wrap(&"word ".repeat(50), Weight::Bold, 8.0, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines[1].ends_with('…'));
        assert!(letters.width(&lines[1], Weight::Bold) <= 8.0);
    }

    #[test]
    fn there_is_always_a_line_and_something_on_it() {
        let letters = letters();
        assert_eq!(letters.wrap("", Weight::Regular, 10.0, 9), [""]);
        assert_eq!(letters.wrap("abc", Weight::Regular, 0.0, 9), ["a", "b", "c"]);
    }
}
