//! Text with places that parameters fill.

use std::fmt;
use std::sync::Arc;

use mission_control_kernel::{Invalid, Text};

/// The most places in one text: a title or a description names each parameter a few times.
pub const MAX_PLACES: usize = 50;

/// The longest title with places: twice what a title may be, since a name of a parameter is often
/// longer than its value.
pub const MAX_TITLE_WORDING: usize = 400;

/// Text in which `{{name}}` stands for the value of a parameter; spaces around the name do not count.
/// `{{` always opens a place, so no text can hold it otherwise.
#[derive(Clone, PartialEq, Eq)]
pub struct Wording {
    source: Arc<str>,
    pieces: Arc<[Piece]>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Piece {
    /// As it stands.
    Plain(Box<str>),
    /// The value of the parameter of this name.
    Place(Box<str>),
}

const OPEN: &str = "{{";
const CLOSE: &str = "}}";

impl Wording {
    /// Takes the wording of a title: 1 to [`MAX_TITLE_WORDING`] characters.
    ///
    /// # Errors
    /// What [`Text`] refuses; `open_place`, `empty_place` or `too_many` places.
    pub fn title(text: &str) -> Result<Self, Invalid> {
        Self::of(Text::<1, MAX_TITLE_WORDING>::parse(text)?.as_str())
    }

    /// Takes the wording of a description: at most 10,000 characters.
    ///
    /// # Errors
    /// What [`Text`] refuses; `open_place`, `empty_place` or `too_many` places.
    pub fn description(text: &str) -> Result<Self, Invalid> {
        Self::of(Text::<0, 10_000>::parse(text)?.as_str())
    }

    fn of(source: &str) -> Result<Self, Invalid> {
        let mut pieces = Vec::new();
        let mut rest = source;
        while let Some((before, behind)) = rest.split_once(OPEN) {
            let Some((name, after)) = behind.split_once(CLOSE) else {
                return Err(Invalid::new("open_place", "has a {{ that no }} closes"));
            };
            let name = name.trim();
            if name.is_empty() {
                return Err(Invalid::new("empty_place", "has a {{ }} that names no parameter"));
            }
            if !before.is_empty() {
                pieces.push(Piece::Plain(before.into()));
            }
            pieces.push(Piece::Place(name.into()));
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Plain(rest.into()));
        }
        let wording = Self { source: source.into(), pieces: pieces.into() };
        let places = wording.places().count();
        if places > MAX_PLACES {
            return Err(Invalid::too_many(places, MAX_PLACES));
        }
        Ok(wording)
    }

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// The parameters that it names, in order and as often as it does.
    pub fn places(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Place(name) => Some(&**name),
            Piece::Plain(_) => None,
        })
    }

    /// The text with `value` of each parameter in its place, nothing where there is none.
    #[must_use]
    pub fn filled(&self, value: impl Fn(&str) -> Option<String>) -> String {
        let mut text = String::with_capacity(self.source.len());
        for piece in &*self.pieces {
            match piece {
                Piece::Plain(plain) => text.push_str(plain),
                Piece::Place(name) => text.push_str(&value(name).unwrap_or_default()),
            }
        }
        text
    }
}

impl fmt::Debug for Wording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.source, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(name: &str) -> Option<String> {
        match name {
            "who" => Some("Ada".to_owned()),
            "odd" => Some("{{who}}".to_owned()),
            _ => None,
        }
    }

    #[test]
    fn places_are_filled_once_and_in_order() {
        let table = [
            ("Call {{who}}", "Call Ada"),
            ("{{ who }}{{who}}!", "AdaAda!"),
            ("no place } { at all", "no place } { at all"),
            ("{{absent}}x", "x"),
            // What a value looks like is not read again.
            ("{{odd}}", "{{who}}"),
            ("a {{who}} b }} c", "a Ada b }} c"),
        ];
        for (source, filled) in table {
            let wording = Wording::title(source).unwrap();
            assert_eq!(wording.filled(value), filled, "{source}");
            assert_eq!(wording.as_str(), source);
        }
    }

    #[test]
    fn what_is_no_wording_is_refused() {
        let many = "{{a}}".repeat(MAX_PLACES + 1);
        let table = [
            ("{{who", "open_place"),
            ("{{who}} {{", "open_place"),
            ("{{ }}", "empty_place"),
            ("", "too_short"),
            (&many, "too_many"),
        ];
        for (source, code) in table {
            assert_eq!(Wording::title(source).unwrap_err().code, code, "{source}");
        }
        assert!(Wording::description("").is_ok());
    }
}
