//! Percent-decoding that refuses instead of guessing.

use std::borrow::Cow;

/// What `+` stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Plus {
    /// Itself, as in a path.
    Literal,
    /// A space, as forms and `URLSearchParams` write it in a query.
    Space,
}

/// Decodes `text`; `None` when an escape is cut or no hexadecimal, or the outcome is not UTF-8.
pub(super) fn decode(text: &str, plus: Plus) -> Option<Cow<'_, str>> {
    let special = |byte: u8| byte == b'%' || (byte == b'+' && plus == Plus::Space);
    if !text.bytes().any(special) {
        return Some(Cow::Borrowed(text));
    }
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => (hex(bytes.next()?)? << 4) | hex(bytes.next()?)?,
            b'+' if plus == Plus::Space => b' ',
            byte => byte,
        });
    }
    String::from_utf8(decoded).ok().map(Cow::Owned)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_decoded_or_refused() {
        let table = [
            ("plain", Some("plain")),
            ("a+b%20c", Some("a b c")),
            ("%C3%a4", Some("ä")),
            ("%", None),
            ("%4", None),
            ("%zz", None),
            ("%+1", None),
            ("%ff", None),
        ];
        for (text, expected) in table {
            assert_eq!(decode(text, Plus::Space).as_deref(), expected, "{text:?}");
        }
        assert_eq!(decode("a+b%2B", Plus::Literal).as_deref(), Some("a+b+"));
    }
}
