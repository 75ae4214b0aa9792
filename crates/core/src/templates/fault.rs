//! What is wrong with something that somebody wrote, member by member.

use std::borrow::Cow;
use std::fmt;

use mission_control_kernel::Invalid;

/// The most faults that are told at once.
pub(super) const MOST_FAULTS: usize = 50;

/// One member that is wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// Which: `parameters.count`, `parameters.properties.count.type`.
    pub field: String,
    /// What a program branches on.
    pub code: Cow<'static, str>,
    /// A sentence without its subject. It repeats no value that was sent.
    pub message: String,
}

impl Fault {
    pub(crate) fn new(
        field: impl Into<String>,
        code: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self { field: field.into(), code: code.into(), message: message.into() }
    }

    pub(crate) fn of(field: impl Into<String>, invalid: &Invalid) -> Self {
        Self::new(field, invalid.code, invalid.to_string())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.field, self.message)
    }
}

/// The member at a JSON pointer, below `root`: `/properties/a/type` is `root.properties.a.type`.
pub(super) fn member(root: &str, pointer: &str) -> String {
    let mut path = root.to_owned();
    for part in pointer.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        if part.bytes().all(|byte| byte.is_ascii_digit()) && !part.is_empty() {
            path.push_str(&format!("[{part}]"));
        } else {
            path.push('.');
            path.push_str(&part);
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_is_told_as_a_member() {
        let table = [
            ("", "parameters"),
            ("/a", "parameters.a"),
            ("/a/0/b", "parameters.a[0].b"),
            ("/a~1b/c~0d", "parameters.a/b.c~d"),
        ];
        for (pointer, expected) in table {
            assert_eq!(member("parameters", pointer), expected);
        }
    }
}
