//! The line that a program writes over with carriage returns: a progress bar, a counter.
//!
//! On a terminal only its last state stays. So that state is what is logged, and from time to time
//! the one that it is in, since a bar may take hours to end.

use std::borrow::Cow;
use std::time::Duration;

use tokio::time::Instant;

use super::lines::{End, Line};

/// How often a line that is written over is logged meanwhile: six lines a minute show life and fill
/// nothing.
const SHOWN_EVERY: Duration = Duration::from_secs(10);

/// What stands in the line now.
#[derive(Debug, Default)]
pub(super) struct Standing(Option<Overwritten>);

#[derive(Debug)]
struct Overwritten {
    /// What stands there and was not logged; empty when it was.
    text: Vec<u8>,
    /// When it was logged last, or the line begun.
    since: Instant,
}

impl Standing {
    /// Hears a line and says what is to be logged now.
    pub(super) fn hear<'a>(&mut self, line: &Line<'a>, now: Instant) -> Option<Cow<'a, [u8]>> {
        match line.end {
            // The line feed of what stands there, however many carriage returns were between.
            End::Feed if line.bytes.is_empty() => match self.0.take() {
                Some(standing) => standing.unlogged(),
                None => Some(Cow::Borrowed(line.bytes)),
            },
            End::Feed => {
                self.0 = None;
                Some(Cow::Borrowed(line.bytes))
            }
            // Nothing is written over what stands there.
            End::Return if line.bytes.is_empty() => None,
            End::Return => self.stand(line.bytes, now),
        }
    }

    /// The program spoke to us instead; the line feed that may follow belongs to that.
    pub(super) fn said(&mut self, end: End) {
        self.0 = match end {
            End::Feed => None,
            End::Return => Some(Overwritten { text: Vec::new(), since: Instant::now() }),
        };
    }

    /// What stands there when the pipe ends.
    pub(super) fn left(&mut self) -> Option<Cow<'static, [u8]>> {
        self.0.take().and_then(Overwritten::unlogged)
    }

    fn stand<'a>(&mut self, bytes: &'a [u8], now: Instant) -> Option<Cow<'a, [u8]>> {
        let standing = self.0.get_or_insert_with(|| Overwritten { text: Vec::new(), since: now });
        standing.text.clear();
        if now.duration_since(standing.since) >= SHOWN_EVERY {
            standing.since = now;
            return Some(Cow::Borrowed(bytes));
        }
        standing.text.extend_from_slice(bytes);
        None
    }
}

impl Overwritten {
    fn unlogged(self) -> Option<Cow<'static, [u8]>> {
        (!self.text.is_empty()).then_some(Cow::Owned(self.text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is logged of this output, a second passing with each line end.
    fn logged(output: &str) -> Vec<String> {
        let (mut standing, begin) = (Standing::default(), Instant::now());
        let mut logged = Vec::new();
        let mut show = |shown: Option<Cow<'_, [u8]>>| {
            logged.extend(shown.map(|shown| String::from_utf8_lossy(&shown).into_owned()));
        };
        for (second, piece) in output.split_inclusive(['\r', '\n']).enumerate() {
            let bytes = piece.trim_end_matches(['\r', '\n']).as_bytes();
            let end = if piece.ends_with('\r') { End::Return } else { End::Feed };
            let now = begin + Duration::from_secs(second as u64);
            show(standing.hear(&Line { bytes, lost: 0, end }, now));
        }
        show(standing.left());
        logged
    }

    #[test]
    fn a_line_is_logged_as_it_ended_up() {
        let table: [(&str, &[&str]); 8] = [
            ("one\ntwo\n", &["one", "two"]),
            ("one\r\n\r\n\ntwo\r\n", &["one", "", "", "two"]),
            ("10%\r20%\r30%\n", &["30%"]),
            ("\r10%\r20%\nnext\n", &["20%", "next"]),
            ("10%\r20%\r\n", &["20%"]),
            ("one\r\r\n", &["one"]),
            ("10%\r20%\r", &["20%"]),
            ("10%\r20%", &["20%"]),
        ];
        for (output, lines) in table {
            assert_eq!(logged(output), lines, "{output:?}");
        }
    }

    #[test]
    fn a_line_that_takes_long_is_logged_from_time_to_time_and_never_twice() {
        let bar: String = (0..=25).map(|n| format!("{n}\r")).collect();
        assert_eq!(logged(&format!("{bar}\n")), ["10", "20", "25"]);
        let bar: String = (0..=20).map(|n| format!("{n}\r")).collect();
        assert_eq!(logged(&format!("{bar}\nnext\n")), ["10", "20", "next"]);
    }

    #[test]
    fn what_was_said_to_us_leaves_no_empty_line() {
        let mut standing = Standing::default();
        standing.said(End::Return);
        let feed = Line { bytes: b"", lost: 0, end: End::Feed };
        assert_eq!(standing.hear(&feed, Instant::now()), None);
        assert_eq!(standing.hear(&feed, Instant::now()).as_deref(), Some(&b""[..]));
    }
}
