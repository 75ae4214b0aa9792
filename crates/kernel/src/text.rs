//! Text that has been looked at once, at the rim, and is clean inside.

use std::fmt;
use std::sync::Arc;

/// Why a value from outside was not taken: a stable code and a sentence for a person.
///
/// Its `Display` is the whole sentence, without the name of the field: `is too long: 250 characters,
/// and at most 200 are allowed`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Invalid {
    /// What a program branches on.
    pub code: &'static str,
    message: &'static str,
    excess: Option<Excess>,
}

/// By how much a value is more than it may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Excess {
    /// How much there is.
    pub found: usize,
    /// How much there may be.
    pub allowed: usize,
    /// Of what: `characters`, `bytes`, `entries`.
    pub unit: &'static str,
}

impl Invalid {
    /// A refusal with its code and its sentence.
    #[must_use]
    pub const fn new(code: &'static str, message: &'static str) -> Self {
        Self { code, message, excess: None }
    }

    /// `too_long`: text of more characters than allowed.
    #[must_use]
    pub const fn too_long(found: usize, allowed: usize) -> Self {
        Self::beyond("too_long", "is too long", Excess { found, allowed, unit: "characters" })
    }

    /// `too_many`: a list of more entries than allowed.
    #[must_use]
    pub const fn too_many(found: usize, allowed: usize) -> Self {
        Self::beyond("too_many", "has too many", Excess { found, allowed, unit: "entries" })
    }

    /// `too_large`: a value of more bytes than allowed.
    #[must_use]
    pub const fn too_large(found: usize, allowed: usize) -> Self {
        Self::beyond("too_large", "is too large", Excess { found, allowed, unit: "bytes" })
    }

    const fn beyond(code: &'static str, message: &'static str, excess: Excess) -> Self {
        Self { code, message, excess: Some(excess) }
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message)?;
        let Some(Excess { found, allowed, unit }) = self.excess else { return Ok(()) };
        write!(f, ": {found} {unit}, and at most {allowed} are allowed")
    }
}

impl std::error::Error for Invalid {}

/// Text of `MIN` to `MAX` characters after trimming, without control characters other than tab and
/// newline, cheap to clone.
///
/// Both stores accept exactly this: PostgreSQL refuses NUL and SQLite would cut at it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text<const MIN: usize, const MAX: usize>(Arc<str>);

impl<const MIN: usize, const MAX: usize> Text<MIN, MAX> {
    /// The fewest characters.
    pub const SHORTEST: usize = MIN;
    /// The most characters.
    pub const LONGEST: usize = MAX;

    /// Takes text from outside.
    ///
    /// # Errors
    /// `too_short`, `too_long` (counted in characters) or `control_character`.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        let length = text.chars().count();
        if length < MIN {
            return Err(Invalid::new("too_short", "must not be empty"));
        }
        if length > MAX {
            return Err(Invalid::too_long(length, MAX));
        }
        if text.chars().any(is_refused) {
            return Err(Invalid::new(
                "control_character",
                "must not contain control characters other than tab and newline",
            ));
        }
        Ok(Self(text.into()))
    }

    /// Makes text that we or a process produced fit: control characters become U+FFFD, what is too
    /// long is cut. Only for `MIN` = 0.
    #[must_use]
    pub fn cleaned(text: &str) -> Self {
        const { assert!(MIN == 0, "only text that may be empty can always be made to fit") };
        let clean: String = text
            .trim()
            .chars()
            .take(MAX)
            .map(|c| if is_refused(c) { char::REPLACEMENT_CHARACTER } else { c })
            .collect();
        Self(clean.trim_end().into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_refused(c: char) -> bool {
    c.is_control() && c != '\t' && c != '\n'
}

impl<const MIN: usize, const MAX: usize> fmt::Display for Text<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MIN: usize, const MAX: usize> fmt::Debug for Text<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Word = Text<1, 4>;

    #[test]
    fn text_is_trimmed_and_counted_in_characters() {
        assert_eq!(Word::parse("  ab\n").unwrap().as_str(), "ab");
        assert!(Word::parse("äöüß").is_ok());
        let long = Word::parse("äöüßx").unwrap_err();
        assert_eq!(long.code, "too_long");
        assert_eq!(long.to_string(), "is too long: 5 characters, and at most 4 are allowed");
        assert_eq!(Word::parse(" \t ").unwrap_err().code, "too_short");
        assert_eq!(Word::parse("a\0b").unwrap_err().code, "control_character");
    }

    #[test]
    fn what_a_process_wrote_is_made_to_fit() {
        assert_eq!(Text::<0, 3>::cleaned("a\0bcd").as_str(), "a\u{fffd}b");
        assert_eq!(Text::<0, 3>::cleaned("").as_str(), "");
    }
}
