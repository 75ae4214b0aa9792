//! Free JSON from outside, looked over once and kept as text.

use mission_control_kernel::{Invalid, JsonText, MAX_JSON_BYTES};
use serde::de::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::decode::refuse;

/// How deep arrays and objects may nest: half of what common parsers stop at, so that a value still
/// fits when a reply wraps it.
pub const MAX_DEPTH: usize = 64;

/// The longest number: an `f64` has some 340 characters at most when it is written without an
/// exponent.
pub const MAX_NUMBER_CHARS: usize = 512;

/// The largest exponent, up or down. An `f64` ends near 10⁻³²⁴ and 10³⁰⁸; PostgreSQL's `numeric`
/// holds 16,383 digits after the point and fails on `1e-20000`, which an `f64` calls 0.
pub const MAX_EXPONENT: usize = 1_000;

/// A JSON value that both stores and every client can hold, as text on one line.
///
/// No tree is built: a megabyte of small objects would become a hundred. A member that stands twice
/// in one object is let through; whoever reads it takes the last one, as PostgreSQL does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CheckedJson(JsonText);

impl CheckedJson {
    /// Looks over one value that is known to be JSON.
    ///
    /// # Errors
    /// `too_large` beyond 256 KiB with exponents written out, `too_deep` beyond [`MAX_DEPTH`],
    /// `control_character` for an escaped NUL, `lone_surrogate`, and `number_out_of_range` for what
    /// no finite `f64` is near.
    fn from_json(json: &str) -> Result<Self, Invalid> {
        Scan { rest: json.as_bytes(), depth: 0, size: json.len() }.run()?;
        // Inside a string a line break is always escaped, so the bare ones stand between tokens; a
        // value on one line can travel in event streams and line-delimited exports as it is.
        let text = if json.contains(['\n', '\r']) {
            JsonText::from_checked(&json.replace(['\n', '\r'], " "))?
        } else {
            JsonText::from_checked(json)?
        };
        Ok(Self(text))
    }

    /// Whether it is `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.0.as_str() == "null"
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The text, as the domains carry it.
    #[must_use]
    pub fn into_text(self) -> JsonText {
        self.0
    }
}

impl<'de> Deserialize<'de> for CheckedJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        Self::from_json(raw.get()).map_err(refuse)
    }
}

/// One pass over text that a JSON parser has accepted. It finds what that parser skips over: it
/// does not read the numbers of a raw value, nor what its escapes stand for.
struct Scan<'a> {
    rest: &'a [u8],
    depth: usize,
    /// In bytes, exponents written out: PostgreSQL gives `1e300` back with all its zeros, and a
    /// quarter of a megabyte of those would come out as twenty.
    size: usize,
}

impl Scan<'_> {
    fn run(mut self) -> Result<(), Invalid> {
        self.check_size()?;
        while let Some((&byte, rest)) = self.rest.split_first() {
            match byte {
                b'"' => {
                    self.rest = rest;
                    self.string()?;
                    continue;
                }
                b'-' | b'0'..=b'9' => {
                    self.number()?;
                    continue;
                }
                b'[' | b'{' if self.depth == MAX_DEPTH => {
                    return Err(Invalid::new("too_deep", "nests deeper than 64 levels"));
                }
                b'[' | b'{' => self.depth += 1,
                b']' | b'}' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
            self.rest = rest;
        }
        Ok(())
    }

    /// From behind the opening quote to behind the closing one.
    fn string(&mut self) -> Result<(), Invalid> {
        loop {
            match *self.rest {
                [b'\\', b'u', ..] => self.unicode_escape()?,
                [b'\\', _, ref rest @ ..] => self.rest = rest,
                [b'"', ref rest @ ..] => {
                    self.rest = rest;
                    return Ok(());
                }
                [_, ref rest @ ..] => self.rest = rest,
                [] => return Ok(()),
            }
        }
    }

    fn unicode_escape(&mut self) -> Result<(), Invalid> {
        const LONE: Invalid =
            Invalid::new("lone_surrogate", "must not contain half of a surrogate pair");
        match self.code_unit() {
            Some(0) => Err(Invalid::new("control_character", "must not contain the NUL character")),
            Some(0xD800..=0xDBFF) => match self.code_unit() {
                Some(0xDC00..=0xDFFF) => Ok(()),
                _ => Err(LONE),
            },
            Some(0xDC00..=0xDFFF) | None => Err(LONE),
            Some(_) => Ok(()),
        }
    }

    /// What the next `\uXXXX` stands for; `None` when something else comes next.
    fn code_unit(&mut self) -> Option<u16> {
        let hex = self.rest.strip_prefix(b"\\u")?.get(..4)?;
        let unit = u16::from_str_radix(str::from_utf8(hex).ok()?, 16).ok()?;
        self.rest = &self.rest[6..];
        Some(unit)
    }

    fn number(&mut self) -> Result<(), Invalid> {
        let part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
        let length = self.rest.iter().take_while(|byte| part(byte)).count();
        let (number, rest) = self.rest.split_at(length);
        self.rest = rest;
        let zeros = str::from_utf8(number).ok().and_then(zeros_written_out).ok_or(Invalid::new(
            "number_out_of_range",
            "holds a number that is too large or too long",
        ))?;
        self.size += zeros;
        self.check_size()
    }

    fn check_size(&self) -> Result<(), Invalid> {
        if self.size > MAX_JSON_BYTES {
            return Err(Invalid::too_large(self.size, MAX_JSON_BYTES));
        }
        Ok(())
    }
}

/// How many zeros the exponent of `number` stands for, at most; `None` when it cannot be stored.
fn zeros_written_out(number: &str) -> Option<usize> {
    let exponent: usize = match number.split_once(['e', 'E']) {
        Some((_, digits)) => digits.trim_start_matches(['+', '-']).parse().ok()?,
        None => 0,
    };
    let fits = number.len() <= MAX_NUMBER_CHARS && exponent <= MAX_EXPONENT;
    (fits && number.parse::<f64>().ok()?.is_finite()).then_some(exponent)
}
