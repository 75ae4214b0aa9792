//! Output of programs as text that stores and screens can take.

use std::borrow::Cow;

const ESCAPE: char = '\u{1b}';

/// One line without its line end: valid UTF-8, no terminal sequences, no control characters but
/// tab; what cannot be shown becomes U+FFFD.
pub(super) fn clean(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line);
    let text = text.trim_end_matches(['\r', '\n']);
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_control() && c != '\t') {
        clean.push_str(&rest[..at]);
        let mut from = rest[at..].chars();
        match from.next() {
            Some(ESCAPE) => rest = after_escape(from.as_str()),
            _ => {
                clean.push(char::REPLACEMENT_CHARACTER);
                rest = from.as_str();
            }
        }
    }
    clean.push_str(rest);
    clean
}

/// `text`, or as much of it as fits into `most` bytes with an ellipsis.
pub(super) fn cut(text: &str, most: usize) -> Cow<'_, str> {
    const ELLIPSIS: &str = "…";
    if text.len() <= most {
        return Cow::Borrowed(text);
    }
    let room = most.saturating_sub(ELLIPSIS.len());
    Cow::Owned(format!("{}{ELLIPSIS}", &text[..text.floor_char_boundary(room)]))
}

/// What follows a terminal sequence whose escape character was taken (ECMA-48, sections 5.4, 5.6).
fn after_escape(text: &str) -> &str {
    if let Some(control) = text.strip_prefix('[') {
        // Parameters and intermediates are 0x20 to 0x3f, the final byte is 0x40 to 0x7e.
        return match control.find(|c: char| !matches!(c, ' '..='?')) {
            Some(at) if matches!(control.as_bytes()[at], 0x40..=0x7e) => &control[at + 1..],
            Some(at) => &control[at..],
            None => "",
        };
    }
    if let Some(string) = text.strip_prefix([']', 'P', '_', '^', 'X']) {
        return match string.find(['\u{7}', ESCAPE]) {
            Some(at) => string[at + 1..].trim_start_matches('\\'),
            None => "",
        };
    }
    let short = text.trim_start_matches(|c| matches!(c, ' '..='/'));
    match short.as_bytes().first() {
        Some(0x30..=0x7e) => &short[1..],
        Some(_) | None => short,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_becomes_text_that_can_be_stored_and_shown() {
        let table: [(&[u8], &str); 12] = [
            (b"plain\ttext\r\n", "plain\ttext"),
            (b"a\0b\x07c\x7fd", "a\u{fffd}b\u{fffd}c\u{fffd}d"),
            (b"caf\xe9 \xff", "caf\u{fffd} \u{fffd}"),
            (b"\xed\xa0\x80", "\u{fffd}\u{fffd}\u{fffd}"),
            (b"\x1b[1;31mred\x1b[0m", "red"),
            (b"\x1b]0;title\x07text", "text"),
            (b"\x1b]8;;http://x\x1b\\link", "link"),
            (b"\x1b(Bplain", "plain"),
            (b"cut \x1b[3", "cut "),
            (b"lone \x1b", "lone "),
            ("\u{1b}[ä \u{1b}ä".as_bytes(), "ä ä"),
            ("\u{85}".as_bytes(), "\u{fffd}"),
        ];
        for (line, text) in table {
            assert_eq!(clean(line), text, "{}", String::from_utf8_lossy(line));
        }
    }

    #[test]
    fn a_cut_falls_between_characters_and_within_the_bound() {
        assert_eq!(cut("short", 5), "short");
        assert_eq!(cut("longer", 5), "lo…");
        assert_eq!(cut("äöü", 5), "ä…");
    }
}
