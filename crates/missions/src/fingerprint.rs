//! What failures have in common, so that a thousand of them are one thing to look at.

use std::fmt;
use std::str::FromStr;

use mission_control_kernel::{Invalid, Text};

use crate::words::Failure;

/// The version of everything below, which every fingerprint begins with: what is made otherwise is
/// another number, and never looks like what was made before.
const VERSION: &str = "1";

/// Errors that are alike for so many characters are alike: what follows is the stack of one attempt,
/// or what a model had to say about it.
const COMPARED: usize = 300;

/// Digits after a word like "status" or "exit code" tell errors apart as long as they are so few.
const CODE_DIGITS: usize = 5;

/// Words after which a number says what went wrong instead of where or when.
const BEFORE_CODES: [&str; 7] = ["code", "errno", "error", "exit", "http", "signal", "status"];

/// A run of letters and digits of this length is somebody's id, unless its digits all stand last.
const ID_LENGTH: usize = 8;

const NUMBER: &str = "<n>";
const ID: &str = "<id>";
const QUOTED: &str = "<text>";

/// Which failures are the same: their class and what their messages say, without what differs from
/// one attempt to the next. The same in every release for as long as it begins with the same number.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(Text<1, 64>);

impl Fingerprint {
    /// That of a failure.
    #[must_use]
    pub fn of(failure: &Failure) -> Self {
        let message = normalised(failure.message.as_str());
        let hash = fnv1a(&[failure.class.as_str(), "\n", &message]);
        let word = format!("{VERSION}-{hash:016x}");
        Self(Text::parse(&word).expect("a number, a hyphen and sixteen digits"))
    }

    /// The word.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl FromStr for Fingerprint {
    type Err = Invalid;

    /// Takes what other versions have made as well.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let refused = Invalid::new("invalid_fingerprint", "must be one that the dead letter tells");
        let word = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
        if !text.bytes().all(word) {
            return Err(refused);
        }
        Text::parse(text).map(Self).map_err(|_| refused)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// FNV-1a of 64 bits (Fowler, Noll, Vo; draft-eastlake-fnv): nobody gains by making two errors look
/// the same, so it need not withstand anybody.
fn fnv1a(parts: &[&str]) -> u64 {
    let bytes = parts.iter().flat_map(|part| part.bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// A message without what differs between two failures of one kind: numbers, ids, what stands in
/// quotes, case and spacing. Of paths and addresses the parts that are numbers or ids go.
fn normalised(message: &str) -> String {
    let chars: Vec<char> = message.chars().collect();
    let mut out = Words::default();
    let mut at = 0;
    while at < chars.len() && !out.is_full() {
        at += out.take(&chars, at);
    }
    out.text.chars().take(COMPARED).collect()
}

/// What was read so far.
#[derive(Default)]
struct Words {
    text: String,
    length: usize,
    /// The last run of letters, to know what a number after it means.
    last: String,
}

impl Words {
    const fn is_full(&self) -> bool {
        self.length >= COMPARED
    }

    /// Takes what begins at `at`; how many characters that was.
    fn take(&mut self, chars: &[char], at: usize) -> usize {
        let first = chars[at];
        if first.is_whitespace() {
            if !self.text.is_empty() && !self.text.ends_with(' ') {
                self.add(" ");
            }
            return 1;
        }
        if let Some(length) = quoted(chars, at) {
            self.add(QUOTED);
            return length;
        }
        if first.is_ascii_alphanumeric() {
            return self.take_run(chars, at);
        }
        self.add(&first.to_lowercase().collect::<String>());
        1
    }

    /// Takes letters and digits, and the groups that belong to the same number or id.
    fn take_run(&mut self, chars: &[char], at: usize) -> usize {
        if is_uuid(&chars[at..]) {
            self.add(ID);
            return UUID_LENGTH;
        }
        let length = chars[at..].iter().take_while(|one| one.is_ascii_alphanumeric()).count();
        let run: String = chars[at..at + length].iter().map(char::to_ascii_lowercase).collect();
        let digits = run.bytes().filter(u8::is_ascii_digit).count();
        if digits == 0 {
            self.add(&run);
            self.last = run;
            return length;
        }
        if digits == length {
            let whole = number(chars, at);
            let is_code = whole == digits && self.says_what(digits);
            self.add(if is_code { &run } else { NUMBER });
            self.last.clear();
            return whole;
        }
        if is_id(&run, digits) {
            self.add(ID);
        } else {
            self.add_with_numbers(&run);
        }
        self.last.clear();
        length
    }

    /// Whether a number here is a code, of which every one is an error of its own.
    fn says_what(&self, digits: usize) -> bool {
        digits <= CODE_DIGITS && BEFORE_CODES.contains(&self.last.as_str())
    }

    /// A short mixture, such as `p99` or `10ms`.
    fn add_with_numbers(&mut self, run: &str) {
        let mut was_digit = false;
        for one in run.chars() {
            let is_digit = one.is_ascii_digit();
            match (is_digit, was_digit) {
                (true, true) => {}
                (true, false) => self.add(NUMBER),
                (false, _) => self.add(one.encode_utf8(&mut [0; 4])),
            }
            was_digit = is_digit;
        }
    }

    fn add(&mut self, part: &str) {
        self.text.push_str(part);
        self.length += part.chars().count();
    }
}

/// `8-4-4-4-12` hexadecimal digits.
const UUID_LENGTH: usize = 36;

fn is_uuid(chars: &[char]) -> bool {
    let Some(uuid) = chars.get(..UUID_LENGTH) else { return false };
    let fits = |(index, one): (usize, &char)| match index {
        8 | 13 | 18 | 23 => *one == '-',
        _ => one.is_ascii_hexdigit(),
    };
    let ends = chars.get(UUID_LENGTH).is_none_or(|next| !next.is_ascii_alphanumeric());
    uuid.iter().enumerate().all(fits) && ends
}

/// Whether a run of letters and digits is an id: in hexadecimal, or long and mixed.
fn is_id(run: &str, digits: usize) -> bool {
    let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if let Some(hex) = run.strip_prefix("0x") {
        return !hex.is_empty() && is_hex(hex);
    }
    let digits_last = run.bytes().rev().take_while(u8::is_ascii_digit).count() == digits;
    run.len() >= ID_LENGTH && (is_hex(run) || !digits_last)
}

/// How long the number is that begins at `at`: digits, and more of them behind a point, a comma or a
/// colon, as in 1.5, 10,000 and 10:30:05.
fn number(chars: &[char], at: usize) -> usize {
    let digits = |from: usize| chars[from..].iter().take_while(|one| one.is_ascii_digit()).count();
    let mut end = at + digits(at);
    while end < chars.len() && matches!(chars[end], '.' | ',' | ':') {
        let more = digits(end + 1);
        if more == 0 {
            break;
        }
        end += 1 + more;
    }
    end - at
}

/// How long a text in quotes is that begins at `at`, with its quotes and on one line; none where
/// there is no such text. An apostrophe inside a word is no quote.
fn quoted(chars: &[char], at: usize) -> Option<usize> {
    let close = match chars[at] {
        quote @ ('"' | '\'' | '`') => quote,
        '“' => '”',
        '‘' => '’',
        '«' => '»',
        _ => return None,
    };
    let is_word = |one: Option<&char>| one.is_some_and(|one| one.is_alphanumeric());
    if at > 0 && is_word(chars.get(at - 1)) {
        return None;
    }
    let mut end = at + 1;
    loop {
        match chars.get(end) {
            None | Some('\n') => return None,
            Some('\\') => end += 2,
            Some(one) if *one == close && !is_word(chars.get(end + 1)) => {
                return Some(end + 1 - at);
            }
            Some(_) => end += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::words::{ErrorText, FailureClass};

    fn of(class: FailureClass, message: &str) -> Fingerprint {
        Fingerprint::of(&Failure { class, message: ErrorText::cleaned(message) })
    }

    #[test]
    fn what_differs_from_attempt_to_attempt_is_left_out() {
        for (message, rest) in [
            ("", ""),
            ("Connection refused", "connection refused"),
            ("took 12.5 s of 10,000 at 10:30:05", "took <n> s of <n> at <n>"),
            ("line 7,\n  column   3", "line <n>, column <n>"),
            ("after 1500ms on worker12345", "after <n>ms on worker<n>"),
            ("row 019126f4-5d40-7000-8000-000000000001 is gone", "row <id> is gone"),
            ("no 019126F4-5D40-7000-8000-00000000000", "no <id>-<n>d<n>-<n>-<n>-<n>"),
            ("at 0x7ffee4c1 in 9f86d081884c7d65", "at <id> in <id>"),
            ("request req_011CQabcXyZ failed", "request req_<id> failed"),
            ("model gpt4 not there", "model gpt<n> not there"),
            ("a defaced facade", "a defaced facade"),
            ("/tmp/job-8123/out.txt: not found", "/tmp/job-<n>/out.txt: not found"),
            (
                "GET https://api.example.com/v1/users/42?page=3 → 503",
                "get https://api.example.com/v<n>/users/<n>?page=<n> → <n>",
            ),
            ("exit code 137", "exit code 137"),
            ("HTTP 503 after 3 tries", "http 503 after <n> tries"),
            ("status: 404", "status: 404"),
            ("error 1234567", "error <n>"),
            ("error 10.5", "error <n>"),
            ("no file 'a b.txt' in \"/srv/x\"", "no file <text> in <text>"),
            ("key `it\\`s` and “that one”", "key <text> and <text>"),
            ("it doesn't say 'why", "it doesn't say 'why"),
            ("NÄCHSTER Übersetzer", "nächster übersetzer"),
        ] {
            assert_eq!(normalised(message), rest, "{message}");
        }
    }

    #[test]
    fn only_the_beginning_is_compared() {
        let (long, longer) = ("so ".repeat(200), "so ".repeat(400));
        assert_eq!(of(FailureClass::Unknown, &long), of(FailureClass::Unknown, &longer));
        assert_eq!(normalised(&longer).chars().count(), COMPARED);
    }

    /// These words stand in stores and in links that people have kept.
    #[test]
    fn a_fingerprint_is_the_same_in_every_release() {
        for (class, message, word) in [
            (FailureClass::Crashed, "exited with code 3", "1-532ef053fe0f6ecc"),
            (FailureClass::Transient, "the tide came in", "1-c16ba6ee97cc991d"),
            (FailureClass::Unknown, "", "1-11fe45665c0e6809"),
        ] {
            assert_eq!(of(class, message).as_str(), word, "{class}: {message}");
        }
    }

    #[test]
    fn a_class_is_a_part_of_it() {
        let message = "no answer from 10.0.0.7:5432";
        let other = of(FailureClass::Transient, "no answer from 10.0.0.8:5433");
        assert_eq!(of(FailureClass::Transient, message), other);
        assert_ne!(of(FailureClass::Lost, message), other);
    }

    #[test]
    fn words_of_other_versions_are_taken_and_others_refused() {
        for word in ["1-0123456789abcdef", "0-timed_out", "2-x"] {
            assert_eq!(word.parse::<Fingerprint>().unwrap().as_str(), word);
        }
        for word in ["", "A", "1 2", "1-é", &"a".repeat(65)] {
            let refused = word.parse::<Fingerprint>().unwrap_err();
            assert_eq!(refused.code, "invalid_fingerprint", "{word}");
        }
    }

    proptest! {
        #[test]
        fn any_message_has_one_and_other_numbers_do_not_change_it(
            words in prop::collection::vec("[a-z]{1,6}", 1..5), one: u32, other: u32, odd in ".{0,40}",
        ) {
            let _ = of(FailureClass::Unknown, &odd);
            let with = |number: u32| format!("{} after {number}", words.join(" "));
            let told = |number| of(FailureClass::Unknown, &with(number));
            prop_assert_eq!(told(one), told(other));
        }
    }
}
